"""The lines of a file, plain or packed: numbered, decoded, and of a bearable length."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, cast

from gongmun.suggestions.errors import (
    FileDamaged,
    FileTooLarge,
    FileUnreadable,
    FormatUnknown,
    WrongEncoding,
)
from gongmun.suggestions.problems import Problem, Reason, problem

FILE_LIMIT = 2 * 2**30  # bytes, unpacked
LINE_LIMIT = 4 * 2**20  # bytes; the longest body escaped as JSON takes 2.4 million

# Spreadsheets (zip and the older format) and gzip, under a name that promises text.
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One physical line, from 1, with its end; where it has a fault its text is of no use."""

    number: int
    text: str
    fault: Problem | None = None


def is_json(path: Path) -> bool:
    """Whether the name says JSON lines rather than CSV."""
    return _suffix(path) in (".jsonl", ".ndjson")


def sha256(path: Path) -> str:
    """The digest of the file as it lies there, as `sha256sum` gives it.

    Raises:
        FileUnreadable: it is missing or may not be read.
    """
    with _refusing(path), path.open("rb") as stored:
        return hashlib.file_digest(stored, "sha256").hexdigest()


def check_encoding(path: Path, encoding: str) -> None:
    """Read the file to its end, and refuse one that is not text in `encoding`.

    A few lines that do not decode are left to their records. Korean text in CP949 is almost never
    UTF-8 by chance, while UTF-8 sometimes reads as CP949: so a file that is UTF-8 throughout is UTF-8.

    Raises:
        ImportRefused: the name or the encoding is wrong, or it cannot be read to its end.
    """
    other = "cp949" if encoding == "utf-8" else "utf-8"
    with_text = bad = utf8_bad = first_bad = 0
    for number, raw in _physical(path):
        if number == 1 and raw is not None and raw.startswith(_BINARY):
            raise FormatUnknown(file=path.name)
        if raw is None or raw.isascii():
            continue
        with_text += 1
        utf8_bad += not _decodes(raw, "utf-8")
        if not _decodes(raw, encoding):
            bad += 1
            first_bad = first_bad or number
    utf8_after_all = other == "utf-8" and with_text and not utf8_bad
    if utf8_after_all or bad * 2 > with_text:
        raise WrongEncoding(file=path.name, encoding=encoding, other=other, line=first_bad or 1)


def read_lines(path: Path, encoding: str) -> Iterator[Line]:
    """Every line of the file, decoded; a byte order mark is left out.

    Raises:
        ImportRefused: the file cannot be read to its end.
    """
    for number, raw in _physical(path):
        fault = None
        if raw is None:
            text = "\n"
            fault = problem(number, Reason.LINE_TOO_LONG, limit=LINE_LIMIT)
        else:
            text = raw.decode(encoding, errors="replace")
            if "\ufffd" in text and not _decodes(raw, encoding):
                fault = problem(number, Reason.ENCODING, encoding=encoding)
        if number == 1:
            text = text.removeprefix("\ufeff")
        yield Line(number=number, text=text, fault=fault)


def _suffix(path: Path) -> str:
    return Path(path.name.lower().removesuffix(".gz")).suffix


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise FileDamaged(file=path.name) from None
    except OSError:
        raise FileUnreadable(file=path.name) from None


def _open(path: Path) -> IO[bytes]:
    if _suffix(path) not in (".csv", ".jsonl", ".ndjson"):
        raise FormatUnknown(file=path.name)
    if path.name.lower().endswith(".gz"):
        return cast(IO[bytes], gzip.open(path))
    return path.open("rb")


def _physical(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines with their ends; None in the place of one beyond LINE_LIMIT."""
    total = 0
    with _refusing(path), _open(path) as stream:
        for number in count(1):
            line = part = stream.readline(LINE_LIMIT)
            while part:
                total += len(part)
                if total > FILE_LIMIT:
                    raise FileTooLarge(file=path.name, limit=FILE_LIMIT)
                if len(part) < LINE_LIMIT or part.endswith(b"\n"):
                    break
                part = stream.readline(LINE_LIMIT)
            if not line:
                return
            yield number, line if part is line else None


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True

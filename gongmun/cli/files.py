"""Files that are named on the command line."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from gongmun.errors import GongmunError

Format = TypeVar("Format", bound=StrEnum)


class FileNotSaved(GongmunError):
    """The file that was named cannot be written."""

    code = "cli.file_not_saved"
    ko = "파일을 저장할 수 없습니다: {path}({reason}). 다른 파일을 --output 으로 지정해 주십시오."
    en = "The file cannot be saved: {path} ({reason}). Name another one by --output."


class FileNotRead(GongmunError):
    """The file that was named cannot be read."""

    code = "cli.file_not_read"
    ko = "파일을 읽을 수 없습니다: {path}({reason}). 파일 이름과 읽기 권한을 확인해 주십시오."
    en = "The file cannot be read: {path} ({reason}). Check its name and its permissions."


class EndingUnknown(GongmunError):
    """The ending of a file's name is that of no format, or of another one than was asked for."""

    code = "cli.ending_unknown"
    ko = (
        "파일 이름 {path}에 맞는 형식을 알 수 없습니다. 이름은 {known} 가운데 하나로 끝나야 하며, --format 과 "
        "같아야 합니다."
    )
    en = "{path} names no format to save: it must end in one of {known}, as --format says."


def format_of(path: Path, asked: Format | None, formats: Iterable[Format]) -> Format | None:
    """The format of `formats` that was asked for or that the name ends in; None where neither says it.

    Raises:
        EndingUnknown: the name ends otherwise.
    """
    endings = {f".{format_}": format_ for format_ in formats}
    if not path.suffix and asked in (None, *endings.values()):
        return asked
    named = endings.get(path.suffix.lower())
    if named is None or asked not in (None, named):
        raise EndingUnknown(path=path, known=", ".join(endings))
    return named


def save(content: bytes, path: Path) -> None:
    """Write a file, and the folders that it lies in.

    Raises:
        FileNotSaved: it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise FileNotSaved(path=path, reason=error.strerror) from error


def read(path: Path, limit: int) -> bytes:
    """The first `limit` bytes of a file.

    Raises:
        FileNotRead: it is not there, is a folder, or is not ours to read.
    """
    try:
        with path.open("rb") as opened:
            return opened.read(limit)
    except OSError as error:
        raise FileNotRead(path=path, reason=error.strerror) from error

"""Records of a CSV or JSON-lines file, each with the physical line it starts on.

What is wrong with one record does not stop the others: the stream holds a Problem in its place. A
misplaced quotation mark may swallow lines that are good; so after one the reader takes up again at
the very next line.
"""

import csv
import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongmun.suggestions.errors import ColumnsAmbiguous, ColumnsMissing, FileEmpty, NotATable
from gongmun.suggestions.lines import Line, check_encoding, is_json, read_lines, sha256
from gongmun.suggestions.mapping import ColumnMapping
from gongmun.suggestions.problems import Problem, Reason, problem
from gongmun.text import clean_line

RECORD_LIMIT = 1_000_000  # characters of one CSV record, over all its lines

# A hostile file can make every line begin a record that never ends; reading each of them to the
# limit would take hours. After so many, a broken record is passed over whole.
_RESCANS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One record: the mapped cells by our field's name, as the file gives them."""

    line: int
    values: Mapping[str, str]


class _RecordTooLong(Exception):
    """One CSV record goes on beyond RECORD_LIMIT."""


def inspect(path: Path, mapping: ColumnMapping) -> str:
    """Read the whole file once, before anything is written; its SHA-256.

    Raises:
        ImportRefused: the file as a whole cannot be what the mapping describes.
    """
    check_encoding(path, mapping.encoding)
    columns = _json_keys(path, mapping) if is_json(path) else _header(path, mapping)
    if not columns:
        raise FileEmpty(file=path.name)
    wanted = mapping.columns.by_field().values()
    if missing := [name for name in wanted if name not in columns]:
        raise ColumnsMissing(file=path.name, columns=", ".join(missing))
    if doubled := [name for name in wanted if columns.count(name) > 1]:
        raise ColumnsAmbiguous(file=path.name, columns=", ".join(doubled))
    if next(records(path, mapping), None) is None:
        raise FileEmpty(file=path.name)
    return sha256(path)


def records(path: Path, mapping: ColumnMapping) -> Iterator[Record | Problem]:
    """The records of a file that `inspect` has let pass, in its order."""
    lines = read_lines(path, mapping.encoding)
    return _json_records(lines, mapping) if is_json(path) else _csv_records(lines, mapping)


class _Lines:
    """The lines of one CSV record after the other, for `csv.reader`; they can be given back."""

    def __init__(self, source: Iterator[Line]) -> None:
        self._source = source
        self._returned: deque[Line] = deque()
        self._size = 0
        self.taken: list[Line] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._source)
        self.taken.append(line)
        self._size += len(line.text)
        if self._size > RECORD_LIMIT:
            raise _RecordTooLong
        return line.text

    def begin(self) -> None:
        """A new record begins: forget the lines of the last one."""
        self.taken, self._size = [], 0

    def give_back_all_but_the_first(self) -> None:
        """So that the lines after the first are read anew, as records of their own."""
        self._returned.extendleft(reversed(self.taken[1:]))


def _reader(lines: _Lines, mapping: ColumnMapping) -> Iterator[list[str]]:
    csv.field_size_limit(RECORD_LIMIT)
    return csv.reader(lines, delimiter=mapping.delimiter, strict=True)


def _header(path: Path, mapping: ColumnMapping) -> list[str]:
    try:
        return _first_row(_reader(_Lines(read_lines(path, mapping.encoding)), mapping))
    except (csv.Error, _RecordTooLong):
        raise NotATable(file=path.name) from None


def _first_row(reader: Iterator[list[str]]) -> list[str]:
    for cells in reader:
        if any(cells):
            return [clean_line(cell) for cell in cells]
    return []


def _csv_records(source: Iterator[Line], mapping: ColumnMapping) -> Iterator[Record | Problem]:
    lines = _Lines(source)
    reader = _reader(lines, mapping)
    header = _first_row(reader)
    at = {field: header.index(name) for field, name in mapping.columns.by_field().items()}
    rescans = _RESCANS
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _RecordTooLong):
            first, last = lines.taken[0].number, lines.taken[-1].number
            if rescans:
                rescans -= 1
                yield _fault(lines) or problem(first, Reason.BROKEN_QUOTES)
                lines.give_back_all_but_the_first()
            else:
                yield problem(first, Reason.LINES_SKIPPED, last=last)
            reader = _reader(lines, mapping)
            continue
        number = lines.taken[0].number
        if fault := _fault(lines):
            yield fault
        elif not any(cell.strip() for cell in cells):
            continue
        elif len(cells) < len(header) or any(cells[len(header) :]):
            yield problem(number, Reason.COLUMN_COUNT, found=len(cells), expected=len(header))
        else:
            yield Record(line=number, values={field: cells[index] for field, index in at.items()})


def _fault(lines: _Lines) -> Problem | None:
    """What is wrong with the bytes of a record, told of the line on which it starts."""
    for line in lines.taken:
        if line.fault:
            return Problem(
                line=lines.taken[0].number, reason=line.fault.reason, text=line.fault.text
            )
    return None


def _json_records(source: Iterator[Line], mapping: ColumnMapping) -> Iterator[Record | Problem]:
    wanted = mapping.columns.by_field()
    for line in source:
        if line.fault:
            yield line.fault
        elif line.text.strip():
            yield _json_record(line, wanted)


def _json_record(line: Line, wanted: Mapping[str, str]) -> Record | Problem:
    found = _json_object(line.text)
    if found is None:
        return problem(line.number, Reason.NOT_AN_OBJECT)
    values = {}
    for field, name in wanted.items():
        value = found.get(name)
        if isinstance(value, list | dict):
            return problem(line.number, Reason.NOT_TEXT, column=name)
        values[field] = "" if value is None else str(value)
    return Record(line=line.number, values=values)


def _json_object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):  # also numbers of thousands of digits, and deep nesting
        return None
    return {clean_line(key): value for key, value in found.items()} if type(found) is dict else None


def _json_keys(path: Path, mapping: ColumnMapping) -> list[str]:
    """The keys that any object of the file has; none where the file is blank."""
    keys: dict[str, None] = {}
    objects = others = 0
    for line in read_lines(path, mapping.encoding):
        if (found := _json_object(line.text)) is not None:
            objects += 1
            keys |= dict.fromkeys(found)
        elif line.text.strip():
            others += 1
    if others and not objects:
        raise NotATable(file=path.name)
    return list(keys)

"""Read the data files: CSV in UTF-8 with a header, every problem noted instead of the first raised."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from gongmun.organisations.problems import Problem
from gongmun.organisations.records import (
    ContactRecord,
    DivisionRecord,
    OrganisationRecord,
    Record,
    RoutingRecord,
    SuccessionRecord,
    TopicRecord,
)
from gongmun.text import Bilingual

R = TypeVar("R", bound=Record)

# What pydantic calls a problem, in Korean; the English is pydantic's own.
_KO = {
    "string_too_short": "비어 있습니다.",
    "string_too_long": "너무 깁니다.",
    "too_long": "너무 많습니다.",
    "string_pattern_mismatch": "코드의 형식이 올바르지 않습니다.",
    "enum": "사용할 수 없는 값입니다.",
    "not_plain": "제어문자, 불필요한 공백, 조합형(NFD) 글자를 없애 주십시오.",
    "not_a_day": "날짜는 2026-11-21 형식으로 적어 주십시오.",
    "address": "전자우편 주소 하나만 적어 주십시오.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Table(Generic[R]):
    """One file: its good records by line, and its problems.

    `codes` has what stands in the column `code` of every line, also where another cell is wrong, so
    that references to that line are not reported as well.
    """

    file: str
    readable: bool = True
    records: list[tuple[int, R]] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[int, R]]:
        return iter(self.records)

    def problem(self, line: int, ko: str, en: str) -> Problem:
        """A problem on a line of this file."""
        return Problem(file=self.file, line=line, what=Bilingual(ko=ko, en=en))


@dataclass(frozen=True, kw_only=True, slots=True)
class Tables:
    """All files of one directory."""

    organisations: Table[OrganisationRecord]
    successions: Table[SuccessionRecord]
    topics: Table[TopicRecord]
    divisions: Table[DivisionRecord]
    contacts: Table[ContactRecord]
    routing: Table[RoutingRecord]

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with single files and lines."""
        return [problem for table in self._all for problem in table.problems]

    @property
    def readable(self) -> bool:
        """Whether every file could be read to its end, so that references can be checked."""
        return all(table.readable for table in self._all)

    @property
    def _all(self) -> tuple[Table[Any], ...]:
        return (
            self.organisations,
            self.successions,
            self.topics,
            self.divisions,
            self.contacts,
            self.routing,
        )


def read_tables(directory: Path) -> Tables:
    """The six files of `directory`."""
    return Tables(
        organisations=_read(directory / "organisations.csv", OrganisationRecord),
        successions=_read(directory / "successions.csv", SuccessionRecord),
        topics=_read(directory / "topics.csv", TopicRecord),
        divisions=_read(directory / "divisions.csv", DivisionRecord),
        contacts=_read(directory / "contacts.csv", ContactRecord),
        routing=_read(directory / "routing.csv", RoutingRecord),
    )


def _read(path: Path, record_type: type[R]) -> Table[R]:
    def unreadable(line: int, ko: str, en: str) -> Table[R]:
        problem = Problem(file=path.name, line=line, what=Bilingual(ko=ko, en=en))
        return Table(file=path.name, readable=False, problems=[problem])

    try:
        # The byte order mark that spreadsheets write is accepted.
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        return unreadable(1, "파일을 읽을 수 없습니다.", "the file cannot be read.")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return unreadable(line, "UTF-8로 저장해 주십시오.", "not UTF-8; save the file as UTF-8.")

    columns = list(record_type.model_fields)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    table: Table[R] = Table(file=path.name)
    line = 1
    try:
        header = next(reader, [])
        if sorted(header) != sorted(columns):
            names = ", ".join(columns)
            return unreadable(
                1, f"첫 줄의 칸 이름은 {names} 입니다.", f"the first line must name {names}."
            )
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                _add(table, line, header, cells, record_type)
            line = reader.line_num + 1
    except csv.Error:
        return unreadable(
            line,
            "이 줄에서 시작하는 따옴표가 맞지 않거나 칸이 너무 깁니다.",
            "the quotes that begin here do not match, or a cell is too long.",
        )
    return table


def _add(
    table: Table[R], line: int, header: list[str], cells: list[str], record_type: type[R]
) -> None:
    row = dict(zip(header, cells, strict=False))
    if "code" in row:
        table.codes.add(row["code"])
    if len(cells) != len(header):
        table.problems.append(
            table.problem(
                line,
                f"칸이 {len(header)}개여야 하는데 {len(cells)}개입니다.",
                f"{len(cells)} cells where {len(header)} are needed.",
            )
        )
        return
    try:
        table.records.append((line, record_type.model_validate(row)))
    except ValidationError as error:
        # The value is not repeated: it may be an address, or hold control characters.
        for item in error.errors(include_url=False, include_context=False, include_input=False):
            column = item["loc"][0]
            table.problems.append(
                table.problem(
                    line,
                    f"{column}: {_KO.get(item['type'], '값이 올바르지 않습니다.')}",
                    f"{column}: {item['msg']}.",
                )
            )

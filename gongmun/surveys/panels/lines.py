"""A CSV file from outside, line by line, and what is wrong with it."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gongmun.errors import GongmunError
from gongmun.text import Bilingual, clean_line

# No pool of a country's citizens who volunteered comes near it.
LARGEST = 64 * 1024 * 1024
_SHOWN = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One record, from its column to its cell; `number` is the line of the file that it ends on, from 1."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """What to correct on one line."""

    line: int
    what: Bilingual


def flaw(line: int, ko: str, en: str) -> Flaw:
    """A flaw with its message in both languages."""
    return Flaw(line=line, what=Bilingual(ko=ko, en=en))


class LinesInvalid(GongmunError):
    """Base of the errors that name lines of a file to correct. Nothing of the file was used."""

    code = "panels.lines_invalid"
    ko = "{file}에 고칠 곳이 {count}건 있습니다.\n{list_ko}"
    en = "{file} has {count} lines to correct.\n{list_en}"


def refuse(error: type[LinesInvalid], file: str, flaws: Iterable[Flaw]) -> LinesInvalid:
    """The error that lists the flaws in the order of lines: the first 20, and how many more there are."""
    found = sorted(flaws, key=lambda each: each.line)
    korean = [f"- {each.line}번째 줄: {each.what.ko}" for each in found[:_SHOWN]]
    english = [f"- line {each.line}: {each.what.en}" for each in found[:_SHOWN]]
    if len(found) > _SHOWN:
        korean.append(f"- 그 밖에 {len(found) - _SHOWN}건")
        english.append(f"- and {len(found) - _SHOWN} more")
    return error(file=file, count=len(found), list_ko="\n".join(korean), list_en="\n".join(english))


def read_lines(
    content: bytes, columns: Sequence[str], optional: Sequence[str] = ()
) -> tuple[list[Line], list[Flaw]]:
    """The records of a CSV file in UTF-8 that has at least `columns`, and the flaws of its form.

    Cells are cleaned (`clean_line`), and none of `columns` is empty. With a flaw of the header or the encoding there
    are no records. Columns that are neither of these nor `optional` are left out.
    """
    if len(content) > LARGEST:
        size = LARGEST // 1024**2
        return [], [
            flaw(1, f"파일이 {size} MiB를 넘습니다.", f"the file is larger than {size} MiB.")
        ]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return [], [
            flaw(
                line, "UTF-8이 아닙니다. 'CSV UTF-8'로 저장해 주십시오.", "save it as 'CSV UTF-8'."
            )
        ]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[Line] = []
    flaws: list[Flaw] = []
    try:
        header = list(map(clean_line, next(reader, [])))
        flaws = _of_header(header, columns)
        if flaws:
            return [], flaws
        for cells in reader:
            found = _of_cells(reader.line_num, header, cells, columns)
            if found:
                flaws.append(found)
            elif cells:
                row = dict(zip(header, map(clean_line, cells), strict=True))
                kept = {name: row[name] for name in (*columns, *optional) if name in row}
                lines.append(Line(number=reader.line_num, cells=kept))
    except csv.Error:
        flaws.append(
            flaw(reader.line_num, "따옴표나 칸이 올바르지 않습니다.", "quotes do not match.")
        )
    return lines, flaws


def _of_header(header: Sequence[str], columns: Sequence[str]) -> list[Flaw]:
    missing = [name for name in columns if name not in header]
    if missing:
        names = ", ".join(missing)
        return [flaw(1, f"첫 줄에 열이 없습니다: {names}.", f"the first line lacks {names}.")]
    twice = sorted({name for name in columns if header.count(name) > 1})
    if twice:
        names = ", ".join(twice)
        return [flaw(1, f"열이 두 번 있습니다: {names}.", f"a column stands twice: {names}.")]
    return []


def _of_cells(
    line: int, header: Sequence[str], cells: Sequence[str], columns: Sequence[str]
) -> Flaw | None:
    if not cells:
        return None  # an empty line, as editors leave at the end
    if len(cells) != len(header):
        return flaw(
            line,
            f"칸이 {len(cells)}개입니다. {len(header)}개여야 합니다.",
            f"{len(cells)} cells instead of {len(header)}.",
        )
    for name, cell in zip(header, cells, strict=True):
        if name in columns and not clean_line(cell):
            return flaw(line, f"{name} 칸이 비어 있습니다.", f"the cell of {name} is empty.")
    return None

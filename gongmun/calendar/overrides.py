"""An override file: days off and working days that the `holidays` package does not know (yet).

There is one in the package, and the settings may name another of this installation. It is a CSV file in
UTF-8 with the columns `date` (YYYY-MM-DD), `name_ko`, `name_en`, `kind` (`off` or `working`) and `source`
(where and when it was announced, such as the number and date of the official gazette).
"""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gongmun.calendar.years import FIRST_YEAR, LAST_YEAR
from gongmun.errors import GongmunError
from gongmun.text import Bilingual, clean_line

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COLUMNS = ["date", "name_ko", "name_en", "kind", "source"]


class OverridesInvalid(GongmunError):
    """The override file cannot be used; deadlines would be wrong, so nothing is counted."""

    code = "calendar.overrides_invalid"
    ko = "휴무일 보정 파일 {file} {line}번째 줄을 고쳐 주십시오: {what_ko}"
    en = "Correct line {line} of the override file {file}: {what_en}"


class OverridesUnreadable(OverridesInvalid):
    """The override file is not there, or must not be read; nothing is counted without it."""

    code = "calendar.overrides_unreadable"
    ko = (
        "휴무일 보정 파일 {file}을(를) 읽을 수 없습니다. 파일의 경로와 읽기 권한을 확인해 주십시오."
    )
    en = "The override file {file} cannot be read. Check its path and whether it may be read."


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """One line of the file."""

    day: date
    working: bool
    name: Bilingual
    source: str | None = None


def read_overrides(path: Path) -> tuple[Override, ...]:
    """The overrides of the file at `path`.

    Raises:
        OverridesInvalid: naming the file and the first line that cannot be used.
        OverridesUnreadable: there is no such file, or it must not be read.
    """
    line = 1

    def invalid(ko: str, en: str) -> OverridesInvalid:
        return OverridesInvalid(file=path.name, line=line, what_ko=ko, what_en=en)

    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError:
        raise OverridesUnreadable(file=path.name) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise invalid("UTF-8로 저장해 주십시오.", "save it as UTF-8.") from None

    overrides: dict[date, Override] = {}
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if [cell.strip() for cell in next(reader, [])] != _COLUMNS:
            names = ",".join(_COLUMNS)
            raise invalid(f"첫 줄은 {names} 이어야 합니다.", f"the first line must be {names}.")
        for row in reader:
            line = reader.line_num
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if len(cells) != len(_COLUMNS):
                raise invalid(
                    f"칸은 {len(_COLUMNS)}개인데 {len(cells)}개가 있습니다. 쉼표가 든 칸은 큰따옴표로 묶어 주십시오.",
                    f"there are {len(cells)} cells instead of {len(_COLUMNS)}. Put a cell with a comma into double quotes.",
                )
            for name, cell in zip(_COLUMNS, cells, strict=True):
                if not cell:
                    raise invalid(f"{name} 칸을 채워 주십시오.", f"fill the cell {name}.")
                if cell != clean_line(cell):
                    raise invalid(
                        f"{name} 칸에 줄바꿈이나 제어문자가 있습니다.",
                        f"the cell {name} has a line break or a control character.",
                    )
            day_text, name_ko, name_en, kind, source = cells
            if not _DATE.fullmatch(day_text):
                raise invalid("날짜는 2026-11-21 형식입니다.", "a date reads 2026-11-21.")
            try:
                day = date.fromisoformat(day_text)
            except ValueError:
                raise invalid(
                    f"{day_text}은(는) 달력에 없는 날짜입니다.",
                    f"there is no such day as {day_text}.",
                ) from None
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise invalid(
                    f"연도는 {FIRST_YEAR}년부터 {LAST_YEAR}년까지입니다.",
                    f"a year lies between {FIRST_YEAR} and {LAST_YEAR}.",
                )
            if kind not in ("off", "working"):
                raise invalid("kind는 off 또는 working입니다.", "kind is off or working.")
            if day in overrides:
                raise invalid("같은 날짜가 이미 있습니다.", "the same date is already there.")
            overrides[day] = Override(
                day=day,
                working=kind == "working",
                name=Bilingual(ko=name_ko, en=name_en),
                source=source,
            )
    except csv.Error:
        line = reader.line_num
        raise invalid("따옴표가 맞지 않습니다.", "the quotes do not match.") from None
    return tuple(overrides.values())

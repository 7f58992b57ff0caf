"""`gongmun calendar`: working days, and the file of days off that were declared late."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from gongmun.calendar import OverridesInvalid, WorkingCalendar, calendar
from gongmun.calendar.overrides import read_overrides
from gongmun.calendar.working_days import OVERRIDES, PUBLIC_HOLIDAYS, SATURDAY, SUNDAY
from gongmun.calendar.years import FIRST_YEAR, LAST_YEAR
from gongmun.cli.output import done, table, weekday
from gongmun.text import Bilingual

app = typer.Typer()

_WORKING = Bilingual(ko="근무일", en="working day")
_OFF = Bilingual(ko="휴무일", en="day off")
_COLUMNS = (
    Bilingual(ko="날짜", en="day"),
    Bilingual(ko="구분", en="kind"),
    Bilingual(ko="이름", en="name"),
    Bilingual(ko="근거", en="source"),
)


@app.command("show")
def show(
    year: Annotated[int, typer.Argument(help="연도 / the year", min=FIRST_YEAR, max=LAST_YEAR)],
) -> None:
    """한 해의 공휴일과 그 근거, 근무일수 / days off of a year beside weekends, and its working days."""
    cal, first, last = calendar(), date(year, 1, 1), date(year, 12, 31)
    off = dict(cal.days_off(first, last))
    named = {day for day, why in off.items() if why not in (SATURDAY, SUNDAY)}
    changed = {day for day in cal.overridden if day.year == year}
    rows = []
    for day in sorted(named | changed):
        line = cal.overridden.get(day)
        name = line.name if line else off[day]
        rows.append((weekday(day), _kind(cal, day), name, line.source if line else PUBLIC_HOLIDAYS))
    title = Bilingual(
        ko=f"{year}년 공휴일과 보정 휴무일", en=f"Public holidays and other days off in {year}"
    )
    table(title, _COLUMNS, rows)
    working = (last - first).days + 1 - len(off)
    done(Bilingual(ko=f"{year}년의 근무일은 {working}일입니다.", en=f"{working} working days."))


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="휴무일 보정 파일 / the file", metavar="FILE")],
) -> None:
    """휴무일 보정 파일을 쓰기 전에 확인합니다. / Check a file of days off before it is put in place.

    지금 적용되는 휴무일과 견주며, 빠지는 줄도 보여 줍니다. / Compared with what counts now; lines left out are shown.
    """
    lines = read_overrides(file)
    before, after = _present(), WorkingCalendar(read_overrides(OVERRIDES) + lines)
    gone = [line for day, line in before.overridden.items() if day not in after.overridden]
    table(
        Bilingual(ko="휴무일 보정 파일", en="File of days off"),
        (*_COLUMNS, Bilingual(ko="달라지는 점", en="what it changes")),
        [
            (
                weekday(line.day),
                _kind(after, line.day),
                line.name,
                line.source,
                _left_out(change) if line in gone else change,
            )
            for line in sorted([*lines, *gone], key=lambda line: line.day)
            for change in [_change(before, after, line.day)]
        ],
    )
    done(
        Bilingual(
            ko=f"보정 {len(lines)}건을 읽었습니다. GONGMUN_CALENDAR_OVERRIDES로 지정한 파일과 바꾸면 바로 "
            "적용됩니다.",
            en=f"No mistakes; lines: {len(lines)}. They count as soon as the file stands "
            "where GONGMUN_CALENDAR_OVERRIDES says.",
        )
    )


def _present() -> WorkingCalendar:
    """What counts now; where the file of the settings is broken, as that may be what is mended, without it."""
    try:
        return calendar()
    except OverridesInvalid:
        return WorkingCalendar(read_overrides(OVERRIDES))


def _kind(cal: WorkingCalendar, day: date) -> Bilingual:
    return _WORKING if cal.is_working_day(day) else _OFF


def _change(before: WorkingCalendar, after: WorkingCalendar, day: date) -> Bilingual:
    old, new = _kind(before, day), _kind(after, day)
    if old == new:
        return Bilingual(ko=f"없음(이미 {new.ko})", en=f"nothing: a {new.en} already")
    return Bilingual(ko=f"{old.ko} → {new.ko}", en=f"{old.en} → {new.en}")


def _left_out(change: Bilingual) -> Bilingual:
    return Bilingual(ko=f"빠지는 줄: {change.ko}", en=f"left out: {change.en}")

"""A deadline day by day (기한 계산 내역): each day from the start to the last, counted or skipped, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from gongmun.calendar import hours
from gongmun.calendar.counting import CountedIn, Counting
from gongmun.calendar.deadlines import BY_CALENDAR, Deadline, Unit
from gongmun.calendar.working_days import WorkingCalendar
from gongmun.clock import SEOUL, seoul_date, seoul_time
from gongmun.text import Bilingual

_WORKING_DAY = Bilingual(ko="근무일", en="working day")
_START_COUNTS = Bilingual(ko="시작한 날을 셈(초일 산입)", en="the day of the start counts")
_START_DOES_NOT = Bilingual(
    ko="시작한 날은 세지 않음(초일 불산입)", en="the day of the start does not count"
)
_BY_CALENDAR = Bilingual(ko="달력에 따라 셈", en="counted by the calendar")
_MOVED = Bilingual(
    ko="말일이 휴무일이므로 다음 근무일로", en="the end on a day off moves to the next working day"
)
_SET = Bilingual(ko="기한으로 정한 날", en="the day that was set")
_NO_HOURS = Bilingual(ko="남은 근무시간 없음", en="no working hours left")


@dataclass(frozen=True, kw_only=True, slots=True)
class CountedDay:
    """A day of a period: its place among those that count, or None where it is skipped, and why.

    `time` is the working time of it that counts, where a period runs in working hours.
    """

    day: date
    number: int | None
    why: Bilingual
    time: timedelta | None = None


def days_of(counted: Deadline | Counting, calendar: WorkingCalendar) -> Sequence[CountedDay]:
    """Every day from the start up to and including the due day, as this calendar counts it.

    A deadline begins on the day of its start, a counting on the day that it counts from.

    Raises:
        YearNotCovered: it leaves the years the calendar covers.
    """
    if isinstance(counted, Counting):
        return tuple(_of_counting(counted, calendar))
    started = seoul_date(counted.start)
    days = _of_counting(counted.counting, calendar)
    first, *others = (day for day in days if day.day >= started)
    if counted.rule.unit is Unit.WORKING_DAYS and first.number:
        first = replace(first, why=_START_COUNTS)
    return (first, *others)


def days_after(
    day: date, until: date, unit: Unit, calendar: WorkingCalendar
) -> Sequence[CountedDay]:
    """Every day after `day` up to the due day that `until` comes to: what was added to a period in `unit`.

    The first of them is the first that counts; what is added to hours is whole working days.

    Raises:
        YearNotCovered: it leaves the years the calendar covers.
    """
    by_calendar, number = unit in BY_CALENDAR, 0
    found = []
    for each in _days(day + timedelta(days=1), until):
        off = calendar.why_off(each)
        counts = by_calendar or off is None
        number += counts
        why = _counted_though(off) if by_calendar else off or _WORKING_DAY
        found.append(CountedDay(day=each, number=number if counts else None, why=why))
    # A holiday that was declared since moves the day that was set.
    _, *moved = days_of(Counting.days(until), calendar)
    return (*found, *moved)


def _of_counting(counting: Counting, calendar: WorkingCalendar) -> Iterator[CountedDay]:
    if counting.unit is CountedIn.WORKING_SECONDS:
        return _working_time(counting, calendar)
    if counting.is_by_calendar:
        return _by_calendar(counting, calendar)
    if counting.amount:
        return _working_days(counting, calendar)
    return _day_that_was_set(counting, calendar)


def _working_time(counting: Counting, calendar: WorkingCalendar) -> Iterator[CountedDay]:
    due_at, number = counting.due_at(calendar), 0
    for day in _days(seoul_date(counting.since), counting.due(calendar)):
        begin = max(seoul_time(day), counting.since)
        end = min(seoul_time(day + timedelta(days=1)), due_at)
        spans = list(hours.spans(begin, end, calendar))
        why = calendar.why_off(day) or (None if spans else _NO_HOURS)
        number += why is None
        clock = ", ".join(
            f"{begin.astimezone(SEOUL):%H:%M}–{end.astimezone(SEOUL):%H:%M}" for begin, end in spans
        )
        yield CountedDay(
            day=day,
            number=None if why else number,
            why=why or Bilingual(ko=f"근무시간 {clock}", en=f"working hours {clock}"),
            time=sum((end - begin for begin, end in spans), timedelta()),
        )


def _working_days(counting: Counting, calendar: WorkingCalendar) -> Iterator[CountedDay]:
    since, number = seoul_date(counting.since), 0
    yield CountedDay(day=since, number=None, why=calendar.why_off(since) or _START_DOES_NOT)
    for day in _days(since + timedelta(days=1), counting.due(calendar)):
        why = calendar.why_off(day)
        number += why is None
        yield CountedDay(day=day, number=None if why else number, why=why or _WORKING_DAY)


def _day_that_was_set(counting: Counting, calendar: WorkingCalendar) -> Iterator[CountedDay]:
    since, due = seoul_date(counting.since), counting.due(calendar)
    for day in _days(since, due):
        last = _SET if day == since else _MOVED
        yield CountedDay(day=day, number=None, why=calendar.why_off(day) or last)


def _by_calendar(counting: Counting, calendar: WorkingCalendar) -> Iterator[CountedDay]:
    start, first = seoul_date(counting.since), counting.first_day(calendar)
    end = counting.last_day(calendar)
    for day in _days(start, counting.due(calendar)):
        off = calendar.why_off(day)
        if day < first:
            yield CountedDay(day=day, number=None, why=off or _START_DOES_NOT)
        elif day > end:
            yield CountedDay(day=day, number=None, why=off or _MOVED)
        else:
            why = _START_COUNTS if day == start else _counted_though(off)
            yield CountedDay(day=day, number=(day - first).days + 1, why=why)


def _counted_though(off: Bilingual | None) -> Bilingual:
    """Days off within a period by the calendar count as any other."""
    if off is None:
        return _BY_CALENDAR
    return Bilingual(ko=f"{_BY_CALENDAR.ko}({off.ko})", en=f"{_BY_CALENDAR.en} ({off.en})")


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))

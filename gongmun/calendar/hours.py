"""Working hours (근무시간): 09:00 to 18:00 on a working day, without the lunch hour from 12:00 to 13:00.

They are those of the calendar. A day has eight of them; Seoul has no summer time.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from gongmun.calendar.working_days import WorkingCalendar
from gongmun.clock import seoul_date, seoul_time, utc

DAY = timedelta(hours=8)


def is_open(moment: datetime, calendar: WorkingCalendar) -> bool:
    """Whether offices work at this moment; the lunch hour is not work.

    Raises:
        YearNotCovered: as all functions here, for a day outside the covered years.
    """
    return any(begin <= moment < end for begin, end in _of_day(seoul_date(moment), calendar))


def opening(moment: datetime, calendar: WorkingCalendar) -> datetime:
    """The next moment, in UTC, at which offices work: `moment` itself where they do."""
    begin, _ = next(_following(moment, calendar))
    return utc(begin)


def after(moment: datetime, time: timedelta, calendar: WorkingCalendar) -> datetime:
    """The moment, in UTC, at which that much working time has passed since `moment`.

    A period that ends with the work of a day ends then, and not when the next day's begins.
    """
    length = sum((end - begin for begin, end in calendar.hours), timedelta())
    # All but the last day's work is not walked through: a period may be of years.
    whole = -(-time // length) - 1
    if whole > 0:
        start = opening(moment, calendar)
        day = seoul_date(start)
        moment = seoul_time(calendar.shift(day, whole)) + (start - seoul_time(day))
        time -= whole * length
    for begin, end in _following(moment, calendar):
        if time <= end - begin:
            return utc(begin + time)
        time -= end - begin
    raise AssertionError("the calendar ends with an error before its days do")


def between(start: datetime, end: datetime, calendar: WorkingCalendar) -> timedelta:
    """The working time from `start` to `end`; none where `end` is not later."""
    return sum((until - begin for begin, until in spans(start, end, calendar)), timedelta())


def spans(
    start: datetime, end: datetime, calendar: WorkingCalendar
) -> Iterator[tuple[datetime, datetime]]:
    """The spans of work from `start` to `end`, in UTC: from and to; none where `end` is not later."""
    if end <= start:
        return
    for begin, until in _following(start, calendar):
        if begin >= end:
            return
        yield utc(begin), utc(min(until, end))


def _following(moment: datetime, calendar: WorkingCalendar) -> Iterator[tuple[datetime, datetime]]:
    """The spans of work from `moment` on, the first one without what has passed of it."""
    day = seoul_date(moment)
    while True:
        for begin, end in _of_day(day, calendar):
            if end > moment:
                yield max(begin, moment), end
        day += timedelta(days=1)


def _of_day(day: date, calendar: WorkingCalendar) -> Iterator[tuple[datetime, datetime]]:
    if calendar.is_working_day(day):
        midnight = seoul_time(day)
        for begin, end in calendar.hours:
            yield midnight + begin, midnight + end

"""Deadlines, slowly and obviously: day by day, minute by minute, from a set of days off and nothing else.

What the product computes is compared with this. It shares no code with it: only a rule's own fields are read, and the
public holidays come from the `holidays` package itself.
"""

import calendar as months_of
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

import holidays

DaysOff = AbstractSet[date]
SEOUL = ZoneInfo("Asia/Seoul")
_ONE = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


class Rule(Protocol):
    """What is read of a rule."""

    @property
    def unit(self) -> str:
        """`working_hours`, `working_days`, `calendar_days` or `months`."""

    @property
    def length(self) -> int:
        """How many of them."""

    @property
    def first_day_counts(self) -> bool:
        """Whether the day of the start is the first."""


@lru_cache(maxsize=1)
def _known() -> frozenset[date]:
    public = set(holidays.country_holidays("KR", years=range(2015, 2036)))
    day, off = date(2015, 1, 1), set()
    while day.year < 2036:
        if day.strftime("%a") in ("Sat", "Sun") or day in public:
            off.add(day)
        day += _ONE
    return frozenset(off)


def days_off(also: Iterable[date] = (), but: Iterable[date] = ()) -> DaysOff:
    """Weekends and public holidays from 2015 to 2035, with some more, without some."""
    return (_known() | frozenset(also)) - frozenset(but)


def shift(day: date, n: int, off: DaysOff) -> date:
    """The n-th working day after a day, or before it; with none that day or the next working day."""
    if n == 0:
        while day in off:
            day += _ONE
        return day
    while n:
        day += _ONE if n > 0 else -_ONE
        if day not in off:
            n -= 1 if n > 0 else -1
    return day


def working_days(after: date, until: date, off: DaysOff) -> int:
    """Working days after one day up to and including another; none where that is not later."""
    count = 0
    while after < until:
        after += _ONE
        count += after not in off
    return count


def due(rule: Rule, start: datetime, off: DaysOff) -> date:
    """The day in Seoul on which a period ends."""
    if rule.unit == "working_hours":
        return after(start, rule.length * 60, off).astimezone(SEOUL).date()
    day = start.astimezone(SEOUL).date()
    if day in off:
        day = shift(day, 0, off)
    elif not rule.first_day_counts:
        day += _ONE
    if rule.unit == "working_days":
        left = rule.length
        while True:
            if day not in off:
                left -= 1
            if left == 0:
                return day
            day += _ONE
    if rule.unit == "calendar_days":
        for _ in range(rule.length - 1):
            day += _ONE
    else:
        day = _last_of_months(day, rule.length)
    return shift(day, 0, off)


def _last_of_months(first: date, length: int) -> date:
    year, month = first.year, first.month
    for _ in range(length):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    if first.day > months_of.monthrange(year, month)[1]:
        return date(year, month, months_of.monthrange(year, month)[1])
    return date(year, month, first.day) - _ONE


def at_work(moment: datetime, off: DaysOff) -> bool:
    """Whether the minute that begins now is worked."""
    clock = moment.astimezone(SEOUL)
    return clock.date() not in off and clock.hour in (9, 10, 11, 13, 14, 15, 16, 17)


def after(start: datetime, minutes: int, off: DaysOff) -> datetime:
    """When so many minutes of work have passed since a full minute; with none, when work goes on."""
    moment = start
    while not minutes and not at_work(moment, off):
        moment += _MINUTE
    while minutes:
        minutes -= at_work(moment, off)
        moment += _MINUTE
    return moment


def minutes_of_work(start: datetime, end: datetime, off: DaysOff) -> int:
    """Minutes of work between two full minutes."""
    count = 0
    while start < end:
        count += at_work(start, off)
        start += _MINUTE
    return count


def due_at(rule: Rule, start: datetime, off: DaysOff) -> datetime:
    """The moment at which a period is over: for a day, the midnight after it."""
    if rule.unit == "working_hours":
        return after(start, rule.length * 60, off)
    end = due(rule, start, off) + _ONE
    return datetime(end.year, end.month, end.day, tzinfo=SEOUL)

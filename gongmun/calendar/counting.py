"""How a deadline is counted (기한 계산), apart from the calendar that it is counted by.

A calendar changes: a holiday is declared a few weeks before, or a few days after. What was counted by the old
one is counted again by the new one from here, which is why a counting keeps the start of a period and never its
end. A period goes on from another day where a clock stood still, or was set by hand.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from gongmun.calendar import hours
from gongmun.calendar.working_days import WorkingCalendar
from gongmun.clock import seoul_date, seoul_time, utc


class CountedIn(StrEnum):
    """What a counting goes in; by the calendar with the day of the start, or after it (초일 산입, 불산입)."""

    WORKING_DAYS = "working_days"
    WORKING_SECONDS = "working_seconds"
    CALENDAR_DAYS = "calendar_days"
    CALENDAR_DAYS_AFTER = "calendar_days_after"
    MONTHS = "months"
    MONTHS_AFTER = "months_after"


_IN_MONTHS = frozenset({CountedIn.MONTHS, CountedIn.MONTHS_AFTER})
_AFTER_THE_START = frozenset({CountedIn.CALENDAR_DAYS_AFTER, CountedIn.MONTHS_AFTER})
_BY_CALENDAR = frozenset({CountedIn.CALENDAR_DAYS}) | _IN_MONTHS | _AFTER_THE_START


@dataclass(frozen=True, kw_only=True, slots=True)
class Counting:
    """`amount` of `unit` from `since` on.

    Working days: the n-th after the day of `since` in Seoul; with none, that day or the next working day,
    which is how a day that a person has named is kept. Working seconds: that much working time after the
    moment `since`. Days and months by the calendar: from the day of `since`, or from the one after it.
    """

    unit: CountedIn
    since: datetime
    amount: int

    @classmethod
    def days(cls, since: date, amount: int = 0) -> Self:
        """So many working days after a day; that day itself, or the next working day, without any."""
        return cls(unit=CountedIn.WORKING_DAYS, since=seoul_time(since), amount=amount)

    @classmethod
    def time(cls, since: datetime, amount: timedelta) -> Self:
        """So much working time after a moment; a part of a second counts as one."""
        seconds = -(-amount // timedelta(seconds=1))
        return cls(unit=CountedIn.WORKING_SECONDS, since=utc(since), amount=seconds)

    @property
    def is_by_calendar(self) -> bool:
        """Whether days off count as any other, and only an end on one moves."""
        return self.unit in _BY_CALENDAR

    def first_day(self, calendar: WorkingCalendar) -> date:
        """The first day that counts of a period by the calendar; of a start on a day off, the next working day."""
        start = seoul_date(self.since)
        if self.unit in _AFTER_THE_START and calendar.is_working_day(start):
            return start + timedelta(days=1)
        return calendar.shift(start, 0)

    def last_day(self, calendar: WorkingCalendar) -> date:
        """The last day that counts of a period by the calendar, be it a day off or not."""
        first = self.first_day(calendar)
        if self.unit in _IN_MONTHS:
            return end_of_months(first, self.amount)
        return first + timedelta(days=self.amount - 1)

    def due(self, calendar: WorkingCalendar) -> date:
        """The day in Seoul on which it ends.

        Raises:
            YearNotCovered: as `due_at`, when it leaves the years the calendar covers.
        """
        if self.unit is CountedIn.WORKING_DAYS:
            return calendar.shift(seoul_date(self.since), self.amount)
        if self.unit is CountedIn.WORKING_SECONDS:
            return seoul_date(self.due_at(calendar))
        return calendar.shift(self.last_day(calendar), 0)

    def due_at(self, calendar: WorkingCalendar) -> datetime:
        """The moment, in UTC, at which it is over: for a day, the midnight after it."""
        if self.unit is CountedIn.WORKING_SECONDS:
            return hours.after(self.since, timedelta(seconds=self.amount), calendar)
        return seoul_time(self.due(calendar) + timedelta(days=1))


def end_of_months(first: date, months: int) -> date:
    """The last day of a period of `months` whose first day is `first` (Civil Act art. 160).

    The day before the same day of the last month, or that month's last day where it has none such.
    """
    year, month0 = divmod(first.year * 12 + first.month - 1 + months, 12)
    last = monthrange(year, month0 + 1)[1]
    if first.day > last:
        return date(year, month0 + 1, last)
    return date(year, month0 + 1, first.day) - timedelta(days=1)

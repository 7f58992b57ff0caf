"""How a deadline is counted (기한 계산), apart from the calendar that it is counted by.

A calendar changes: a holiday is declared a few weeks before. What was counted by the old one is counted again by
the new one from here. A period goes on from another day where a clock stood still, or was set by hand.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from gongmun.calendar import hours
from gongmun.calendar.working_days import WorkingCalendar
from gongmun.clock import seoul_date, seoul_time, utc


class CountedIn(StrEnum):
    """What a counting goes in."""

    WORKING_DAYS = "working_days"
    WORKING_SECONDS = "working_seconds"


@dataclass(frozen=True, kw_only=True, slots=True)
class Counting:
    """`amount` of `unit` from `since` on.

    Working days: the n-th after the day of `since` in Seoul; with none, that day or the next working day,
    which is how a day that the calendar or a person has named is kept. Working seconds: that much working
    time after the moment `since`.
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

    def due(self, calendar: WorkingCalendar) -> date:
        """The day in Seoul on which it ends.

        Raises:
            YearNotCovered: as `due_at`, when it leaves the years the calendar covers.
        """
        if self.unit is CountedIn.WORKING_DAYS:
            return calendar.shift(seoul_date(self.since), self.amount)
        return seoul_date(self.due_at(calendar))

    def due_at(self, calendar: WorkingCalendar) -> datetime:
        """The moment, in UTC, at which it is over: for a day, the midnight after it."""
        if self.unit is CountedIn.WORKING_SECONDS:
            return hours.after(self.since, timedelta(seconds=self.amount), calendar)
        return seoul_time(self.due(calendar) + timedelta(days=1))

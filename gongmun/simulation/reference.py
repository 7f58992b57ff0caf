"""Days counted the slow and obvious way: walked one by one, from a list of days off. Nothing else is read.

The product counts with numpy and with rules as data; what it comes to is held against this.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

# Seoul has had no summer time since 1988.
_SEOUL = timezone(timedelta(hours=9))
_DAY = timedelta(days=1)
_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Walk:
    """Working days, as they were known when somebody counted."""

    off: Collection[date]

    def works(self, day: date) -> bool:
        """Whether offices are open."""
        return day not in self.off

    def roll(self, day: date) -> date:
        """`day`, or the next working day."""
        while not self.works(day):
            day += _DAY
        return day

    def shift(self, day: date, n: int) -> date:
        """The n-th working day after `day`, or before it; the next one, or the same, with none."""
        if n == 0:
            return self.roll(day)
        step = _DAY if n > 0 else -_DAY
        for _ in range(abs(n)):
            day += step
            while not self.works(day):
                day += step
        return day

    def between(self, after: date, until: date) -> int:
        """Working days after the one day, up to and including the other."""
        count, day = 0, after
        while day < until:
            day += _DAY
            count += self.works(day)
        return count

    def acknowledge_by(self, sent: date) -> date:
        """Three working days, that of the dispatch not counted."""
        return self.shift(sent, 3)

    def hours_after(self, moment: datetime, hours: int) -> datetime:
        """When so many working hours are over: seconds from nine to six, without the lunch hour."""
        moment = moment.astimezone(_SEOUL).replace(tzinfo=None, microsecond=0)
        left = hours * 3600
        while left:
            if not self.works(moment.date()):
                moment = datetime.combine(moment.date() + _DAY, time())
            elif not 9 <= moment.hour < 18 or moment.hour == 12:
                moment = moment.replace(minute=0, second=0) + timedelta(hours=1)
            else:
                # Whole minutes at once: the hours begin and end with one.
                step = 60 if not moment.second and left >= 60 else 1
                moment, left = moment + timedelta(seconds=step), left - step
        return moment.replace(tzinfo=_SEOUL)

    def answer_at(self, rule: str, at: datetime) -> datetime:
        """The moment at which an answer is late: when that day is over, or the last of the working hours."""
        if rule == "at_once":
            return self.hours_after(at, _AT_ONCE)
        return datetime.combine(self.answer_by(rule, at) + _DAY, time(), _SEOUL)

    def answer_by(self, rule: str, at: datetime) -> date:
        """When an answer to what was sent at a moment is due, by the rules that the simulated forums name."""
        if rule == "at_once":
            # Their last second counts for the day on which they end.
            return (self.hours_after(at, _AT_ONCE) - timedelta(seconds=1)).date()
        sent = at.astimezone(_SEOUL).date()
        first = self.roll(sent)
        if rule == "suggestion":  # 14 working days, the first one counted
            return self.shift(first, 13)
        if rule == "peoples_proposal":  # a month, the first day counted
            return self.roll(_month_later(first) - _DAY)
        assert rule == "petition"  # 90 days, that of the start not counted
        begin = sent + _DAY if self.works(sent) else first
        return self.roll(begin + 89 * _DAY)


def _month_later(day: date) -> date:
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    for last in range(day.day, 27, -1):
        try:
            found = date(year, month, last)
        except ValueError:
            continue
        # Where the month has no such day, its last one is the end itself.
        return found if last == day.day else found + _DAY
    return date(year, month, day.day)

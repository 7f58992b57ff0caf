"""Days counted the slow and obvious way: walked one by one, from a list of days off. Nothing else is read.

The product counts with numpy and with rules as data; what it comes to is held against this.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

# Seoul has had no summer time since 1988.
_SEOUL = timezone(timedelta(hours=9))
_DAY = timedelta(days=1)
# Rules by which an answer is due within working hours, in seconds.
IN_HOURS: Mapping[str, int] = {
    "at_once": 3 * 3600,
    "three_days": 24 * 3600,
    "five_days": 40 * 3600,
}


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

    def time_after(self, moment: datetime, seconds: int) -> datetime:
        """When so much working time is over: seconds from nine to six, without the lunch hour."""
        moment, left = _to_the_second(moment), seconds
        # With none left it is the next moment at which anybody works.
        while left or not self._at_work(moment):
            if self._at_work(moment):
                step = _step(moment, left)
                moment, left = moment + timedelta(seconds=step), left - step
                if not left:
                    break
            elif self.works(moment.date()):
                moment = moment.replace(minute=0, second=0) + timedelta(hours=1)
            else:
                moment = datetime.combine(moment.date() + _DAY, time())
        return moment.replace(tzinfo=_SEOUL)

    def time_between(self, start: datetime, end: datetime) -> int:
        """Seconds of working time from the one moment to the other."""
        moment, end, worked = _to_the_second(start), _to_the_second(end), 0
        while moment < end:
            if self._at_work(moment):
                step = _step(moment, int((end - moment).total_seconds()))
                moment, worked = moment + timedelta(seconds=step), worked + step
            else:
                moment = moment.replace(minute=0, second=0) + timedelta(hours=1)
        return worked

    def _at_work(self, moment: datetime) -> bool:
        return self.works(moment.date()) and 9 <= moment.hour < 18 and moment.hour != 12

    def answer_at(self, rule: str, at: datetime) -> datetime:
        """The moment at which an answer is late: when that day is over, or the last of the working hours."""
        if rule in IN_HOURS:
            return self.time_after(at, IN_HOURS[rule])
        return over(self.answer_by(rule, at))

    def answer_by(self, rule: str, at: datetime) -> date:
        """When an answer to what was sent at a moment is due, by the rules that the simulated forums name."""
        if rule in IN_HOURS:
            return day_of(self.time_after(at, IN_HOURS[rule]))
        sent = at.astimezone(_SEOUL).date()
        first = self.roll(sent)
        if rule == "suggestion":  # 14 working days, the first one counted
            return self.shift(first, 13)
        if rule == "peoples_proposal":  # a month, the first day counted
            return self.roll(_month_later(first) - _DAY)
        assert rule == "petition"  # 90 days, that of the start not counted
        begin = sent + _DAY if self.works(sent) else first
        return self.roll(begin + 89 * _DAY)


def over(day: date) -> datetime:
    """When a day is over."""
    return datetime.combine(day + _DAY, time(), _SEOUL)


def day_of(end: datetime) -> date:
    """The day on which a period ends: its last second counts for it."""
    return (end.astimezone(_SEOUL) - timedelta(seconds=1)).date()


def _to_the_second(moment: datetime) -> datetime:
    return moment.astimezone(_SEOUL).replace(tzinfo=None, microsecond=0)


def _step(moment: datetime, left: int) -> int:
    """Whole minutes at once: the hours begin and end with one."""
    return 60 if not moment.second and left >= 60 else 1


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

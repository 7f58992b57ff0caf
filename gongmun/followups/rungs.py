"""When a ministry is reminded of a commitment: a week before, on the day, and on. Pure.

All in working days. Of what is due together (after an outage, say) only the highest step is taken: it
says all that the lower ones would have said.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from gongmun.followups.models import CommitmentRung
from gongmun.referrals.ladder import Shift

_BEFORE = 7
_EVERY = 10
# Working days of a year far off are not known yet: until here a day of the calendar will do.
_FAR = timedelta(days=60)
_NEAR = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One reminder. `count` is 1 but for those after the due day, which go on: 1, 2, 3…"""

    rung: CommitmentRung
    count: int
    due_on: date

    @property
    def key(self) -> tuple[CommitmentRung, int]:
        """What makes it one step of its commitment."""
        return self.rung, self.count


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The step to take today, if any, and the next day to look at the commitment."""

    take: Step | None
    next_on: date


def decide(
    due_on: date,
    *,
    taken: Collection[tuple[CommitmentRung, int]],
    today: date,
    shift: Shift,
) -> Verdict:
    """The step of a commitment due on `due_on` that is to be taken today."""
    if due_on - today > _FAR:
        return Verdict(take=None, next_on=due_on - _NEAR)
    before = shift(due_on, -_BEFORE)
    on_the_day = shift(due_on, 0)
    if today < before:
        return Verdict(take=None, next_on=before)
    if today < on_the_day:
        highest = Step(rung=CommitmentRung.COMING, count=1, due_on=before)
        next_on = on_the_day
    else:
        highest = Step(rung=CommitmentRung.DUE, count=1, due_on=on_the_day)
        next_on = shift(on_the_day, _EVERY)
        while next_on <= today:
            count = highest.count + 1 if highest.rung is CommitmentRung.OVERDUE else 1
            highest = Step(rung=CommitmentRung.OVERDUE, count=count, due_on=next_on)
            next_on = shift(next_on, _EVERY)
    return Verdict(take=None if highest.key in taken else highest, next_on=next_on)

"""The two clocks of a referral: acknowledgement and answer. Pure.

Both start when the relay accepted the outcome document. The ladder goes by days in Seoul; a due day lasts
until its end, or, where a rule counts in working hours, until the moment on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from gongmun.calendar import (
    CountedIn,
    Counting,
    Deadline,
    Unit,
    WorkingCalendar,
    deadline,
    hours,
    rule,
)
from gongmun.clock import seoul_date, seoul_time

ACKNOWLEDGEMENT_RULE = "acknowledgement"


def answer_values(counting: Counting, calendar: WorkingCalendar) -> dict[str, Any]:
    """The columns of a referral whose answer's clock is set: what is counted, and the day it comes to.

    A day that was promised before is no promise any more: whatever sets the clock tells of the new one.

    Raises:
        YearNotCovered: it leaves the years the calendar covers.
    """
    return {
        "answer_counted_in": counting.unit,
        "answer_counted_since": counting.since,
        "answer_counted": counting.amount,
        "answer_due": counting.due(calendar),
        "answer_due_at": counting.due_at(calendar),
        "answer_due_promised": None,
    }


# The same of a referral whose clock was never started, or is taken back.
NO_ANSWER_CLOCK: Mapping[str, None] = MappingProxyType(
    dict.fromkeys(
        (
            "answer_counted_in",
            "answer_counted_since",
            "answer_counted",
            "answer_due",
            "answer_due_at",
            "answer_due_promised",
        )
    )
)


def counting_of(
    unit: CountedIn | None, since: datetime | None, amount: int | None, due: date
) -> Counting:
    """How an answer's deadline is counted, by these columns; of a row from before they were kept, the day itself."""
    if since is None:
        return Counting.days(due)
    assert unit is not None
    assert amount is not None
    return Counting(unit=unit, since=since, amount=amount)


def receipt_due(dispatched_at: datetime, calendar: WorkingCalendar) -> date:
    """The day by which what was dispatched then is to be acknowledged."""
    by = rule(ACKNOWLEDGEMENT_RULE, seoul_date(dispatched_at))
    return deadline(by, dispatched_at, calendar).due


@dataclass(frozen=True, kw_only=True, slots=True)
class StartedClocks:
    """The deadlines of both clocks, each with its explanation."""

    acknowledge: Deadline
    answer: Deadline


def start_clocks(
    answer_rule: str, dispatched_at: datetime, calendar: WorkingCalendar
) -> StartedClocks:
    """Both deadlines of a referral dispatched at `dispatched_at`.

    Raises:
        UnknownRule: there is no such answer rule on that day.
    """
    day = seoul_date(dispatched_at)
    return StartedClocks(
        acknowledge=deadline(rule(ACKNOWLEDGEMENT_RULE, day), dispatched_at, calendar),
        answer=deadline(rule(answer_rule, day), dispatched_at, calendar),
    )


def is_late(due_at: datetime, answered_at: datetime) -> bool:
    """Whether what came at `answered_at` came after its deadline.

    The last moment of a period in hours is in time; the midnight at which a day is over is the next day's.
    """
    return answered_at > due_at or answered_at == due_at == seoul_time(seoul_date(due_at))


def days_overdue(answer_due: date, today: date, calendar: WorkingCalendar) -> int:
    """Working days since the due day; 0 while it is not over."""
    if today <= answer_due:
        return 0
    # count() is half open: from the day after the due day up to and including today.
    return calendar.count(answer_due, today) + calendar.is_working_day(today) - 1


def resumed(
    due: date,
    due_at: datetime,
    paused_at: datetime,
    resumed_at: datetime,
    unit: Unit,
    calendar: WorkingCalendar,
) -> Counting:
    """What is left of a clock that stood still from `paused_at` until `resumed_at`, from then on.

    What was left after the day of the pause is left after the day on which the clock goes on: working
    days of a period in working days, else days by the calendar, and an end on a day off moves to the
    next working day. Of a period in working hours the working time is left. A clock that was overdue
    stays so, by as many working days: lateness is counted in them, whatever the period is counted in
    (see `days_overdue`), and by one at least: of what has run out by the hour, the day has passed as well. On the
    same day that is not resumed: it is as it was.
    """
    paused_on, resumed_on = seoul_date(paused_at), seoul_date(resumed_at)
    if is_late(due_at, paused_at):
        late = days_overdue(due, paused_on, calendar)
        # On a day off, the working day before is not over by any working day yet.
        back = late + (not calendar.is_working_day(resumed_on))
        return Counting.days(calendar.shift(resumed_on, -max(back, 1)))
    if unit is Unit.WORKING_HOURS:
        return Counting.time(resumed_at, hours.between(paused_at, due_at, calendar))
    if unit is Unit.WORKING_DAYS:
        left = (
            calendar.count(paused_on, due) + _counts(due, calendar) - _counts(paused_on, calendar)
        )
        return Counting.days(resumed_on, left)
    return Counting.days(resumed_on + (due - paused_on))


def _counts(day: date, calendar: WorkingCalendar) -> int:
    return int(calendar.is_working_day(day))

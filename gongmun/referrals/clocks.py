"""The two clocks of a referral: acknowledgement and answer. Pure.

Both start when the relay accepted the outcome document. A day in Seoul is the unit; a due day lasts
until its end.
"""

from dataclasses import dataclass
from datetime import date, datetime

from gongmun.calendar import Deadline, Unit, WorkingCalendar, deadline, rule
from gongmun.clock import seoul_date

ACKNOWLEDGEMENT_RULE = "acknowledgement"


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


def days_overdue(answer_due: date, today: date, calendar: WorkingCalendar) -> int:
    """Working days since the due day; 0 while it is not over."""
    if today <= answer_due:
        return 0
    # count() is half open: from the day after the due day up to and including today.
    return calendar.count(answer_due, today) + calendar.is_working_day(today) - 1


def resumed_due(
    due: date, paused_on: date, resumed_on: date, unit: Unit, calendar: WorkingCalendar
) -> date:
    """The due day of a clock that stood still from `paused_on` until `resumed_on`.

    What was left after the day of the pause is left after the day on which the clock goes on: working
    days of a period in working days, else days by the calendar, and an end on a day off moves to the
    next working day. A clock that was overdue stays so, by as many working days: lateness is counted
    in them, whatever the period is counted in (see `days_overdue`).
    """
    if resumed_on <= paused_on:
        return due
    if due < paused_on:
        late = days_overdue(due, paused_on, calendar)
        # On a day off, the working day before is not over by any working day yet.
        back = late + (not calendar.is_working_day(resumed_on))
        return calendar.shift(resumed_on, -max(back, 1))
    if unit is Unit.WORKING_DAYS:
        left = (
            calendar.count(paused_on, due) + _counts(due, calendar) - _counts(paused_on, calendar)
        )
        return calendar.shift(resumed_on, left)
    return calendar.shift(resumed_on + (due - paused_on), 0)


def _counts(day: date, calendar: WorkingCalendar) -> int:
    return int(calendar.is_working_day(day))

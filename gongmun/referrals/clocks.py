"""The two clocks of a referral: acknowledgement and answer. Pure.

Both start when the relay accepted the outcome document. A day in Seoul is the unit; a due day lasts
until its end.
"""

from dataclasses import dataclass
from datetime import date, datetime

from gongmun.calendar import Deadline, WorkingCalendar, deadline, rule
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

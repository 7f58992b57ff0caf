"""The calendar: working days of Korean government offices, and deadlines that explain themselves."""

from gongmun.calendar.counting import CountedIn, Counting
from gongmun.calendar.deadlines import (
    BY_CALENDAR,
    Deadline,
    DeadlineRule,
    Pause,
    Unit,
    deadline,
    latest_extension,
    period,
)
from gongmun.calendar.explaining import CountedDay, days_after, days_of
from gongmun.calendar.overrides import OverridesInvalid
from gongmun.calendar.rules import RuleNotInForce, RulesInvalid, UnknownRule, answer_rules, rule
from gongmun.calendar.working_days import WorkingCalendar, YearNotCovered, calendar

__all__ = [
    "BY_CALENDAR",
    "CountedDay",
    "CountedIn",
    "Counting",
    "Deadline",
    "DeadlineRule",
    "OverridesInvalid",
    "Pause",
    "RuleNotInForce",
    "RulesInvalid",
    "Unit",
    "UnknownRule",
    "WorkingCalendar",
    "YearNotCovered",
    "answer_rules",
    "calendar",
    "days_after",
    "days_of",
    "deadline",
    "latest_extension",
    "period",
    "rule",
]

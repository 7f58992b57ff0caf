"""The calendar: working days of Korean government offices, and deadlines that explain themselves."""

from gongmun.calendar.deadlines import (
    Deadline,
    DeadlineRule,
    Unit,
    deadline,
    latest_extension,
)
from gongmun.calendar.overrides import OverridesInvalid
from gongmun.calendar.rules import RuleNotInForce, RulesInvalid, UnknownRule, rule
from gongmun.calendar.working_days import WorkingCalendar, YearNotCovered, calendar

__all__ = [
    "Deadline",
    "DeadlineRule",
    "OverridesInvalid",
    "RuleNotInForce",
    "RulesInvalid",
    "Unit",
    "UnknownRule",
    "WorkingCalendar",
    "YearNotCovered",
    "calendar",
    "deadline",
    "latest_extension",
    "rule",
]

"""Many deadlines of one rule at once: the same days as `deadline`, by whole arrays."""

import numpy as np
from numpy.typing import NDArray

from gongmun.calendar.deadlines import DeadlineRule, Unit
from gongmun.calendar.working_days import WorkingCalendar, YearNotCovered
from gongmun.calendar.years import FIRST_YEAR, LAST_YEAR

Days = NDArray[np.datetime64]
_DAY = np.timedelta64(1, "D")
_FIRST, _LAST = np.datetime64(f"{FIRST_YEAR}-01-01"), np.datetime64(f"{LAST_YEAR}-12-31")


def due_days(rule: DeadlineRule, starts: Days, calendar: WorkingCalendar) -> Days:
    """The due day of a period of `rule` that starts on each of these days in Seoul (datetime64[D]).

    Raises:
        ValueError: a rule in working hours, which needs the time of the start.
        YearNotCovered: a start or a due day lies outside the covered years.
    """
    if rule.unit is Unit.WORKING_HOURS:
        raise ValueError("a period in working hours starts at a moment, not on a day")
    if not starts.size:
        return starts
    first, last = starts.min(), starts.max()
    _check(first, last)
    # Many start on the same day: where there are fewer days than starts, each day is counted once.
    days = np.arange(first, last + _DAY)
    if days.size < starts.size:
        counted: Days = _due(rule, days, calendar)[(starts - first).astype(np.int64)]
        return counted
    return _due(rule, starts, calendar)


def _due(rule: DeadlineRule, starts: Days, calendar: WorkingCalendar) -> Days:
    if rule.unit is Unit.WORKING_DAYS:
        # The n-th working day after the day before the first one that may count.
        since = starts - _DAY if rule.first_day_counts else starts - _off(starts, calendar)
        due = np.busday_offset(since, rule.length, roll="backward", busdaycal=calendar.numpy)
    else:
        first = _rolled(starts, calendar)
        if not rule.first_day_counts:
            first = np.where(first == starts, starts + _DAY, first)
        due = _rolled(_ends(rule, first), calendar)
    _check(due.min(), due.max())
    return due


def _ends(rule: DeadlineRule, first: Days) -> Days:
    """The last day of each period by the calendar that has this first day, be it a day off or not."""
    if rule.unit is Unit.CALENDAR_DAYS:
        return first + np.timedelta64(rule.length - 1, "D")
    month = first.astype("datetime64[M]")
    in_month = first - month.astype("datetime64[D]")
    last_month = month + np.timedelta64(rule.length, "M")
    same_day = last_month.astype("datetime64[D]") + in_month
    last_day = (last_month + np.timedelta64(1, "M")).astype("datetime64[D]") - _DAY
    return np.where(same_day > last_day, last_day, same_day - _DAY)


def _rolled(days: Days, calendar: WorkingCalendar) -> Days:
    """Each day, or the next working day where it is one off."""
    return np.busday_offset(days, 0, roll="forward", busdaycal=calendar.numpy)


def _off(days: Days, calendar: WorkingCalendar) -> NDArray[np.timedelta64]:
    """One day for each day off, none for each working day."""
    working = np.is_busday(days, busdaycal=calendar.numpy)
    return np.where(working, np.timedelta64(0, "D"), _DAY)


def _check(*days: np.datetime64) -> None:
    for day in days:
        if not _FIRST <= day <= _LAST:
            raise YearNotCovered(day=str(day), first=FIRST_YEAR, last=LAST_YEAR)

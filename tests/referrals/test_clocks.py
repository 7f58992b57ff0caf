"""A clock that stands still loses nothing: properties over years of real holidays."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongmun.calendar import Unit, WorkingCalendar, calendar
from gongmun.clock import seoul_time
from gongmun.referrals.clocks import days_overdue, resumed

CALENDAR = calendar()
DAYS = st.dates(date(2016, 1, 1), date(2032, 12, 31))
FEW = st.integers(0, 60)
UNITS = st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.MONTHS])
BY_CALENDAR = st.sampled_from([Unit.CALENDAR_DAYS, Unit.MONTHS])


def resumed_due(due: date, paused: date, on: date, unit: Unit, calendar: WorkingCalendar) -> date:
    """The day to which a clock of days comes that stood still from one day until another."""
    moments = (seoul_time(due + timedelta(days=1)), seoul_time(paused, 10), seoul_time(on, 10))
    return resumed(due, *moments, unit, calendar).due(calendar)


def working_days_left(day: date, due: date) -> int:
    """Working days after `day` up to and including `due`, counted one by one."""
    return sum(
        CALENDAR.is_working_day(day + timedelta(days=n)) for n in range(1, (due - day).days + 1)
    )


def a_due_day(start: date, days: int) -> date:
    """A due day `days` after `start`: it is a working day, as deadlines are."""
    return CALENDAR.shift(start + timedelta(days=days), 0)


@given(DAYS, FEW, FEW)
def test_working_days_left_stay_the_same(paused: date, left: int, stood: int) -> None:
    due, on = a_due_day(paused, left), paused + timedelta(days=stood)
    after = resumed_due(due, paused, on, Unit.WORKING_DAYS, CALENDAR)
    assert CALENDAR.is_working_day(after)
    assert working_days_left(on, after) == working_days_left(paused, due) or (
        # On its last day: where it goes on a day off, the next working day is the last one.
        paused == due and not CALENDAR.is_working_day(on) and after == CALENDAR.shift(on, 0)
    )


@given(BY_CALENDAR, DAYS, FEW, FEW)
def test_calendar_days_left_stay_the_same_but_for_an_end_on_a_day_off(
    unit: Unit, paused: date, left: int, stood: int
) -> None:
    due, on = a_due_day(paused, left), paused + timedelta(days=stood)
    after = resumed_due(due, paused, on, unit, CALENDAR)
    end = on + (due - paused)
    assert after >= end
    assert CALENDAR.is_working_day(after)
    assert not any(
        CALENDAR.is_working_day(end + timedelta(days=n)) for n in range((after - end).days)
    )


@given(UNITS, DAYS, FEW)
def test_a_pause_of_no_day_changes_nothing(unit: Unit, day: date, left: int) -> None:
    due = a_due_day(day, left)
    assert resumed_due(due, day, day, unit, CALENDAR) == due


@given(UNITS, DAYS, st.integers(1, 60), FEW)
def test_an_overdue_clock_stays_as_overdue(unit: Unit, due: date, late: int, stood: int) -> None:
    due = CALENDAR.shift(due, 0)
    paused = due + timedelta(days=late)
    on = paused + timedelta(days=stood)
    after = resumed_due(due, paused, on, unit, CALENDAR)
    before = days_overdue(due, paused, CALENDAR)
    assert after < on
    # A clock paused on the days off just after its due day was late by no working day yet.
    assert days_overdue(after, on, CALENDAR) == before or (
        before == 0 and days_overdue(after, on, CALENDAR) == 1
    )


@given(UNITS, DAYS, FEW, FEW, FEW)
def test_two_pauses_on_end_are_one(
    unit: Unit, paused: date, left: int, first: int, second: int
) -> None:
    due = a_due_day(paused, left)
    middle, end = paused + timedelta(days=first), paused + timedelta(days=first + second)
    twice = resumed_due(
        resumed_due(due, paused, middle, unit, CALENDAR), middle, end, unit, CALENDAR
    )
    once = resumed_due(due, paused, end, unit, CALENDAR)
    if unit is Unit.WORKING_DAYS:
        off = due == paused and not CALENDAR.is_working_day(middle)
        assert twice == once or off
    assert twice >= once


@pytest.mark.parametrize(
    ("unit", "due", "paused", "goes_on", "after"),
    [
        # Asked on Thursday with a week left; the answer comes a week later.
        ("working_days", (10, 29), (10, 22), (10, 29), (11, 5)),
        # Over a weekend nothing of a working-day period is used up.
        ("working_days", (10, 29), (10, 23), (10, 26), (10, 30)),
        ("working_days", (10, 29), (10, 24), (10, 25), (10, 29)),
        # On the last day: the day of the answer is the last one.
        ("working_days", (10, 29), (10, 29), (11, 4), (11, 4)),
        ("working_days", (10, 29), (10, 29), (10, 31), (11, 2)),
        # Two working days late stays two working days late.
        ("working_days", (10, 29), (11, 2), (11, 12), (11, 10)),
        ("calendar_days", (10, 29), (11, 2), (11, 14), (11, 11)),
        # By the calendar weekends count, and an end on one of them moves on.
        ("calendar_days", (10, 29), (10, 22), (10, 28), (11, 4)),
        ("calendar_days", (10, 29), (10, 22), (10, 31), (11, 9)),
        ("months", (10, 29), (10, 22), (10, 28), (11, 4)),
    ],
)
def test_known_days(
    unit: str,
    due: tuple[int, int],
    paused: tuple[int, int],
    goes_on: tuple[int, int],
    after: tuple[int, int],
) -> None:
    due_on, paused_on, on = (date(2026, *day) for day in (due, paused, goes_on))
    found = resumed_due(due_on, paused_on, on, Unit(unit), CALENDAR)
    assert found == date(2026, *after)

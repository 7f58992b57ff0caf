"""The calendar against the slow reference: hours, days and months, holidays declared late, any process's zone."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongmun.calendar import (
    Counting,
    DeadlineRule,
    Unit,
    WorkingCalendar,
    YearNotCovered,
    calendar,
    days_of,
    deadline,
    hours,
)
from gongmun.calendar.many import due_days
from gongmun.calendar.overrides import Override
from gongmun.clock import SEOUL, seoul_date, seoul_time
from gongmun.referrals.clocks import is_late, resumed
from gongmun.text import Bilingual
from tests.calendar import reference

CALENDAR, OFF = calendar(), reference.days_off()
DAYS = st.dates(date(2016, 1, 1), date(2032, 12, 31))
MINUTES = st.builds(
    lambda day, minute: seoul_time(day) + timedelta(minutes=minute), DAYS, st.integers(0, 1439)
)
# Times of the clock at which something begins or ends, and the minutes beside them.
EDGES = st.builds(
    lambda day, hour, aside: seoul_time(day, hour) + timedelta(minutes=aside),
    DAYS,
    st.sampled_from([0, 9, 12, 13, 18]),
    st.integers(-1, 1),
)
MOMENTS = MINUTES | EDGES
# Weeks around Chuseok and the New Year, where most is skipped.
HOLIDAYS = st.builds(
    lambda day, hour: seoul_time(day, hour),
    st.dates(date(2025, 9, 26), date(2025, 10, 13)) | st.dates(date(2026, 2, 10), date(2026, 3, 4)),
    st.integers(0, 23),
)
UNITS = st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.MONTHS])


def a_rule(unit: Unit, length: int, *, first_day_counts: bool = True) -> DeadlineRule:
    return DeadlineRule(
        code="test",
        version=1,
        name_ko="시험",
        name_en="test",
        unit=unit,
        length=length,
        first_day_counts=first_day_counts,
        citation_ko="시험 규정",
        citation_en="Test Regulation",
        valid_from=date(2015, 1, 1),
    )


def test_the_days_off_are_the_same() -> None:
    days = (date(2015, 1, 1) + timedelta(days=n) for n in range(21 * 365 + 5))
    wrong = [day for day in days if CALENDAR.is_working_day(day) == (day in OFF)]
    assert wrong == []


@given(DAYS, st.integers(-80, 80))
def test_working_days_are_counted_as_by_walking(day: date, n: int) -> None:
    assert CALENDAR.shift(day, n) == reference.shift(day, n, OFF)


@given(MOMENTS | HOLIDAYS, UNITS, st.integers(1, 40), st.booleans())
def test_days_and_months_end_as_by_walking(
    start: datetime, unit: Unit, length: int, first_day_counts: bool
) -> None:
    rule = a_rule(unit, min(length, 30), first_day_counts=first_day_counts)
    found = deadline(rule, start, CALENDAR)
    assert found.due == reference.due(rule, start, OFF)
    assert found.due_at == reference.due_at(rule, start, OFF)
    assert not is_late(found.due_at, found.due_at - timedelta(microseconds=1))
    assert is_late(found.due_at, found.due_at)
    assert seoul_date(found.due_at - timedelta(microseconds=1)) == found.due


@settings(max_examples=60)
@given(MOMENTS | HOLIDAYS, st.integers(1, 48))
def test_hours_end_as_by_walking_minute_by_minute(start: datetime, length: int) -> None:
    rule = a_rule(Unit.WORKING_HOURS, length)
    found = deadline(rule, start, CALENDAR)
    assert found.due_at == reference.after(start, 60 * length, OFF)
    assert found.due == reference.due(rule, start, OFF)
    # A period that ends with the work of a day ends then, and its last moment is in time.
    assert not is_late(found.due_at, found.due_at)
    assert is_late(found.due_at, found.due_at + timedelta(microseconds=1))


@settings(max_examples=60)
@given(MOMENTS | HOLIDAYS, st.integers(0, 3 * 24 * 60))
def test_time_between_is_that_of_walking(start: datetime, minutes: int) -> None:
    end = start + timedelta(minutes=minutes)
    expected = reference.minutes_of_work(start, end, OFF)
    assert hours.between(start, end, CALENDAR) == timedelta(minutes=expected)
    assert hours.between(end, start, CALENDAR) == timedelta()
    assert hours.is_open(start, CALENDAR) == reference.at_work(start, OFF)


@given(MOMENTS, st.integers(0, 30 * 8 * 3600))
def test_what_is_counted_is_found_between(start: datetime, seconds: int) -> None:
    time = timedelta(seconds=seconds)
    assert hours.between(start, hours.after(start, time, CALENDAR), CALENDAR) == time


@given(MOMENTS, st.integers(0, 5000), st.sampled_from(Unit), st.integers(1, 24), st.booleans())
def test_a_later_start_is_never_over_earlier(
    start: datetime, minutes: int, unit: Unit, length: int, first_day_counts: bool
) -> None:
    rule = a_rule(unit, length, first_day_counts=first_day_counts)
    later = deadline(rule, start + timedelta(minutes=minutes), CALENDAR)
    assert deadline(rule, start, CALENDAR).due_at <= later.due_at


@given(MOMENTS, UNITS, st.integers(1, 24))
def test_the_first_day_makes_at_most_one_day(start: datetime, unit: Unit, length: int) -> None:
    counted, not_counted = (
        deadline(a_rule(unit, length, first_day_counts=counts), start, CALENDAR)
        for counts in (True, False)
    )
    if seoul_date(start) in OFF:
        assert counted.due == not_counted.due
    elif unit is Unit.WORKING_DAYS:
        assert not_counted.due == reference.shift(counted.due, 1, OFF)
    else:
        assert counted.due <= not_counted.due
        # Months are of different lengths: from 30 April to 29 May, from 1 May to 31 May.
        assert unit is Unit.MONTHS or not_counted.due <= reference.shift(counted.due, 1, OFF)


@given(
    MOMENTS | HOLIDAYS,
    st.sampled_from(Unit),
    st.integers(1, 24),
    st.booleans(),
    st.sampled_from(["start", "next", "due", "aside"]),
    DAYS,
)
def test_another_holiday_never_makes_a_deadline_earlier(
    start: datetime, unit: Unit, length: int, first_day_counts: bool, on: str, aside: date
) -> None:
    rule = a_rule(unit, length, first_day_counts=first_day_counts)
    before = deadline(rule, start, CALENDAR)
    started = seoul_date(start)
    declared = {
        "start": started,
        "next": started + timedelta(days=1),
        "due": before.due,
        "aside": aside,
    }[on]
    name = Bilingual(ko="임시공휴일", en="Temporary holiday")
    other = WorkingCalendar([Override(day=declared, working=False, name=name)])
    after = deadline(rule, start, other)
    assert after.due_at >= before.due_at
    assert after.due == reference.due(rule, start, reference.days_off(also=[declared]))
    # What was counted by the old calendar comes, counted again, to what the new one would have said.
    assert before.counting.due_at(other) == after.due_at
    # And back, where the holiday is taken back.
    assert after.counting.due_at(CALENDAR) == before.due_at
    assert [each.day for each in days_of(before.counting, other)][-1] == after.due


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        # Across lunch, the night, a weekend, a holiday.
        ("2026-10-12 11:30", 1, "2026-10-12 13:30"),
        ("2026-10-12 12:10", 1, "2026-10-12 14:00"),
        ("2026-10-12 16:00", 3, "2026-10-13 10:00"),
        ("2026-10-12 15:00", 3, "2026-10-12 18:00"),  # not nine the next morning
        ("2026-10-12 18:00", 3, "2026-10-13 12:00"),
        ("2026-10-12 20:00", 3, "2026-10-13 12:00"),
        ("2026-10-12 03:00", 3, "2026-10-12 12:00"),
        ("2026-10-16 17:00", 3, "2026-10-19 11:00"),
        ("2026-10-17 10:00", 3, "2026-10-19 12:00"),
        ("2026-10-08 17:00", 3, "2026-10-12 11:00"),  # Hangul Day is a Friday
        # Three and five days are 24 and 40 hours.
        ("2026-10-12 10:30", 24, "2026-10-15 10:30"),
        ("2026-10-12 10:30", 40, "2026-10-19 10:30"),
        ("2026-09-23 14:00", 24, "2026-09-30 14:00"),  # over Chuseok
    ],
)
def test_known_hours(start: str, length: int, end: str) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=SEOUL)
    found = deadline(a_rule(Unit.WORKING_HOURS, length), begun, CALENDAR)
    assert f"{found.due_at.astimezone(SEOUL):%Y-%m-%d %H:%M}" == end


@pytest.fixture(params=["America/New_York", "Pacific/Kiritimati", "UTC"])
def _zone(request: pytest.FixtureRequest) -> Iterator[None]:
    """The process runs somewhere else, where the clocks are put forward too."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("_zone")
def test_the_zone_of_the_process_does_not_matter() -> None:
    # New York puts its clocks forward on 8 March 2026, in the night after this Saturday in Seoul.
    rule = a_rule(Unit.WORKING_HOURS, 12)
    for zone in (SEOUL, UTC, None):
        start = datetime(2026, 3, 6, 16, tzinfo=SEOUL)
        found = deadline(rule, start.astimezone(zone) if zone else start.astimezone(), CALENDAR)
        assert found.due_at == datetime(2026, 3, 10, 11, tzinfo=SEOUL)


@settings(max_examples=60)
@given(MOMENTS | HOLIDAYS, st.integers(1, 40), st.integers(0, 3000), st.integers(0, 20000))
def test_a_pause_leaves_the_hours_that_were_left(
    start: datetime, length: int, until_pause: int, stood: int
) -> None:
    rule = a_rule(Unit.WORKING_HOURS, length)
    before = deadline(rule, start, CALENDAR)
    paused = min(start + timedelta(minutes=until_pause), before.due_at)
    on = paused + timedelta(minutes=stood)
    left = reference.minutes_of_work(paused, before.due_at, OFF)
    after = resumed(before.due, before.due_at, paused, on, rule.unit, CALENDAR)
    assert after.due_at(CALENDAR) == reference.after(on, left, OFF)
    assert reference.minutes_of_work(on, after.due_at(CALENDAR), OFF) == left
    if left:
        # A second pause takes nothing either.
        again = resumed(
            after.due(CALENDAR), after.due_at(CALENDAR), on, on + timedelta(1), rule.unit, CALENDAR
        )
        assert again.due_at(CALENDAR) == reference.after(on + timedelta(1), left, OFF)


@given(MOMENTS, st.lists(st.integers(1, 7_200_000_000), min_size=2, max_size=8))
def test_many_short_pauses_take_no_part_of_a_second(start: datetime, steps: list[int]) -> None:
    """The clock runs and stands still by turns, in microseconds: nobody loses time to our rounding."""
    due_at = deadline(a_rule(Unit.WORKING_HOURS, 24), start, CALENDAR).due_at
    now, worked, rounded = start, timedelta(), 0
    for runs, step in enumerate(steps):
        before, now = now, now + timedelta(microseconds=step)
        if runs % 2 == 0:
            worked += hours.between(before, now, CALENDAR)
            continue
        counting = resumed(seoul_date(due_at), due_at, before, now, Unit.WORKING_HOURS, CALENDAR)
        due_at, rounded = counting.due_at(CALENDAR), rounded + 1
    left, owed = hours.between(now, due_at, CALENDAR), timedelta(hours=24) - worked
    if len(steps) % 2 == 0:
        assert owed <= left < owed + timedelta(seconds=rounded)


@given(MOMENTS | HOLIDAYS, st.integers(1, 40), st.integers(0, 40), st.integers(0, 40))
def test_a_pause_leaves_the_working_days_that_were_left(
    start: datetime, length: int, until_pause: int, stood: int
) -> None:
    rule = a_rule(Unit.WORKING_DAYS, length)
    before = deadline(rule, start, CALENDAR)
    paused = start + timedelta(days=until_pause)
    if seoul_date(paused) > before.due:
        return
    on = paused + timedelta(days=stood)
    left = reference.working_days(seoul_date(paused), before.due, OFF)
    after = resumed(before.due, before.due_at, paused, on, rule.unit, CALENDAR)
    assert after.due(CALENDAR) == reference.shift(seoul_date(on), left, OFF)


@given(MOMENTS | HOLIDAYS, st.sampled_from(Unit), st.integers(1, 24), st.booleans())
def test_every_day_is_accounted_for(
    start: datetime, unit: Unit, length: int, first_day_counts: bool
) -> None:
    found = deadline(a_rule(unit, length, first_day_counts=first_day_counts), start, CALENDAR)
    days = days_of(found, CALENDAR)
    first, last = seoul_date(start), found.due
    assert [each.day for each in days] == [
        first + timedelta(days=n) for n in range((last - first).days + 1)
    ]
    counted = [each for each in days if each.number is not None]
    assert [each.number for each in counted] == list(range(1, len(counted) + 1))
    assert all(each.why.ko and each.why.en for each in days)
    if unit is Unit.WORKING_HOURS:
        assert sum((each.time or timedelta() for each in days), timedelta()) == timedelta(
            hours=length
        )
    elif unit is not Unit.MONTHS:
        assert len(counted) == length
    if unit in (Unit.WORKING_HOURS, Unit.WORKING_DAYS):
        assert not {each.day for each in counted} & OFF
        assert last == counted[-1].day
        # The days of a counting alone are the same, but for the day that it begins after.
        alone = days_of(found.counting, CALENDAR)
        assert [each.day for each in alone if each.number] == [each.day for each in counted]


@given(DAYS, st.integers(0, 3))
def test_a_day_that_was_set_is_shown_with_where_it_moved(day: date, ahead: int) -> None:
    counting = Counting.days(day, ahead)
    days = days_of(counting, CALENDAR)
    assert (days[0].day, days[-1].day) == (day, counting.due(CALENDAR))
    assert [each.number for each in days if each.number] == list(range(1, ahead + 1))
    assert all(each.why.ko for each in days)


@given(st.lists(DAYS, min_size=1, max_size=30), UNITS, st.integers(1, 60), st.booleans())
def test_many_at_once_are_each_alone(
    starts: list[date], unit: Unit, length: int, first_day_counts: bool
) -> None:
    rule = a_rule(unit, min(length, 20), first_day_counts=first_day_counts)
    found = due_days(rule, np.array(starts, dtype="datetime64[D]"), CALENDAR)
    alone = [deadline(rule, seoul_time(start, 10), CALENDAR).due for start in starts]
    assert list(found.astype(date)) == alone
    # The same where more of them start than there are days.
    close = [min(starts) + timedelta(days=day.day % 9) for day in starts] * 3
    found = due_days(rule, np.array(close, dtype="datetime64[D]"), CALENDAR)
    assert list(found.astype(date)) == [
        deadline(rule, seoul_time(start, 10), CALENDAR).due for start in close
    ]


@pytest.mark.parametrize("length", [1, 6, 13, 24])
def test_many_months_from_every_day_of_a_leap_year_and_the_next(length: int) -> None:
    """Where the last month has no such day, its last day is the end."""
    rule = a_rule(Unit.MONTHS, length)
    starts = [date(2024, 1, 1) + timedelta(days=n) for n in range(731)]
    found = due_days(rule, np.array(starts, dtype="datetime64[D]"), CALENDAR)
    assert found.tolist() == [reference.due(rule, seoul_time(day), OFF) for day in starts]


def test_many_are_counted_by_a_calendar_that_was_turned_over() -> None:
    starts = np.array(["2026-11-20"], dtype="datetime64[D]")
    rule = a_rule(Unit.WORKING_DAYS, 1, first_day_counts=False)
    assert due_days(rule, starts, CALENDAR).tolist() == [date(2026, 11, 23)]
    turned = CALENDAR.turned([date(2026, 11, 23)])
    assert due_days(rule, starts, turned).tolist() == [date(2026, 11, 24)]
    assert due_days(rule, starts, CALENDAR).tolist() == [date(2026, 11, 23)]


def test_many_refuse_what_they_cannot_count() -> None:
    last = np.array(["2026-01-05", "2035-12-20"], dtype="datetime64[D]")
    with pytest.raises(YearNotCovered, match="2036"):
        due_days(a_rule(Unit.CALENDAR_DAYS, 20), last, CALENDAR)
    with pytest.raises(YearNotCovered, match="2014"):
        due_days(a_rule(Unit.MONTHS, 1), last - np.timedelta64(12 * 365, "D"), CALENDAR)
    with pytest.raises(ValueError, match="hours"):
        due_days(a_rule(Unit.WORKING_HOURS, 20), last, CALENDAR)
    assert not due_days(a_rule(Unit.WORKING_DAYS, 20), last[:0], CALENDAR).size

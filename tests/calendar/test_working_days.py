"""Working days of government offices: known dates, and counting against a slow obvious reference."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongmun import clock
from gongmun.calendar import WorkingCalendar, YearNotCovered, calendar
from gongmun.calendar.overrides import Override
from gongmun.calendar.years import LAST_YEAR
from gongmun.text import Bilingual

DAYS = st.dates(date(2016, 1, 1), date(2034, 12, 31))


@pytest.mark.parametrize(
    "days_off",
    [
        # year, month, days
        (2017, 5, [3, 5, 9]),  # Labour Day was no day off; Buddha, children, president
        (2017, 10, [2, 3, 4, 5, 6, 9]),  # temporary holiday, Chuseok, Hangul Day
        (2025, 10, [3, 6, 7, 8, 9]),  # the 8th substitutes the Sunday of Chuseok
        (2026, 1, [1]),
        (2026, 2, [16, 17, 18]),
        (2026, 3, [2]),  # substitutes 1 March, a Sunday
        (2026, 4, []),
        (2026, 5, [1, 5, 25]),  # the 25th substitutes Buddha's birthday
        (2026, 6, [3]),  # local elections; Memorial Day falls on a Saturday and has no substitute
        (2026, 7, [17]),
        (2026, 8, [17]),  # substitutes 15 August, a Saturday
        (2026, 9, [24, 25]),  # Chuseok's Saturday has no substitute
        (2026, 10, [5, 9]),  # the 5th substitutes 3 October, a Saturday
        (2026, 11, []),
        (2026, 12, [25]),
        (2027, 2, [8, 9]),
        (2027, 5, [3, 5, 13]),
        (2028, 4, [12]),  # National Assembly
    ],
    ids=lambda case: f"{case[0]}-{case[1]:02}",
)
def test_days_off_of_a_month(days_off: tuple[int, int, list[int]]) -> None:
    year, month, expected = days_off
    weekdays = [
        day
        for day in (date(year, month, 1) + timedelta(days=n) for n in range(31))
        if day.month == month and day.weekday() < 5
    ]
    found = [day.day for day in weekdays if not calendar().is_working_day(day)]
    assert found == expected


def test_labour_day_is_a_day_off_of_offices_only_since_2026() -> None:
    assert calendar().is_working_day(date(2025, 5, 1))  # a Thursday
    assert not calendar().is_working_day(date(2026, 5, 1))


def test_a_day_off_says_why_in_both_languages() -> None:
    why = calendar().why_off
    assert why(date(2026, 10, 12)) is None
    assert why(date(2026, 10, 10)) == Bilingual(ko="토요일", en="Saturday")
    assert why(date(2026, 10, 11)) == Bilingual(ko="일요일", en="Sunday")
    assert why(date(2026, 10, 9)) == Bilingual(ko="한글날", en="Hangul Day")
    assert why(date(2026, 10, 5)) == Bilingual(
        ko="개천절 대체공휴일", en="Alternative holiday for National Foundation Day"
    )
    # A holiday on a weekend goes by its name.
    assert why(date(2026, 10, 3)) == Bilingual(ko="개천절", en="National Foundation Day")


def test_a_temporary_holiday_moves_a_due_date() -> None:
    """2 October 2017 was declared a holiday: what was due then became due on the 10th."""
    before = WorkingCalendar(
        [Override(day=date(2017, 10, 2), working=True, name=Bilingual(ko="근무", en="working"))]
    )
    assert before.shift(date(2017, 10, 2), 0) == date(2017, 10, 2)
    assert calendar().shift(date(2017, 10, 2), 0) == date(2017, 10, 10)


def test_overrides_have_the_last_word() -> None:
    name = Bilingual(ko="임시공휴일", en="Temporary holiday")
    changed = WorkingCalendar(
        [
            Override(day=date(2026, 11, 23), working=False, name=name),  # a Monday
            Override(day=date(2026, 11, 28), working=True, name=name),  # a Saturday
        ]
    )
    assert changed.why_off(date(2026, 11, 23)) == name
    assert changed.is_working_day(date(2026, 11, 28))
    assert changed.count(date(2026, 11, 23), date(2026, 11, 30)) == 5
    assert changed.shift(date(2026, 11, 20), 1) == date(2026, 11, 24)
    assert changed.shift(date(2026, 11, 27), 1) == date(2026, 11, 28)


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        ("2026-10-12", 0, "2026-10-12"),
        ("2026-10-10", 0, "2026-10-12"),
        ("2026-10-10", 1, "2026-10-12"),  # the first working day after a Saturday
        ("2026-10-12", 1, "2026-10-13"),
        ("2026-10-12", -1, "2026-10-08"),  # Hangul Day was the Friday
        ("2026-10-11", -1, "2026-10-08"),
        ("2026-09-23", 1, "2026-09-28"),
        ("2026-12-31", 1, "2027-01-04"),
    ],
)
def test_shift(day: str, n: int, expected: str) -> None:
    shifted = calendar().shift(date.fromisoformat(day), n)
    assert shifted == date.fromisoformat(expected)
    assert type(shifted) is date


@settings(deadline=None)  # machines may be busy
@given(DAYS, st.integers(-200, 200))
def test_shift_agrees_with_walking_day_by_day(day: date, n: int) -> None:
    working = calendar().is_working_day
    step = timedelta(days=1 if n >= 0 else -1)
    walked, left = day, abs(n)
    while left or (n == 0 and not working(walked)):
        walked += step
        left -= left > 0 and working(walked)
    assert calendar().shift(day, n) == walked


@settings(deadline=None)  # machines may be busy
@given(DAYS, st.integers(-360, 360))
def test_count_agrees_with_counting_day_by_day(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    first, last = min(start, end), max(start, end)
    days = (first + timedelta(days=n) for n in range((last - first).days))
    counted = sum(map(calendar().is_working_day, days))
    assert calendar().count(start, end) == (counted if end >= start else -counted)


@settings(deadline=None)  # machines may be busy
@given(DAYS, st.integers(1, 200))
def test_shift_and_count_undo_each_other(day: date, n: int) -> None:
    start = calendar().shift(day, 0)
    assert calendar().count(start, calendar().shift(start, n)) == n
    assert calendar().shift(calendar().shift(start, n), -n) == start


def test_years_that_are_not_covered_are_refused() -> None:
    outside = date(LAST_YEAR + 1, 1, 1)
    for call in (
        lambda: calendar().is_working_day(date(2014, 12, 31)),
        lambda: calendar().why_off(outside),
        lambda: calendar().count(date(2026, 1, 1), outside),
        lambda: calendar().count(outside, date(2026, 1, 1)),
        lambda: calendar().shift(date(LAST_YEAR, 12, 31), 1),
        lambda: calendar().shift(date(2015, 1, 2), -1),
    ):
        with pytest.raises(YearNotCovered) as caught:
            call()
        assert str(LAST_YEAR) in caught.value.message_ko


def test_holidays_have_the_names_of_the_law() -> None:
    """관공서의 공휴일에 관한 규정, arts. 2 and 3."""
    days = calendar().days_off(date(2018, 1, 1), date(LAST_YEAR, 12, 31))
    names = {name for _, why in days for name in why.ko.split(", ")}
    for other in ("신정", "삼일절", "대체 휴일", "부처님오신날"):
        assert not [name for name in names if other in name]
    assert {"1월 1일", "3·1절", "설날 대체공휴일", "부처님 오신 날", "기독탄신일"} <= names


def test_the_next_year_is_covered() -> None:
    """Fails early enough to extend the calendar before a deadline runs out of it."""
    next_year = clock.seoul_date(clock.now()).year + 1
    assert next_year <= LAST_YEAR
    # A year of which the package knows no holidays would have 261 or 262 working days.
    working = calendar().count(date(next_year, 1, 1), date(next_year, 12, 31))
    assert 240 <= working <= 255


def test_the_calendar_is_made_once() -> None:
    assert calendar() is calendar()

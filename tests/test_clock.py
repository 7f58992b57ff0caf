"""Time: aware only, stored in UTC, legal days in Seoul."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongmun import clock
from gongmun.errors import NaiveDatetime

NAIVE = datetime(2026, 10, 12, 9, 30)  # noqa: DTZ001


def test_now_is_the_present_in_utc() -> None:
    before = datetime.now(UTC)
    read = clock.now()
    assert before <= read <= datetime.now(UTC)
    assert read.tzinfo is UTC


def test_as_of_takes_the_place_of_the_clock() -> None:
    as_of = datetime(2026, 10, 12, 9, 30, tzinfo=clock.SEOUL)
    assert clock.resolve(as_of) == as_of
    assert clock.resolve(as_of).tzinfo is UTC
    assert clock.now() - clock.resolve(None) < timedelta(minutes=1)


@pytest.mark.parametrize("read", [clock.resolve, clock.utc, clock.seoul_date])
def test_a_naive_time_is_refused(read) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NaiveDatetime, match="2026-10-12T09:30") as caught:
        read(NAIVE)
    assert "시간대" in caught.value.message_ko


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 10, 11, 14, 59, 59, tzinfo=UTC), date(2026, 10, 11)),
        (datetime(2026, 10, 11, 15, 0, tzinfo=UTC), date(2026, 10, 12)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=timezone(timedelta(hours=-8))), date(2027, 1, 1)),
    ],
)
def test_the_day_of_a_moment_is_that_of_seoul(moment: datetime, day: date) -> None:
    assert clock.seoul_date(moment) == day


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 23), st.integers(0, 59))
def test_a_time_of_day_in_seoul_is_on_that_day(day: date, hour: int, minute: int) -> None:
    moment = clock.seoul_time(day, hour, minute)
    assert moment.tzinfo is UTC
    assert clock.seoul_date(moment) == day
    assert moment.astimezone(clock.SEOUL).hour == hour

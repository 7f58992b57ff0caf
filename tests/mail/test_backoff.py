"""The table of delays: grows, is the same for the same attempt, and ends after 72 hours."""

from datetime import UTC, datetime, timedelta

import pytest

from gongmun.mail.backoff import is_greylisting, next_attempt

NOW = datetime(2026, 10, 12, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 240), (6, 240), (99, 240)]
)
def test_the_delay_follows_the_table_with_a_little_added(attempts: int, minutes: int) -> None:
    after = {
        next_attempt(
            message_id=f"<{number}@x.example>",
            attempts=attempts,
            since=NOW,
            now=NOW,
            greylisted=False,
        )
        for number in range(200)
    }
    times = sorted(time - NOW for time in after if time is not None)
    assert timedelta(minutes=minutes) <= times[0]
    assert times[-1] < timedelta(minutes=minutes) * 1.2
    assert len(times) > 50  # they do not all come back at once


def test_the_same_attempt_has_the_same_time() -> None:
    times = {
        next_attempt(message_id="<a@b>", attempts=2, since=NOW, now=NOW, greylisted=False)
        for _ in range(3)
    }
    assert len(times) == 1


def test_a_greylisting_relay_is_given_five_minutes() -> None:
    time = next_attempt(message_id="<a@b>", attempts=1, since=NOW, now=NOW, greylisted=True)
    assert time is not None
    assert timedelta(minutes=5) <= time - NOW < timedelta(minutes=6)


def test_it_ends_after_72_hours_with_a_last_attempt_then() -> None:
    end = NOW + timedelta(hours=72)
    now, attempts, times = NOW, 0, []
    while True:
        attempts += 1
        time = next_attempt(
            message_id="<a@b>", attempts=attempts, since=NOW, now=now, greylisted=False
        )
        if time is None:
            break
        times.append(time)
        now = time
    assert now == end
    assert 18 <= len(times) <= 23


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (450, "4.7.1 come back later", True),
        (451, "Greylisted", True),
        (451, "4.3.0 no space", False),
        (421, "4.7.1 too many", False),
        (550, "greylist", False),
    ],
)
def test_what_is_greylisting(code: int, text: str, expected: bool) -> None:
    assert is_greylisting(code, text) is expected

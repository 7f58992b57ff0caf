"""When a commitment is reminded of: the pure rule, day by day."""

from datetime import date, timedelta

import pytest

from gongmun.calendar import calendar
from gongmun.followups.models import CommitmentRung
from gongmun.followups.rungs import decide

DUE = date(2026, 12, 11)  # a Friday
WALK = {
    date(2026, 12, 2): (CommitmentRung.COMING, 1),
    DUE: (CommitmentRung.DUE, 1),
    date(2026, 12, 28): (CommitmentRung.OVERDUE, 1),  # 25 December is a holiday
    date(2027, 1, 12): (CommitmentRung.OVERDUE, 2),  # and 1 January
    date(2027, 1, 26): (CommitmentRung.OVERDUE, 3),
}


def walk(due: date, start: date, end: date) -> dict[date, tuple[CommitmentRung, int]]:
    """What a daily sweep takes, looking only on the day that the rule names."""
    taken: dict[tuple[CommitmentRung, int], date] = {}
    look_on, day = start, start
    while day <= end:
        if day >= look_on:
            verdict = decide(due, taken=taken.keys(), today=day, shift=calendar().shift)
            assert verdict.next_on > day
            look_on = verdict.next_on
            if verdict.take is not None:
                assert verdict.take.due_on <= day
                taken[verdict.take.key] = day
        day += timedelta(days=1)
    return {day: key for key, day in taken.items()}


def test_a_week_before_on_the_day_and_every_ten_working_days() -> None:
    assert walk(DUE, date(2026, 10, 21), date(2027, 1, 31)) == WALK


@pytest.mark.parametrize(
    ("today", "highest"),
    [
        (date(2026, 12, 1), None),
        (date(2026, 12, 10), (CommitmentRung.COMING, 1)),
        (date(2026, 12, 14), (CommitmentRung.DUE, 1)),
        (date(2027, 1, 11), (CommitmentRung.OVERDUE, 1)),
        (date(2027, 2, 1), (CommitmentRung.OVERDUE, 3)),
    ],
)
def test_what_was_missed_is_one_step(
    today: date, highest: tuple[CommitmentRung, int] | None
) -> None:
    verdict = decide(DUE, taken=(), today=today, shift=calendar().shift)
    assert (verdict.take.key if verdict.take else None) == highest
    assert verdict.next_on > today
    if verdict.take is not None:
        again = decide(DUE, taken=[verdict.take.key], today=today, shift=calendar().shift)
        assert again.take is None
        assert again.next_on == verdict.next_on


def test_a_day_off_moves_to_the_next_working_day() -> None:
    christmas = date(2026, 12, 25)  # a Friday: the next working day is Monday
    walked = walk(christmas, date(2026, 10, 21), date(2027, 1, 10))
    assert walked[date(2026, 12, 28)] == (CommitmentRung.DUE, 1)
    assert christmas not in walked


def test_a_year_whose_holidays_nobody_knows_is_no_obstacle() -> None:
    verdict = decide(date(2099, 12, 31), taken=(), today=date(2026, 10, 21), shift=calendar().shift)
    assert verdict.take is None
    assert verdict.next_on == date(2099, 12, 1)

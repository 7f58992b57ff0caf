"""Sweeps that stood still for a day, a week or a month: what was due is done once, in order, without a flood."""

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.mail import Dispatch
from gongmun.referrals.ladder import Clock, Rung
from gongmun.referrals.models import LadderStep
from tests.world import LADDER, World

pytestmark = pytest.mark.long

BEGUN = date(2026, 10, 12)
ENDED = date(2026, 12, 18)
TRACK = {step.rung: (step.clock, step.working_days) for step in LADDER.default}


@pytest.fixture
def world(sqlite_db: Database, tmp_path: Path, now: datetime) -> World:
    """Three referrals of two ministries, and nobody answers."""
    world = World(db=sqlite_db, folder=tmp_path, now=now)
    world.dispatched("statistics", "statistics", "privacy")
    return world


def run(world: World, *, still_from: date, still_days: int) -> list[LadderStep]:
    """Chase each day, but for those on which nothing ran; all steps in the order they were written."""
    until = still_from + timedelta(days=still_days)
    day = BEGUN
    while day <= ENDED:
        if not still_from <= day < until:
            world.chase(day)
        day += timedelta(days=1)
    with world.db.reading() as session:
        return list(session.scalars(select(LadderStep).order_by(LadderStep.id)))


@pytest.mark.parametrize(
    ("still_from", "still_days"),
    [(date(2026, 10, 16), 1), (date(2026, 10, 29), 7), (date(2026, 10, 16), 31)],
)
def test_nothing_is_lost_doubled_or_out_of_order(
    world: World, still_from: date, still_days: int
) -> None:
    steps = run(world, still_from=still_from, still_days=still_days)
    # Every rung of the ladder is written down once for each referral: fired, or skipped for a higher one.
    assert Counter((step.referral_id, step.rung) for step in steps) == Counter(
        (referral_id, rung) for referral_id in (1, 2, 3) for rung in TRACK
    )
    until = still_from + timedelta(days=still_days)
    again = calendar().shift(until, 0)
    for step in steps:
        in_time = calendar().shift(step.due_on, 0)
        missed = still_from <= in_time < until
        assert step.fired_on == (again if missed else in_time)
        if step.skipped:
            assert missed
    for referral_id in (1, 2, 3):
        for clock in Clock:
            caught = [
                step
                for step in steps
                if step.referral_id == referral_id
                and step.fired_on == again
                and TRACK[step.rung][0] is clock
            ]
            fired = [step for step in caught if not step.skipped]
            assert len(fired) <= 1
            if clock is Clock.ACKNOWLEDGEMENT and caught and not fired:
                # The formal reminder of the same mail says it.
                assert all(step.skipped for step in caught)
            elif caught:
                # The highest of them, and the others are recorded.
                assert fired[0].rung == max(caught, key=lambda step: TRACK[step.rung][1]).rung
    _one_mail_a_day(world)


def _one_mail_a_day(world: World) -> None:
    with world.db.reading() as session:
        mails = session.scalars(select(Dispatch).where(Dispatch.intent == "chase")).all()
    a_day = Counter((mail.organisation_code, seoul_date(mail.created_at)) for mail in mails)
    assert a_day
    assert set(a_day.values()) == {1}


def test_after_a_month_the_first_reminder_gives_way_to_the_second(world: World) -> None:
    world.chase(date(2026, 11, 16))
    with world.db.reading() as session:
        steps = {step.rung: step.skipped for step in session.scalars(select(LadderStep))}
    assert steps[Rung.FIRST_REMINDER]
    assert not steps[Rung.SECOND_REMINDER]

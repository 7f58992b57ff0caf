"""The clock and the ladder stand still, go on and begin anew; nothing is nagged wrongly, nothing is lost."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import Counting
from gongmun.db import Database
from gongmun.referrals import pausing, queries
from gongmun.referrals.answering import BeforeDispatch
from gongmun.referrals.ladder import Rung
from gongmun.referrals.life import Event, Status
from gongmun.referrals.models import Referral
from tests.world import LADDER, World, at

DISPATCHED, DUE = date(2026, 10, 12), date(2026, 10, 29)


@pytest.fixture
def small(sqlite_db: Database, tmp_path: Path, now: datetime) -> World:
    """A world on SQLite: where the kind of database does not matter."""
    return World(db=sqlite_db, folder=tmp_path, now=now)


def change(world: World, referral_id: int, how: Callable[[Session, Referral], None]) -> Referral:
    with world.db.transaction() as session:
        how(session, queries.by_id(session, referral_id))
    return world.referral(referral_id)


def pause(world: World, referral_id: int, on: date) -> Referral:
    return change(world, referral_id, lambda s, r: pausing.pause(s, r, now=at(on)))


def resume(world: World, referral_id: int, on: date) -> Referral:
    return change(world, referral_id, lambda s, r: pausing.resume(s, r, ladder=LADDER, now=at(on)))


def hold(world: World, referral_id: int, on: date) -> Referral:
    return change(world, referral_id, lambda s, r: pausing.hold(s, r, now=at(on)))


def rearm(world: World, referral_id: int, due: date, on: date) -> Referral:
    return change(
        world,
        referral_id,
        lambda s, r: pausing.rearm(s, r, counting=Counting.days(due), ladder=LADDER, now=at(on)),
    )


def chase(world: World, start: date, end: date) -> None:
    for number in range((end - start).days + 1):
        world.chase(start + timedelta(days=number))


def fired(world: World, referral_id: int) -> dict[tuple[Rung, date], int]:
    """The rungs that fired, with the arming they fired in."""
    with world.db.reading() as session:
        steps = queries.steps(session, referral_id)
        return {(step.rung, step.fired_on): step.arming for step in steps if not step.skipped}


def test_nobody_is_chased_while_the_clock_stands_still(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    pause(small, referral_id, date(2026, 10, 14))
    sent = len(small.mailer.sent)
    chase(small, date(2026, 10, 14), date(2027, 1, 29))
    assert fired(small, referral_id) == {}
    assert len(small.mailer.sent) == sent
    with small.db.reading() as session:
        kinds = {event.kind for event in ledger.history(session, "referral", referral_id)}
    assert "referral.overdue" not in kinds


def test_even_a_row_with_a_date_is_left_alone_while_a_request_waits(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    hold(small, referral_id, date(2026, 10, 14))
    sent = len(small.mailer.sent)
    chase(small, date(2026, 10, 14), date(2026, 12, 31))
    assert fired(small, referral_id) == {}
    assert len(small.mailer.sent) == sent
    change(small, referral_id, lambda s, r: pausing.release(s, r, now=at(date(2027, 1, 4))))
    small.chase(date(2027, 1, 4))
    # The clock ran: all that fell due meanwhile is caught up, by the highest rung of each track.
    assert {rung for rung, _ in fired(small, referral_id)} == {
        Rung.BACKUP_NUDGE,
        Rung.ESCALATION,
        Rung.SILENCE,
    }


def test_the_crossing_of_the_due_day_is_told_again_for_another_day(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    chase(small, DUE, date(2026, 10, 30))
    assert small.referral(referral_id).overdue_noted_on == date(2026, 10, 30)
    referral = rearm(small, referral_id, date(2026, 11, 5), date(2026, 11, 2))
    assert (referral.arming, referral.overdue_noted_on) == (2, None)
    chase(small, date(2026, 11, 2), date(2026, 11, 6))
    assert small.referral(referral_id).overdue_noted_on == date(2026, 11, 6)
    assert fired(small, referral_id)[(Rung.FIRST_REMINDER, date(2026, 11, 6))] == 2
    with small.db.reading() as session:
        events = ledger.history(session, "referral", referral_id)
    crossed = [e.data["answer_due"] for e in events if e.kind == "referral.overdue"]
    assert crossed == ["2026-10-29", "2026-11-05"]


def test_a_new_day_that_is_near_fires_one_rung_and_not_all_before_it(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    change(small, referral_id, lambda s, r: pausing.note_receipt(s, r, now=at(DISPATCHED, 12)))
    rearm(small, referral_id, date(2026, 10, 15), date(2026, 10, 13))
    small.chase(date(2026, 10, 13))
    assert fired(small, referral_id) == {(Rung.COURTESY_LATE, date(2026, 10, 13)): 2}


def test_pausing_twice_and_resuming_what_runs(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    pause(small, referral_id, date(2026, 10, 14))
    for second in (pause, hold):
        with pytest.raises(pausing.WaitsForUs):
            second(small, referral_id, date(2026, 10, 15))
    resumed = resume(small, referral_id, date(2026, 10, 16))
    assert resumed.answer_due == date(2026, 11, 2)
    assert resume(small, referral_id, date(2026, 10, 23)).answer_due == date(2026, 11, 2)


def test_a_rearmed_clock_runs(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    pause(small, referral_id, date(2026, 10, 14))
    referral = rearm(small, referral_id, date(2026, 11, 5), date(2026, 10, 15))
    assert (referral.paused_at, referral.asks_since) == (None, None)
    assert referral.next_action_on is not None


@pytest.mark.parametrize("what", [pause, hold, resume])
def test_only_what_is_with_the_ministry_has_a_clock(
    small: World, what: Callable[[World, int, date], Referral]
) -> None:
    (referral_id,) = small.dispatched("statistics")
    small.respond(referral_id, at(date(2026, 10, 14)))
    with pytest.raises(pausing.NotWithMinistry):
        what(small, referral_id, date(2026, 10, 15))
    with pytest.raises(pausing.NotWithMinistry):
        rearm(small, referral_id, date(2026, 11, 5), date(2026, 10, 15))


def test_a_release_of_what_is_gone_wakes_nothing(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    hold(small, referral_id, date(2026, 10, 14))
    with small.db.transaction() as session:
        queries.move(
            session, queries.by_id(session, referral_id), Event.TRANSFERRED, next_action_on=None
        )
    released = change(
        small, referral_id, lambda s, r: pausing.release(s, r, now=at(date(2026, 10, 15)))
    )
    assert (released.status, released.next_action_on) == (Status.TRANSFERRED, None)


def test_nobody_asks_about_what_he_has_not_got(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    with pytest.raises(BeforeDispatch):
        change(
            small,
            referral_id,
            lambda s, r: pausing.note_receipt(s, r, now=at(date(2026, 10, 11))),
        )


def test_what_was_written_before_the_lock_is_kept(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")

    def register(session: Session, referral: Referral) -> None:
        referral.registration_number = "통계-1"
        pausing.pause(session, referral, now=at(date(2026, 10, 14)))

    assert change(small, referral_id, register).registration_number == "통계-1"

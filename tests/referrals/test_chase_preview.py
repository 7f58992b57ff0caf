"""What a sweep would do is shown before, and is what it then does."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gongmun.calendar import calendar
from gongmun.db import Database
from gongmun.referrals import pausing, queries
from gongmun.referrals.answering import acknowledge
from gongmun.referrals.chase_pauses import pause
from gongmun.referrals.chase_preview import Fate, Preview, preview
from gongmun.referrals.chasing import sweep
from gongmun.referrals.ladder import COURTESIES, Ladder, Rung
from gongmun.referrals.models import LadderStep
from tests.world import LADDER, World, at


@pytest.fixture
def sent(sqlite_db: Database, tmp_path: Path, now: datetime) -> World:
    """Two referrals, of one topic and of another, dispatched today."""
    world = World(db=sqlite_db, folder=tmp_path, now=now)
    world.dispatched("statistics", "privacy")
    return world


def due(world: World, shift: int) -> date:
    """So many working days after the answers are due."""
    on = world.referral(1).answer_due
    assert on is not None
    return calendar().shift(on, shift)


def seen(world: World, on: date, hour: int = 10) -> Preview:
    with world.db.reading() as session:
        return preview(session, ladder=LADDER, now=at(on, hour))


def lines(view: Preview) -> set[tuple[int, Rung | None, Fate]]:
    return {(line.referral_id, line.rung, line.fate) for line in view.lines}


def steps(world: World) -> set[tuple[int, Rung, bool]]:
    with world.db.reading() as session:
        rows = session.scalars(select(LadderStep)).all()
    return {(row.referral_id, row.rung, row.skipped) for row in rows}


def test_nothing_is_due_on_the_first_day(sent: World) -> None:
    view = seen(sent, due(sent, -12))
    assert view.lines == ()
    assert view.sent == 0


@pytest.mark.parametrize("shift", [-9, -7, 0, 1, 7, 14, 30])
def test_the_sweep_then_does_what_was_shown(sent: World, shift: int) -> None:
    on = due(sent, shift)
    before = lines(seen(sent, on))
    assert steps(sent) == set()
    sent.chase(on)
    done = {
        (referral_id, rung, fate is Fate.SKIPPED)
        for referral_id, rung, fate in before
        if rung is not None
    }
    assert done
    assert steps(sent) == done


def test_a_request_and_a_pause_hold_back_and_say_so(sent: World) -> None:
    on = due(sent, 1)
    ministries = [sent.code(sent.referral(number)) for number in (1, 2)]
    assert len(set(ministries)) == 2
    with sent.db.transaction() as session:
        pausing.hold(session, queries.by_id(session, 1), now=at(on, 9))
    pause(sent.db, ministries[1], until=on, name="한소통", reason="감사", now=at(on, 9))
    view = seen(sent, on)
    assert {line.fate for line in view.lines if line.referral_id == 1} == {Fate.REQUEST}
    assert {line.fate for line in view.lines if line.referral_id == 2} == {Fate.PAUSED}
    assert view.sent == 0
    sent.chase(on)
    assert steps(sent) == set()


def test_an_escalation_goes_to_the_parent_and_waits_for_approval(sent: World) -> None:
    view = seen(sent, due(sent, 14))
    escalations = [line for line in view.lines if line.rung is Rung.ESCALATION]
    assert {line.fate for line in escalations} == {Fate.APPROVAL}
    assert all(line.to != line.ministry for line in escalations)
    sent.chase(due(sent, 14))
    later = seen(sent, due(sent, 15))
    assert {line.fate for line in later.lines if line.rung is Rung.ESCALATION} == {Fate.WAITING}


def test_what_became_untrue_is_shown_as_left_out(sent: World) -> None:
    on = due(sent, 14)
    sent.chase(on)
    sent.respond(1, at(on, 15))
    fates = {
        line.referral_id: line.fate
        for line in seen(sent, due(sent, 15)).lines
        if line.rung is Rung.ESCALATION
    }
    assert fates == {1: Fate.UNTRUE, 2: Fate.WAITING}


def test_what_a_sweep_claimed_and_could_not_send_is_overtaken_or_too_late(sent: World) -> None:
    """It leaves no more where a rung of the day says it all, or where the day it speaks of has passed."""
    acknowledge(
        sent.db,
        sent.referral(1).document_id or 0,
        registration_number=None,
        now=sent.now + timedelta(hours=1),
        ladder=LADDER,
    )
    sweep(sent.db, ladder=LADDER, now=at(due(sent, 0)))
    for shift in (1, 7):
        of_first = {(r, f) for i, r, f in lines(seen(sent, due(sent, shift))) if i == 1}
        assert (Rung.COURTESY_DUE, Fate.SKIPPED) in of_first
        assert [rung for rung, fate in of_first if fate is Fate.SENT] == [
            Rung.FIRST_REMINDER if shift == 1 else Rung.SECOND_REMINDER
        ]
    # Where nothing overtakes it, it comes too late all the same.
    mild = Ladder(
        default=tuple(each for each in LADDER.default if each.rung in COURTESIES), kinds={}
    )
    with sent.db.reading() as session:
        view = preview(session, ladder=mild, now=at(due(sent, 1), 10))
    assert (1, Rung.COURTESY_DUE, Fate.UNTRUE) in lines(view)


def test_the_most_urgent_comes_first(sent: World) -> None:
    acknowledge(
        sent.db,
        sent.referral(1).document_id or 0,
        registration_number="1",
        now=sent.now + timedelta(hours=1),
        ladder=LADDER,
    )
    view = seen(sent, due(sent, 7))
    for code in {line.code for line in view.lines}:
        order = [
            list(Rung).index(line.rung) for line in view.lines if line.code == code and line.rung
        ]
        assert order == sorted(order, reverse=True)


@pytest.mark.parametrize("hour", [3, 22])
def test_outside_of_working_hours_it_says_that_nothing_is_sent(sent: World, hour: int) -> None:
    assert seen(sent, due(sent, 1), hour).quiet
    assert not seen(sent, due(sent, 1)).quiet

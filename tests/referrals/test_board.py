"""The board counts what is open by ministry, and reads no row of it."""

from datetime import date

import pytest

from bench.rivals.bare_sweep import recorded
from gongmun.db import Database
from gongmun.referrals import dispatch_queries, pausing, queries
from gongmun.referrals.answering import acknowledge
from gongmun.referrals.board import board, urgent
from gongmun.referrals.models import Referral
from tests.world import LADDER, World, at

DUE, LATE = date(2026, 10, 29), date(2026, 11, 9)


@pytest.fixture
def open_ones(world: World) -> World:
    """Three with one ministry, of which one has asked and one was answered; one with another, acknowledged."""
    first, second, _, other = world.dispatched(*["statistics"] * 3, "public_transport")
    acknowledge(
        world.db,
        world.referral(other).document_id or 0,
        registration_number="1",
        ladder=LADDER,
        now=at(date(2026, 10, 13)),
    )
    with world.db.transaction() as session:
        pausing.pause(session, queries.by_id(session, first), now=at(date(2026, 11, 2)))
    world.respond(second, at(date(2026, 10, 20)))
    return world


def test_what_is_open_is_counted_by_ministry_the_most_overdue_first(open_ones: World) -> None:
    with open_ones.db.reading() as session:
        lines = board(session, at(LATE))
        on_time = board(session, at(DUE))
    assert [(each.code, each.open, each.unacknowledged) for each in lines] == [
        ("MODS", 2, 2),
        ("MOLIT", 1, 0),
    ]
    assert [(each.overdue, each.most_days_overdue, each.next_due) for each in lines] == [
        (2, 7, None),
        (1, 7, None),
    ]
    assert {each.code: (each.overdue, each.next_due) for each in on_time}["MOLIT"] == (0, DUE)


def test_what_is_due_soon_and_what_waits_for_us_is_counted_apart(open_ones: World) -> None:
    two_days_before = date(2026, 10, 27)
    with open_ones.db.reading() as session:
        soon, late = (board(session, at(day)) for day in (two_days_before, LATE))
        early = board(session, at(date(2026, 10, 23)))
    # Of MODS one stands still.
    assert {each.code: (each.due_soon, each.paused) for each in soon} == {
        "MODS": (1, 1),
        "MOLIT": (1, 0),
    }
    assert {each.due_soon for each in (*late, *early)} == {0}


def test_the_most_urgent_come_first_with_their_document(open_ones: World) -> None:
    with open_ones.db.reading() as session:
        lines = urgent(session, at(LATE), limit=10)
        (first,) = urgent(session, at(LATE), limit=1)
    assert [(each.owed.code, each.days_overdue, each.paused) for each in lines] == [
        ("MODS", 2, True),
        ("MODS", 7, False),
        ("MOLIT", 7, False),
    ]
    assert first == lines[0]
    assert all(each.owed.number.startswith("공론소통과-") for each in lines)
    assert all(each.owed.reference.startswith("OCF-2026-10-") for each in lines)


def test_no_referral_is_read_for_it(open_ones: World) -> None:
    with open_ones.db.reading() as session:
        board(session, at(LATE))
        assert not [each for each in session.identity_map.values() if isinstance(each, Referral)]


@pytest.mark.parametrize("asked", ["dispatched_but_unnoted", "dispatched_to_nobody"])
def test_what_every_run_of_the_mail_asks_for_is_read_by_its_own_index(
    sqlite_db: Database, asked: str
) -> None:
    with recorded(sqlite_db) as said, sqlite_db.reading() as session:
        getattr(dispatch_queries, asked)(session)
    (statement,) = [each for each in said if "referrals" in (each.text or "")]
    with sqlite_db.reading() as session:
        plan = session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement.text}", statement.parameters
        )
        told = " ".join(str(row[3]) for row in plan)
    assert "INDEX ix_referrals_" in told

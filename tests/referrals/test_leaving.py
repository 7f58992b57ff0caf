"""Between the outbox and the relay lies time: what became untrue in it does not leave, and what waits is not lost."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.forums.reconciling import reconcile
from gongmun.mail import Dispatch
from gongmun.mail.life import Status as Mail
from gongmun.referrals import pausing, queries
from gongmun.referrals.answering import acknowledge
from gongmun.referrals.chase_pauses import pause as pause_ministry
from gongmun.referrals.ladder import Rung
from gongmun.referrals.models import Notice
from tests.world import LADDER, World, at

TODAY, TOMORROW = date(2026, 10, 30), date(2026, 11, 2)  # Friday, Monday
MODS = "forum@mods.example"


@pytest.fixture
def small(sqlite_db: Database, tmp_path: Path, now: datetime) -> World:
    """A world on SQLite: where the kind of database does not matter."""
    return World(db=sqlite_db, folder=tmp_path, now=now)


def greylisted(world: World, *topics: str, on: date = TODAY) -> list[int]:
    """Referrals that are overdue, and whose ministry's server refuses the reminder for now."""
    ids = list(world.dispatched(*topics))
    world.mailer.refusing = {MODS: 451}
    world.chase(on)
    world.mailer.refusing = {}
    assert last(world).status is Mail.QUEUED
    return ids


def last(world: World) -> Dispatch:
    with world.db.reading() as session:
        return session.scalars(select(Dispatch).order_by(Dispatch.id.desc())).first()  # type: ignore[return-value]


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def notice(world: World) -> Notice:
    with world.db.reading() as session:
        return session.scalars(select(Notice).order_by(Notice.id.desc())).first()  # type: ignore[return-value]


def later(world: World, day: date = TOMORROW, hour: int = 10) -> int:
    """Send what is due by then; how many mails left."""
    sent = len(world.mailer.sent)
    world.dispatch(at(day, hour))
    return len(world.mailer.sent) - sent


def test_no_reminder_leaves_after_the_answer(world: World) -> None:
    (referral_id,) = greylisted(world, "statistics")
    world.respond(referral_id, at(TODAY, 15))
    assert later(world) == 0
    mail = last(world)
    assert (mail.status, mail.owner, mail.lease_until, mail.next_attempt_at) == (
        Mail.RECALLED,
        None,
        None,
        None,
    )
    assert notice(world).suppressed_at == at(TOMORROW, 10)
    with world.db.reading() as session:
        told = [event.kind for event in ledger.history(session, "dispatch", mail.id)]
        assert told[-1] == "mail.recalled"
        assert [event.kind for event in ledger.history(session, "notice", notice(world).id)][
            -1
        ] == "notice.suppressed"
        # Nobody has to look at it, and it is no gap.
        assert not [
            finding
            for finding in reconcile(session, ladder=LADDER, now=at(TOMORROW, 10))
            if str(mail.id) in finding.remedy or "has no dispatch" in finding.what.en
        ]
    assert later(world, TOMORROW + timedelta(days=1)) == 0


def test_the_mail_says_what_still_holds_and_the_outbox_keeps_what_left(small: World) -> None:
    first, _ = greylisted(small, "statistics", "statistics")
    queued = last(small)
    assert "2건" in queued.body
    small.respond(first, at(TODAY, 15))
    assert later(small) == 1
    recipient, mail = small.sent()[-1]
    kept = last(small)
    assert recipient == MODS
    for said in (text(mail), kept.body):
        assert "OCF-2026-10-001" not in said
        assert "OCF-2026-10-002" in said
    assert kept.subject == str(mail["Subject"])
    assert kept.status is Mail.ACCEPTED
    # The same mail still: it was not queued a second time.
    assert (kept.id, kept.message_id) == (queued.id, str(mail["Message-ID"]))


def test_days_overdue_are_those_of_the_day_it_leaves(small: World) -> None:
    greylisted(small, "statistics")
    before = last(small).body
    assert later(small) == 1
    _, mail = small.sent()[-1]
    assert "근무일 1일 경과" in before
    assert "근무일 2일 경과" in text(mail)


def test_nobody_is_asked_to_acknowledge_what_he_acknowledged(small: World) -> None:
    day = date(2026, 10, 16)  # the acknowledgement is a day late
    (referral_id,) = greylisted(small, "statistics", on=day)
    document_id = small.referral(referral_id).document_id
    acknowledge(small.db, document_id, registration_number=None, ladder=LADDER, now=at(day, 15))
    assert later(small, date(2026, 10, 19)) == 0
    assert last(small).status is Mail.RECALLED


def test_a_relay_that_was_down_over_the_answer(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    small.mailer.reachable = False
    small.chase(TODAY)
    small.mailer.reachable = True
    small.respond(referral_id, at(TODAY, 15))
    assert later(small) == 0
    assert last(small).status is Mail.RECALLED


@pytest.mark.parametrize(
    ("day", "hour", "leaves_on", "leaves_at"),
    [(TODAY, 12, TODAY, 13), (TODAY, 19, TOMORROW, 9), (date(2026, 10, 31), 10, TOMORROW, 9)],
    ids=["lunch", "night", "saturday"],
)
def test_it_leaves_in_working_hours_only(
    small: World, day: date, hour: int, leaves_on: date, leaves_at: int
) -> None:
    greylisted(small, "statistics")
    assert later(small, day, hour) == 0
    mail = last(small)
    assert (mail.status, mail.next_attempt_at) == (Mail.QUEUED, at(leaves_on, leaves_at, 0))
    assert mail.attempts == 1  # waiting is no attempt
    small.mailer.refusing = {MODS: 451}
    assert later(small, leaves_on, leaves_at) == 0
    assert last(small).deferred_since == at(leaves_on, leaves_at)  # the relay's 72 hours begin anew
    small.mailer.refusing = {}
    assert later(small, leaves_on, leaves_at + 1) == 1


def test_what_is_no_reminder_leaves_at_any_hour(small: World) -> None:
    small.mailer.reachable = False
    small.dispatched("statistics")
    small.mailer.reachable = True
    assert later(small, date(2026, 10, 17), 23) == 1


def test_a_ministry_that_was_paused_meanwhile_is_reminded_when_the_pause_is_over(
    small: World,
) -> None:
    greylisted(small, "statistics")
    pause_ministry(
        small.db, "MODS", until=TOMORROW, name="한소통", reason="국정감사", now=at(TODAY, 15)
    )
    assert later(small) == 0
    assert last(small).status is Mail.RECALLED
    sent = len(small.sent())
    small.chase(TOMORROW)
    assert len(small.sent()) == sent
    small.chase(TOMORROW + timedelta(days=1))
    assert "1차 독촉" in text(small.sent()[-1][1])


@pytest.mark.parametrize("how", [pausing.pause, pausing.hold], ids=["a question", "a request"])
def test_what_waits_for_us_is_taken_back_and_falls_due_again(
    world: World, how: Callable[..., None]
) -> None:
    (referral_id,) = greylisted(world, "statistics")
    with world.db.transaction() as session:
        how(session, queries.by_id(session, referral_id), now=at(TODAY, 15))
        # The skipped rungs below it stay: they are no message.
        assert Rung.FIRST_REMINDER not in {
            step.rung for step in queries.steps(session, referral_id)
        }
    assert later(world) == 0
    assert last(world).status is Mail.RECALLED
    with world.db.transaction() as session:
        referral = queries.by_id(session, referral_id)
        if how is pausing.pause:
            pausing.resume(session, referral, ladder=LADDER, now=at(TOMORROW, 15))
        else:
            pausing.release(session, referral, now=at(TOMORROW, 15))
    sent = len(world.mailer.sent)
    days = (TOMORROW + timedelta(days=number) for number in range(1, 30))
    assert any(world.chase(day) and len(world.mailer.sent) > sent for day in days)
    assert "OCF-2026-10-001" in text(world.sent()[-1][1])


def test_what_a_dispatcher_is_about_to_send_is_not_taken_back(world: World) -> None:
    (referral_id,) = greylisted(world, "statistics")
    with world.db.transaction() as session:
        mail = session.scalars(select(Dispatch).order_by(Dispatch.id.desc())).first()
        assert mail is not None
        mail.status, mail.owner, mail.lease_until = (
            Mail.SENDING,
            "somebody",
            at(TOMORROW) + timedelta(days=9),
        )
    with world.db.transaction() as session:
        pausing.pause(session, queries.by_id(session, referral_id), now=at(TODAY, 15))
        # It may lie in the mailbox already: a second one would be one too many.
        assert Rung.FIRST_REMINDER in {step.rung for step in queries.steps(session, referral_id)}


def test_a_mail_to_the_backup_contact_is_looked_at_too(small: World) -> None:
    (referral_id,) = greylisted(small, "statistics")
    mail = last(small)
    with small.db.transaction() as session:
        # As a bounce leaves it: another mailbox in its place, queued.
        row = session.get_one(Dispatch, mail.id)
        row.status, row.next_attempt_at = Mail.BOUNCED, None
        values = {
            column.key: getattr(row, column.key)
            for column in Dispatch.__table__.columns
            if column.key != "id"
        }
        values |= {
            "key": f"backup:{mail.id}",
            "message_id": "<backup@x.example>",
            "token": "0" * 16,
            "address": "backup@mods.example",
            "status": Mail.QUEUED,
            "next_attempt_at": at(TODAY, 14),
            "instead_of_id": mail.id,
        }
        session.add(Dispatch(**values))
    small.respond(referral_id, at(TODAY, 15))
    assert later(small) == 0
    assert last(small).status is Mail.RECALLED
    assert seoul_date(notice(small).suppressed_at or at(TODAY)) == TOMORROW

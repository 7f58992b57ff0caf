"""Replies by mail after a reorganisation: the successor's are taken, and of a split document a person decides."""

from pathlib import Path

import pytest
from sqlalchemy import select

from gongmun.answers import held
from gongmun.answers.matching import Doubt
from gongmun.answers.models import ReplyStatus
from gongmun.db import Database
from gongmun.documents import queries as document_queries
from gongmun.forums.succeeding import follow_successions
from gongmun.mail import Dispatch
from gongmun.organisations import Succession
from gongmun.referrals.life import Status
from tests.answers.mails import Inbox, reply_to
from tests.forums.test_succeeding import BEFORE, EARLIER, RENAMED, SPLIT, routed, world_of
from tests.world import World, at

TEXT = "소관 부서에서 검토한 결과를 다음과 같이 알려 드립니다. 내년 상반기에 시행합니다."
ACKNOWLEDGED = "귀 기관의 공문을 접수하였습니다. 접수번호: 기후-77"


@pytest.fixture
def inbox(inbox_settings: None, sqlite_db: Database, tmp_path: Path) -> Inbox:
    """An installation in the September before a reorganisation."""
    return Inbox(world_of(sqlite_db, tmp_path, EARLIER))


def passed_on(world: World) -> tuple[Dispatch, Dispatch]:
    """The mail of the outcome, and the one that told the successor of it."""
    follow_successions(world.db, now=at(RENAMED, 9))
    world.dispatch(at(RENAMED, 9, 5))
    with world.db.reading() as session:
        first, last = session.scalars(select(Dispatch).order_by(Dispatch.id)).all()
    return first, last


def test_the_successor_s_reply_is_taken(inbox: Inbox) -> None:
    (referral,) = routed(inbox.world, ("ME", ()))
    _, told = passed_on(inbox.world)
    reply = inbox.reply(
        reply_to(told, ACKNOWLEDGED, sender="lee@mcee.example"), now=at(RENAMED, 11)
    )
    assert (reply.status, reply.document_id) == (ReplyStatus.SETTLED, referral.document_id)
    after = inbox.world.referral(referral.id)
    assert after.status is Status.ACKNOWLEDGED


def test_to_a_mail_about_several_documents_it_needs_a_number(inbox: Inbox) -> None:
    """Two ministries became one: its mail is about both documents."""
    mine, _ = routed(inbox.world, ("ME", ()), ("MOTIE", ()))
    with inbox.world.db.transaction() as session:
        for row in session.scalars(select(Succession).where(Succession.successor_code == "MOTIR")):
            session.delete(row)
    follow_successions(inbox.world.db, now=at(RENAMED, 9))
    inbox.world.dispatch(at(RENAMED, 9, 5))
    with inbox.world.db.reading() as session:
        *_, told = session.scalars(select(Dispatch).order_by(Dispatch.id)).all()
        number = document_queries.by_id(session, mine.document_id or 0).number
    assert told.document_id is None
    vague = inbox.reply(reply_to(told, TEXT, sender="lee@mcee.example"), now=at(RENAMED, 11))
    with inbox.world.db.reading() as session:
        assert held.doubt(session, vague) is Doubt.SEVERAL
    exact = inbox.reply(
        reply_to(None, TEXT, sender="lee@mcee.example", subject=f"[{number}] 회신"),
        now=at(RENAMED, 12),
    )
    assert exact.document_id == mine.document_id


def test_an_officer_who_writes_from_the_old_mailbox_is_known(inbox: Inbox) -> None:
    (referral,) = routed(inbox.world, ("ME", ()))
    first, _ = passed_on(inbox.world)
    reply = inbox.reply(reply_to(first, TEXT, sender="kim@me.example"), now=at(RENAMED, 11))
    assert reply.document_id == referral.document_id


def test_another_ministry_is_still_a_stranger(inbox: Inbox) -> None:
    routed(inbox.world, ("ME", ()))
    _, told = passed_on(inbox.world)
    reply = inbox.reply(reply_to(told, TEXT, sender="kim@moe.example"), now=at(RENAMED, 11))
    with inbox.world.db.reading() as session:
        assert held.doubt(session, reply) is Doubt.OTHER_SENDER


def test_of_a_split_document_a_person_decides(
    inbox_settings: None, sqlite_db: Database, tmp_path: Path
) -> None:
    inbox = Inbox(world_of(sqlite_db, tmp_path, BEFORE))
    ids = inbox.world.dispatched("tax", "public_budget")
    follow_successions(sqlite_db, now=at(SPLIT, 9))
    with sqlite_db.reading() as session:
        (mail,) = session.scalars(
            select(Dispatch).where(
                Dispatch.organisation_code == "MOEF", Dispatch.intent == "outcome"
            )
        ).all()
    reply = inbox.reply(reply_to(mail, TEXT, sender="kim@mofe.example"), now=at(SPLIT, 11))
    with sqlite_db.reading() as session:
        assert held.doubt(session, reply) is Doubt.SPLIT
    assert {inbox.world.referral(i).status for i in ids} == {Status.DISPATCHED}

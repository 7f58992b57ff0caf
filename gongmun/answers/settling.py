"""Settling a reply (처리 완료): what it opened was submitted, or nothing of it waits any more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.answers import queries as answer_queries
from gongmun.answers import reply_queries as queries
from gongmun.answers.models import Reply
from gongmun.answers.reply_life import Event
from gongmun.ledger import Actor
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.life import CHASED
from gongmun.referrals.models import Referral


def with_ministry(session: Session, document_id: int) -> Sequence[Referral]:
    """The referrals of a document that wait for the ministry's answer."""
    return [r for r in referral_queries.of_document(session, document_id) if r.status in CHASED]


def is_confirmed(session: Session, reply: Reply) -> bool:
    """Whether nothing of an opened reply waits any more: no draft, and no file that was not taken."""
    assert reply.document_id is not None
    waiting = [referral.id for referral in with_ministry(session, reply.document_id)]
    if not waiting:
        return True
    drafts = any(answer_queries.draft(session, referral_id) for referral_id in waiting)
    return not (drafts or reply.refused or answer_queries.draft_files(session, waiting))


def settle(session: Session, reply: Reply, *, now: datetime, name: str | None = None) -> bool:
    """A reply of which nothing is left to confirm; False if it was settled meanwhile."""
    if not queries.move(session, reply, Event.SETTLED, settled_at=now, settled_by=name):
        return False
    ledger.record(
        session,
        "reply.settled",
        subject=("reply", reply.id),
        now=now,
        actor=Actor.COORDINATOR if name else Actor.SYSTEM,
        document_id=reply.document_id,
    )
    return True

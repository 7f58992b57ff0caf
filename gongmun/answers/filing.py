"""Filing (회신 분류): a coordinator files a reply of the holding pen to a document, or dismisses it.

Whatever the coordinator does here, by the form of the run or by the command line, comes to these services;
who is first decides.
"""

from datetime import datetime

from gongmun import ledger
from gongmun.answers import opening, settling
from gongmun.answers import reply_queries as queries
from gongmun.answers.models import Reply, ReplyStatus
from gongmun.answers.reply_life import Event
from gongmun.answers.scanning import Scanner
from gongmun.db import Database
from gongmun.documents import FileStore
from gongmun.documents import queries as document_queries
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.ladder import Ladder
from gongmun.text import clean_line

NAME_LIMIT = 100


class ReplyDecided(GongmunError):
    """A reply that is not in the holding pen any more."""

    code = "answers.reply_decided"
    ko = "회신 메일 {reply_id}번은 이미 처리되었습니다(상태: {status}). gongmun reply show {reply_id} 로 확인해 주십시오."
    en = "Reply {reply_id} was dealt with already (status: {status}). See `gongmun reply show {reply_id}`."


class NoReferralsIn(GongmunError):
    """A document that asks nobody for an answer."""

    code = "answers.no_referrals_in_document"
    ko = "문서 {number}은(는) 회신을 요청한 공문이 아닙니다. 결과 통보 공문을 지정해 주십시오."
    en = "Document {number} asks for no answer. Name the outcome document."


class NameMissing(GongmunError):
    """Something a person has to answer for, without a name."""

    code = "answers.name_missing"
    ko = "처리자 성명을 적어 주십시오."
    en = "Give your name."


def file(
    db: Database,
    reply_id: int,
    *,
    document_id: int,
    name: str,
    store: FileStore,
    scanner: Scanner | None,
    ladder: Ladder,
    now: datetime,
) -> None:
    """File a held reply to a document, and do what it says there.

    Raises:
        NotFound: no such reply, or no such document.
        ReplyDecided: it is not in the holding pen.
        NoReferralsIn: the document carries no referral.
        NameMissing: nobody answers for it.
    """
    name = named(name)
    with db.transaction() as session:
        reply = queries.locked(session, reply_id)
        _require_held(reply)
        document = document_queries.by_id(session, document_id)
        if not referral_queries.of_document(session, document_id):
            raise NoReferralsIn(number=document.number or document_id)
        queries.move(
            session, reply, Event.FILED, document_id=document_id, filed_by=name, filed_at=now
        )
        ledger.record(
            session,
            "reply.filed",
            subject=("reply", reply_id),
            now=now,
            actor=Actor.COORDINATOR,
            document_id=document_id,
        )
    # What fails from here on is taken up by the next sweep.
    opening.open_reply(db, reply_id, store=store, scanner=scanner, ladder=ladder, now=now)


def dismiss(db: Database, reply_id: int, *, name: str, now: datetime) -> None:
    """Say that a held reply is none, or that nothing is left to do about a filed one.

    What was put into drafts stays there.

    Raises:
        NotFound: no such reply.
        ReplyDecided: it was settled or dismissed before, or a colleague is just filing it.
        NameMissing: nobody answers for it.
    """
    name = named(name)
    with db.transaction() as session:
        reply = queries.locked(session, reply_id)
        if reply.status is ReplyStatus.FILED and reply.opened_at is not None:
            settling.settle(session, reply, now=now, name=name)
            return
        _require_held(reply)
        queries.move(session, reply, Event.DISMISSED, settled_at=now, settled_by=name)
        ledger.record(
            session,
            "reply.dismissed",
            subject=("reply", reply_id),
            now=now,
            actor=Actor.COORDINATOR,
        )


def _require_held(reply: Reply) -> None:
    if reply.status is not ReplyStatus.HELD:
        raise ReplyDecided(reply_id=reply.id, status=reply.status.value)


def named(name: str) -> str:
    """The name of whoever answers for it, fit to be kept.

    Raises:
        NameMissing: there is none.
    """
    cleaned = clean_line(name)[:NAME_LIMIT]
    if not cleaned:
        raise NameMissing()
    return cleaned

"""Take up what came in by mail: replies are filed and opened, or wait in the holding pen (회신 분류 대기).

Every mail is taken up in a transaction of its own, and one that cannot be does not stop the others: it
stays as it is, is told of, and is tried again by the next sweep. Automatic replies are noted and do nothing
else; nothing ever answers them.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.answers import matching, opening, ranking, settling
from gongmun.answers import reply_queries as queries
from gongmun.answers.matching import Doubt, Match
from gongmun.answers.models import Reply, ReplyStatus
from gongmun.answers.scanning import Scanner
from gongmun.db import Database
from gongmun.documents import FileStore
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.mail import queries as mail_queries
from gongmun.mail.models import IncomingKind, IncomingMail
from gongmun.referrals.ladder import Ladder

log = logging.getLogger(__name__)


class ReplyNotTaken(GongmunError):
    """A mail that could not be taken up, for a reason nobody thought of. It stays, with its raw file."""

    code = "answers.reply_not_taken"
    ko = (
        "수신 메일 {incoming_id}번을 처리하지 못했습니다({reason}). 메일은 그대로 보관되어 있고 다음 점검에서 다시 "
        "처리합니다. 계속되면 운영자에게 알려 주십시오."
    )
    en = (
        "Incoming mail {incoming_id} could not be taken up ({reason}). It is kept as it is, and the "
        "next sweep tries again. If this goes on, tell whoever runs this installation."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyReport:
    """What one sweep did: ids of replies, and how many automatic replies it noted."""

    filed: tuple[int, ...]
    held: tuple[int, ...]
    settled: tuple[int, ...]
    noted: int
    problems: tuple[GongmunError, ...] = ()


def take_replies(
    db: Database,
    *,
    store: FileStore,
    scanner: Scanner | None,
    ladder: Ladder,
    now: datetime,
) -> ReplyReport:
    """Take up every mail of a person that nobody has, and go on with what a killed sweep left."""
    problems: list[GongmunError] = []
    noted = _note_automatic(db, now)
    with db.reading() as session:
        waiting = [
            mail.id
            for mail in mail_queries.unhandled(session, IncomingKind.REPLY, IncomingKind.UNREADABLE)
        ]
    taken: list[int] = []
    for incoming_id in waiting:
        with _apart(problems, incoming_id):
            taken += _take(db, incoming_id, now)
    with db.reading() as session:
        unopened = [(i, queries.by_id(session, i).incoming_id) for i in queries.unopened(session)]
    for reply_id, incoming_id in unopened:
        with _apart(problems, incoming_id):
            opening.open_reply(db, reply_id, store=store, scanner=scanner, ladder=ladder, now=now)
    settled = _settle_confirmed(db, now)
    with db.reading() as session:
        replies = [queries.by_id(session, reply_id) for reply_id in taken]
    return ReplyReport(
        filed=tuple(r.id for r in replies if r.status is not ReplyStatus.HELD),
        held=tuple(r.id for r in replies if r.status is ReplyStatus.HELD),
        settled=tuple(settled),
        noted=noted,
        problems=tuple(problems),
    )


@contextmanager
def _apart(problems: list[GongmunError], incoming_id: int) -> Iterator[None]:
    """What goes wrong with one mail is noted, and the next one is taken up."""
    try:
        yield
    except GongmunError as error:
        problems.append(error)
    except Exception as error:  # a stranger's text must not hold up the others' mail
        log.warning("incoming mail %s", incoming_id, exc_info=True)
        problems.append(ReplyNotTaken(incoming_id=incoming_id, reason=type(error).__name__))


def _note_automatic(db: Database, now: datetime) -> int:
    with db.transaction() as session:
        mails = mail_queries.unhandled(session, IncomingKind.AUTO_REPLY)
        for mail in mails:
            mail.handled_at = now
            ledger.record(session, "reply.automatic", subject=("incoming_mail", mail.id), now=now)
        return len(mails)


def take_automatic(
    db: Database,
    incoming_id: int,
    *,
    store: FileStore,
    scanner: Scanner | None,
    ladder: Ladder,
    now: datetime,
) -> int:
    """Take up a mail that was wrongly taken for an automatic reply, as any other; the reply's id.

    Raises:
        NotFound: no mail with this id was noted as an automatic reply.
    """
    with db.transaction() as session:
        mail = queries.lock_automatic(session, incoming_id)
        mail.kind = IncomingKind.REPLY
        ledger.record(
            session,
            "reply.not_automatic",
            subject=("incoming_mail", incoming_id),
            now=now,
            actor=Actor.COORDINATOR,
        )
        reply_id = _make_reply(session, mail, now)
    # What fails from here on is taken up by the next sweep.
    opening.open_reply(db, reply_id, store=store, scanner=scanner, ladder=ladder, now=now)
    return reply_id


def _take(db: Database, incoming_id: int, now: datetime) -> Sequence[int]:
    """Make a mail a reply, filed or held; its id. Nothing where another sweep has it."""
    with db.transaction() as session:
        mail = queries.lock_unhandled(session, incoming_id)
        return () if mail is None else (_make_reply(session, mail, now),)


def _make_reply(session: Session, mail: IncomingMail, now: datetime) -> int:
    mail.handled_at = now
    found = matching.evidence(session, mail)
    match = _match(session, mail, found)
    reply = Reply(
        incoming_id=mail.id,
        status=ReplyStatus.HELD if match.document_id is None else ReplyStatus.FILED,
        document_id=match.document_id,
        candidates=[c.document_id for c in ranking.rank(session, mail, found)],
        filed_by=match.how.value if match.how else None,
        filed_at=None if match.document_id is None else now,
        refused=[],
    )
    session.add(reply)
    session.flush()
    ledger.record(
        session,
        f"reply.{reply.status}",
        subject=("reply", reply.id),
        now=now,
        actor=Actor.SYSTEM,
        incoming_mail=mail.id,
        document_id=reply.document_id,
        how=match.how.value if match.how else None,
        doubt=match.doubt.value if match.doubt else None,
    )
    return reply.id


def _match(session: Session, mail: IncomingMail, found: matching.Evidence) -> Match:
    if mail.kind is IncomingKind.UNREADABLE:
        return Match(doubt=Doubt.UNREADABLE)
    return matching.weighed(session, mail, found)


def _settle_confirmed(db: Database, now: datetime) -> list[int]:
    """Settle the replies whose drafts the officer, or a coordinator, has submitted meanwhile."""
    with db.transaction() as session:
        return [
            reply.id
            for reply in queries.unconfirmed(session)
            if settling.is_confirmed(session, reply) and settling.settle(session, reply, now=now)
        ]

"""Every SELECT and UPDATE of retention among mails that came in."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from gongmun.answers import queries as answer_queries
from gongmun.answers import reply_queries
from gongmun.answers.models import AnswerFile, Reply, ReplyStatus
from gongmun.db import some_of
from gongmun.mail.models import IncomingMail
from gongmun.referrals.models import Referral
from gongmun.retention.queries import is_open

# Mails of one transaction: their files are deleted while it is open.
BATCH = 500


def strays(session: Session, before: datetime, after: int) -> Sequence[IncomingMail]:
    """Mails that were dealt with before then and are no reply, beyond the id `after`, oldest first."""
    is_reply = exists().where(
        Reply.incoming_id == IncomingMail.id,
        or_(Reply.status != ReplyStatus.DISMISSED, Reply.settled_at >= before),
    )
    return session.scalars(
        select(IncomingMail)
        .where(
            IncomingMail.id > after,
            IncomingMail.raw_deleted_at.is_(None),
            IncomingMail.kind.is_not(None),
            IncomingMail.handled_at < before,
            ~is_reply,
        )
        .order_by(IncomingMail.id)
        .limit(BATCH)
    ).all()


def settled_replies(
    session: Session, before: datetime, after: int
) -> Sequence[tuple[IncomingMail, int | None]]:
    """Mails of replies that were settled before then, with the document they were filed to, beyond the id `after`."""
    rows = session.execute(
        select(IncomingMail, Reply.document_id)
        .join(Reply, Reply.incoming_id == IncomingMail.id)
        .where(
            IncomingMail.id > after,
            IncomingMail.raw_deleted_at.is_(None),
            Reply.status == ReplyStatus.SETTLED,
            Reply.settled_at < before,
        )
        .order_by(IncomingMail.id)
        .limit(BATCH)
    )
    return [(mail, document_id) for mail, document_id in rows]


def open_documents(
    session: Session, document_ids: Collection[int], before: datetime
) -> Mapping[int, bool]:
    """Of each of these documents, whether something of what it is about is open or has happened since."""
    found: dict[int, bool] = {}
    for document_id in document_ids:
        behind = reply_queries.outcomes_behind(session, {document_id})
        about = Referral.document_id.in_(behind or {document_id})
        found[document_id] = bool(session.scalar(select(is_open(about, before))))
    return found


def named(session: Session) -> Counter[str]:
    """How many of the mails that are there name each file of theirs, by its SHA-256: a logo comes with each mail."""
    rows = session.execute(
        select(IncomingMail.raw_sha256, IncomingMail.attachments)
        .where(IncomingMail.raw_deleted_at.is_(None))
        .execution_options(yield_per=BATCH)
    )
    return Counter(file for raw, attachments in rows for file in _files(raw, attachments))


def forget(
    session: Session, mails: Sequence[IncomingMail], now: datetime, names: Counter[str]
) -> Collection[str]:
    """Take from these mails who wrote them and what; the SHA-256 of the files that nothing else names.

    `names` is what `named` found, from which these mails are taken out. The rows stay: that a mail came, when, and the
    hash of what it was.
    """
    gone = Counter(file for mail in mails for file in _files(mail.raw_sha256, mail.attachments))
    names.subtract(gone)
    session.execute(
        update(IncomingMail)
        .where(IncomingMail.id.in_([mail.id for mail in mails]))
        .values(
            sender=None,
            subject=None,
            text=None,
            shown=None,
            attachments=[],
            raw_deleted_at=now,
        ),
        execution_options={"synchronize_session": False},
    )
    files = {file for file in gone if not names[file]}
    # Until they are deleted nobody notes one of them with an answer: whoever does then keeps its content again.
    answer_queries.take_files_turn(session)
    return files - {
        file
        for some in some_of(files)
        for file in session.scalars(select(AnswerFile.sha256).where(AnswerFile.sha256.in_(some)))
    }


def _files(raw: str, attachments: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from {raw, *(file["sha256"] for file in attachments)}

"""Put notices into the outbox, once their documents are ready.

What became untrue since the sweep (an answer, a withdrawal) is left out; a notice of which nothing
is left is suppressed, and says so in the ledger.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import Document, OverdueItem, drafting
from gongmun.documents import queries as document_queries
from gongmun.documents.life import Status as DocumentStatus
from gongmun.mail import OutgoingMessage, compose, enqueue
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries
from gongmun.referrals.ladder import Rung
from gongmun.referrals.letters import overdue_items
from gongmun.referrals.life import CHASED, Status
from gongmun.referrals.mailing import attachment, mailbox, thread
from gongmun.referrals.models import LadderStep, Notice, NoticeKind, Referral
from gongmun.referrals.names import REQUESTS, RUNGS
from gongmun.settings import settings
from gongmun.text import Bilingual

_ACKNOWLEDGEMENT_RUNGS = frozenset({Rung.NUDGE, Rung.BACKUP_NUDGE})


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeReport:
    """Notices that went into the outbox, were suppressed, or wait for a document."""

    enqueued: tuple[int, ...]
    suppressed: tuple[int, ...]
    waiting: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Section:
    """The lines of one rung in a mail."""

    name: Bilingual
    request: Bilingual
    items: Sequence[OverdueItem]


def enqueue_notices(db: Database, *, now: datetime) -> NoticeReport:
    """Put every notice that is ready into the outbox, each in its own transaction."""
    outcomes: dict[str, list[int]] = {"enqueued": [], "suppressed": [], "waiting": []}
    with db.reading() as session:
        ids = [notice.id for notice in queries.waiting_notices(session)]
    for notice_id in ids:
        with db.transaction() as session:
            notice = queries.lock_waiting_notice(session, notice_id)
            if notice is not None:
                outcomes[_settle(session, notice, now)].append(notice_id)
    return NoticeReport(**{name: tuple(ids) for name, ids in outcomes.items()})


def _settle(session: Session, notice: Notice, now: datetime) -> str:
    still_true = [
        (step, referral)
        for step, referral in queries.steps_of_notice(session, notice.id)
        if _is_true(step, referral)
    ]
    documents = [document_queries.by_id(session, i) for i in notice.document_ids]
    if not still_true:
        for document in documents:
            # One that has its number stays in the register, unsent.
            if document.status in (DocumentStatus.DRAFTED, DocumentStatus.APPROVED):
                drafting.discard(session, document, now)
    discarded = any(document.status is DocumentStatus.DISCARDED for document in documents)
    if not still_true or discarded:
        notice.suppressed_at = now
        _record(session, "notice.suppressed", notice, now)
        return "suppressed"
    if any(document.status is not DocumentStatus.RENDERED for document in documents):
        return "waiting"
    message = _message(session, notice, still_true, documents, seoul_date(now))
    dispatch = enqueue(session, message, now)
    notice.enqueued_at = now
    _record(session, "notice.enqueued", notice, now, dispatch_id=dispatch.id)
    return "enqueued"


def _is_true(step: LadderStep, referral: Referral) -> bool:
    if step.arming != referral.arming or referral.status not in CHASED:
        return False
    acknowledged = referral.status is not Status.DISPATCHED
    return not (acknowledged and step.rung in _ACKNOWLEDGEMENT_RUNGS)


def _record(session: Session, kind: str, notice: Notice, now: datetime, **data: Any) -> None:
    ledger.record(session, kind, subject=("notice", notice.id), now=now, **data)


def _message(
    session: Session,
    notice: Notice,
    lines: Sequence[tuple[LadderStep, Referral]],
    documents: Sequence[Document],
    today: date,
) -> OutgoingMessage:
    ministry = organisation_queries.by_id(session, notice.organisation_id)
    addressee = organisation_queries.by_id(session, notice.addressee_id)
    context: Mapping[str, Any] = {
        "agency": settings().agency,
        "ministry": ministry,
        "addressee": addressee,
        "sections": _sections(session, lines, today),
        "total": len({referral.id for _, referral in lines}),
        "documents": documents,
    }
    mail = compose(notice.kind.value, context)
    escalation = notice.kind is NoticeKind.ESCALATION
    return OutgoingMessage(
        key=f"notice:{notice.id}",
        intent=notice.kind.value,
        organisation_code=addressee.code,
        address=mailbox(session, addressee.id, backup=notice.to_backup),
        subject=mail.subject,
        body=mail.body,
        attachments=tuple(attachment(document) for document in documents),
        # The parent body never saw the earlier mails: its mail begins a thread of its own.
        references=() if escalation else thread(session, [r.document_id for _, r in lines]),
        document_id=documents[0].id if len(documents) == 1 else None,
    )


def _sections(
    session: Session, lines: Sequence[tuple[LadderStep, Referral]], today: date
) -> Sequence[_Section]:
    present = {step.rung for step, _ in lines}
    return [
        _Section(
            name=RUNGS[rung],
            request=REQUESTS[rung],
            items=overdue_items(session, [r for step, r in lines if step.rung is rung], today),
        )
        for rung in Rung
        if rung in present
    ]

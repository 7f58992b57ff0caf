"""Put notices into the outbox, once their documents are ready.

What became untrue since the sweep (an answer, a withdrawal) is left out, of documents as long as
they have no number, of mails until they are queued. A notice of which nothing is left is suppressed,
and says so in the ledger.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import links
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import Document, OverdueItem, drafting
from gongmun.documents import queries as document_queries
from gongmun.documents.life import ISSUED, UNNUMBERED
from gongmun.documents.life import Status as DocumentStatus
from gongmun.errors import GongmunError
from gongmun.mail import OutgoingMessage, compose, enqueue
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries
from gongmun.referrals.ladder import Rung
from gongmun.referrals.letters import overdue_items, refresh_document
from gongmun.referrals.life import CHASED, Status
from gongmun.referrals.mailing import attachment, mailbox, notice_key, thread
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
    problems: tuple[GongmunError, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Section:
    """The lines of one rung in a mail."""

    name: Bilingual
    request: Bilingual
    items: Sequence[OverdueItem]


def prepare_notices(db: Database, *, now: datetime) -> Sequence[int]:
    """Before anything is numbered: let waiting notices say what is still true.

    The ids of those of which nothing is; they are suppressed. One that cannot be prepared is left
    as it is, and met again when it is queued.
    """
    outcomes: dict[str, list[int]] = {"suppressed": []}
    _each(db, lambda session, notice: _prepare(session, notice, now), outcomes)
    return outcomes["suppressed"]


def enqueue_notices(db: Database, *, now: datetime) -> NoticeReport:
    """Put every notice that is ready into the outbox, each in its own transaction."""
    outcomes: dict[str, list[int]] = {"enqueued": [], "suppressed": [], "waiting": []}
    problems = _each(db, lambda session, notice: _settle(session, notice, now), outcomes)
    return NoticeReport(
        **{name: tuple(ids) for name, ids in outcomes.items()}, problems=tuple(problems)
    )


def _each(
    db: Database, settle: Callable[[Session, Notice], str], outcomes: dict[str, list[int]]
) -> Sequence[GongmunError]:
    """Settle each waiting notice in its own transaction; one that fails does not stop the others."""
    problems: list[GongmunError] = []
    with db.reading() as session:
        ids = [notice.id for notice in queries.waiting_notices(session)]
    for notice_id in ids:
        try:
            with db.transaction() as session:
                notice = queries.lock_waiting_notice(session, notice_id)
                outcome = settle(session, notice) if notice is not None else ""
        except GongmunError as error:
            problems.append(error)
        else:
            outcomes.setdefault(outcome, []).append(notice_id)
    return problems


def _still_true(session: Session, notice: Notice) -> Sequence[tuple[LadderStep, Referral]]:
    return [
        (step, referral)
        for step, referral in queries.steps_of_notice(session, notice.id)
        if _is_true(step, referral)
    ]


def _prepare(session: Session, notice: Notice, now: datetime) -> str:
    lines = _still_true(session, notice)
    for document_id in notice.document_ids:
        document = document_queries.by_id(session, document_id)
        if document.status not in UNNUMBERED:
            continue  # one that has its number says what was true on its day
        about = [
            (step.rung, referral) for step, referral in lines if step.document_id == document_id
        ]
        if about:
            referrals = [referral for _, referral in about]
            refresh_document(session, notice, document, about[0][0], referrals, now=now)
        else:
            drafting.discard(session, document, now)
            notice.document_ids = [i for i in notice.document_ids if i != document_id]
    return _suppress(session, notice, now) if not lines else "prepared"


def _suppress(session: Session, notice: Notice, now: datetime) -> str:
    notice.suppressed_at = now
    _record(session, "notice.suppressed", notice, now)
    return "suppressed"


def _settle(session: Session, notice: Notice, now: datetime) -> str:
    lines = _still_true(session, notice)
    documents = [document_queries.by_id(session, i) for i in notice.document_ids]
    # A discarded one here is an escalation that a coordinator returned.
    if not lines or any(document.status is DocumentStatus.DISCARDED for document in documents):
        return _suppress(session, notice, now)
    if any(document.status not in ISSUED for document in documents):
        return "waiting"
    message = _message(session, notice, lines, documents, seoul_date(now))
    dispatch = enqueue(session, message, now)
    if notice.kind is not NoticeKind.ESCALATION:
        # What it asks for is answered on the outcome documents that carried the referrals.
        links.grant_ministry(
            session,
            organisation_id=notice.organisation_id,
            document_ids=[r.document_id for _, r in lines if r.document_id is not None],
            dispatch=dispatch,
            now=now,
        )
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
        "link": links.blank(),
    }
    mail = compose(notice.kind.value, context)
    escalation = notice.kind is NoticeKind.ESCALATION
    return OutgoingMessage(
        key=notice_key(notice.id),
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

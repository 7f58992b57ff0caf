"""What left the house, and what was written down of it: documents, mails, register and ledger, for the invariants."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import String, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from gongmun.answers.models import Extension, Question, Transfer
from gongmun.documents import Document
from gongmun.documents.life import APPROVED
from gongmun.documents.models import Register, RegisterEntry
from gongmun.ledger.models import LedgerEvent
from gongmun.mail.models import Dispatch, IncomingMail
from gongmun.referrals.models import LadderStep, Notice, Referral, Response
from gongmun.suggestions.models import Suggestion


def register_gaps(session: Session) -> Iterator[str]:
    """Numbers that are missing, or do not agree with the counter or with their document."""
    counters = session.execute(
        select(
            Register.division,
            Register.year,
            Register.last_serial,
            func.count(RegisterEntry.serial).label("entries"),
            func.min(RegisterEntry.serial).label("first"),
            func.max(RegisterEntry.serial).label("last"),
        )
        .outerjoin(
            RegisterEntry,
            and_(RegisterEntry.division == Register.division, RegisterEntry.year == Register.year),
        )
        .group_by(Register.division, Register.year, Register.last_serial)
    )
    for row in counters:
        if (row.entries, row.first, row.last) != (row.last_serial, 1, row.last_serial):
            yield (
                f"{row.year}: counter {row.last_serial}, {row.entries} entries {row.first}-{row.last}"
            )
    entry = aliased(RegisterEntry)
    strays = session.execute(
        select(Document.id, Document.year, Document.serial)
        .outerjoin(entry, entry.document_id == Document.id)
        .where(
            or_(
                and_(Document.serial.is_not(None), entry.serial.is_(None)),
                and_(
                    entry.serial.is_not(None),
                    or_(Document.serial.is_(None), Document.serial != entry.serial),
                ),
            )
        )
    )
    for stray in strays:
        yield f"document {stray.id} has number {stray.year}-{stray.serial} and another in the register"


def releases(session: Session, message_id: str) -> int:
    """How often a person let a mail go out again, or a notice said that it had not arrived."""
    return (
        session.scalar(
            select(func.count())
            .select_from(LedgerEvent)
            .join(Dispatch, Dispatch.id == LedgerEvent.subject_id)
            .where(
                Dispatch.message_id == message_id,
                LedgerEvent.subject_kind == "dispatch",
                LedgerEvent.kind == "mail.released",
            )
        )
        or 0
    )


# Mails that carry an official document: each goes to a mailbox once.
_OFFICIAL = ("outcome", "chase", "escalation", "correction", "extension")


def doubled_mails(session: Session) -> Iterator[str]:
    """Two mails that say the same to the same mailbox, or two notices about one rung."""
    same = session.execute(
        select(Dispatch.address, Dispatch.subject, func.count().label("count"))
        .where(Dispatch.intent.in_(_OFFICIAL), Dispatch.document_id.is_not(None))
        .group_by(Dispatch.document_id, Dispatch.intent, func.lower(Dispatch.address))
        .having(func.count() > 1)
    )
    for row in same:
        yield f"{row.count} mails to one mailbox: {row.subject}"
    twice = session.execute(
        select(LadderStep.referral_id, LadderStep.arming, LadderStep.rung)
        .where(LadderStep.skipped.is_(False))
        .group_by(LadderStep.referral_id, LadderStep.arming, LadderStep.rung)
        .having(func.count() > 1)
    )
    for double in twice:
        yield f"rung {double.rung} twice for referral {double.referral_id}"


def documents_without_mail(session: Session, before: datetime) -> Iterator[str]:
    """Documents approved before that no mail carries, and that did not become untrue either."""
    rows = session.execute(
        select(
            Document.id, Document.kind, Document.status, Document.approved_at, Document.problem_en
        )
        .where(
            Document.status.in_(APPROVED),
            Document.approved_at < before,
            ~exists().where(Dispatch.document_id == Document.id),
        )
        .order_by(Document.id)
    ).all()
    if not rows:
        return
    carried: set[int] = set()
    for notice in session.scalars(select(Notice)):
        mailed = session.scalar(select(func.count()).where(Dispatch.key == f"notice:{notice.id}"))
        if mailed or notice.suppressed_at is not None:
            carried |= set(notice.document_ids)
    for row in rows:
        if row.id not in carried:
            yield f"document {row.id} ({row.kind}, {row.status}, {row.approved_at}): {row.problem_en}"


# What ends a referral with its ministry, and what puts it there again.
_ENDS = ("referral.answered", "referral.withdrawn", "referral.transferred")
_BEGINS = ("referral.dispatched", "referral.sent_back", "referral.reopened")


def reminders_after_the_end(session: Session, after: int) -> tuple[int, Sequence[str]]:
    """Reminders queued since the mail `after` about what was with no ministry then; the last mail of all."""
    rows = session.execute(
        select(Dispatch, LadderStep, Suggestion.reference)
        .join(Notice, Dispatch.key == "notice:" + cast(Notice.id, String))
        .join(LadderStep, LadderStep.notice_id == Notice.id)
        .join(Referral, Referral.id == LadderStep.referral_id)
        .join(Suggestion, Suggestion.id == Referral.suggestion_id)
        .where(Dispatch.id > after)
    )
    found = [
        f"mail {mail.id}: {step.rung} of referral {step.referral_id} at {mail.created_at}"
        for mail, step, reference in rows
        # A line that was true no more when the mail was written is not in it.
        if reference in mail.body and _has_ended(session, step.referral_id, mail.created_at)
    ]
    return session.scalar(select(func.max(Dispatch.id))) or 0, found


def _has_ended(session: Session, referral_id: int, at: datetime) -> bool:
    last = session.scalar(
        select(LedgerEvent.kind)
        .where(
            LedgerEvent.subject_kind == "referral",
            LedgerEvent.subject_id == referral_id,
            LedgerEvent.kind.in_((*_ENDS, *_BEGINS)),
            LedgerEvent.occurred_at < at,
        )
        .order_by(LedgerEvent.seq.desc())
        .limit(1)
    )
    return last in _ENDS


def verify_since(session: Session, seq: int) -> tuple[int, str | None]:
    """Whether the events after `seq` follow each other; the last one, and what is wrong."""
    previous = session.scalar(select(LedgerEvent.hash).where(LedgerEvent.seq == seq))
    rows = session.execute(
        select(LedgerEvent.seq, LedgerEvent.previous_hash, LedgerEvent.hash)
        .where(LedgerEvent.seq > seq)
        .order_by(LedgerEvent.seq)
    )
    for row in rows:
        if row.seq != seq + 1 or (previous is not None and row.previous_hash != previous):
            return seq, f"event {row.seq} does not follow {seq}"
        seq, previous = row.seq, row.hash
    return seq, None


def totals(session: Session) -> Mapping[str, int]:
    """How much there is, for the report of a run."""
    counted = {
        "referrals": Referral,
        "documents": Document,
        "mails": Dispatch,
        "mails_in": IncomingMail,
        "responses": Response,
        "questions": Question,
        "extensions": Extension,
        "transfers": Transfer,
        "rungs": LadderStep,
    }
    return {
        name: session.scalar(select(func.count()).select_from(model)) or 0
        for name, model in counted.items()
    }


def events(session: Session) -> Iterator[tuple[datetime, str]]:
    """Every event of the ledger, as a line."""
    rows = session.scalars(select(LedgerEvent).order_by(LedgerEvent.seq))
    for row in rows:
        data = " ".join(f"{name}={value}" for name, value in row.data.items() if value is not None)
        yield row.occurred_at, f"{row.kind} {row.subject_kind} {row.subject_id} {data}"

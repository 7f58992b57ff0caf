"""What left the house, and what was written down of it: documents, mails, register and ledger, for the invariants."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Date, String, and_, bindparam, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from gongmun.answers.models import Extension, Question, Transfer
from gongmun.clock import seoul_date
from gongmun.documents import Document
from gongmun.documents.life import APPROVED
from gongmun.documents.models import Register, RegisterEntry
from gongmun.ledger.models import LedgerEvent
from gongmun.mail.models import Dispatch, IncomingMail
from gongmun.organisations import Organisation
from gongmun.referrals.models import ChasePause, LadderStep, Notice, Referral, Response

_entry = aliased(RegisterEntry)
_COUNTERS = (
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
_STRAYS = (
    select(Document.id, Document.year, Document.serial)
    .outerjoin(_entry, _entry.document_id == Document.id)
    .where(
        or_(
            and_(Document.serial.is_not(None), _entry.serial.is_(None)),
            and_(
                _entry.serial.is_not(None),
                or_(Document.serial.is_(None), Document.serial != _entry.serial),
            ),
        )
    )
)


def register_gaps(session: Session) -> Iterator[str]:
    """Numbers that are missing, or do not agree with the counter or with their document."""
    for row in session.execute(_COUNTERS):
        if (row.entries, row.first, row.last) != (row.last_serial, 1, row.last_serial):
            yield (
                f"{row.year}: counter {row.last_serial}, {row.entries} entries {row.first}-{row.last}"
            )
    for stray in session.execute(_STRAYS):
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
_SAME_MAILS = (
    select(func.min(Dispatch.subject).label("subject"), func.count().label("count"))
    .where(Dispatch.intent.in_(_OFFICIAL), Dispatch.document_id.is_not(None))
    .group_by(Dispatch.document_id, Dispatch.intent, func.lower(Dispatch.address))
    .having(func.count() > 1)
)
_SAME_RUNGS = (
    select(LadderStep.referral_id, LadderStep.arming, LadderStep.rung)
    .where(LadderStep.skipped.is_(False))
    .group_by(LadderStep.referral_id, LadderStep.arming, LadderStep.rung)
    .having(func.count() > 1)
)


def doubled_mails(session: Session) -> Iterator[str]:
    """Two mails that say the same to the same mailbox, or two notices about one rung."""
    for row in session.execute(_SAME_MAILS):
        yield f"{row.count} mails to one mailbox: {row.subject}"
    for double in session.execute(_SAME_RUNGS):
        yield f"rung {double.rung} twice for referral {double.referral_id}"


_UNMAILED = (
    select(Document.id, Document.kind, Document.status, Document.approved_at, Document.problem_en)
    .where(
        Document.status.in_(APPROVED),
        Document.approved_at >= bindparam("since"),
        Document.approved_at < bindparam("before"),
        ~exists().where(Dispatch.document_id == Document.id),
    )
    .order_by(Document.id)
)
_CARRIED = select(Notice.document_ids).where(
    or_(
        Notice.suppressed_at.is_not(None),
        exists().where(Dispatch.key == literal("notice:", String) + cast(Notice.id, String)),
    )
)
# What waits because it goes to, or is about, a ministry that is spared, or was until a while ago; or one that
# is no more, until somebody has said who comes after it.
_SPARED = select(Notice.document_ids).where(
    or_(
        exists().where(
            ChasePause.organisation_id.in_((Notice.organisation_id, Notice.addressee_id)),
            ChasePause.until >= bindparam("day", type_=Date),
            or_(ChasePause.ended_at.is_(None), ChasePause.ended_at >= bindparam("before")),
        ),
        exists().where(
            Organisation.id.in_((Notice.organisation_id, Notice.addressee_id)),
            Organisation.valid_to < bindparam("day", type_=Date),
        ),
    )
)
# The same of a decision on what a ministry asked.
_ORPHANED = (
    select(Document.id)
    .join(Extension, Extension.document_id == Document.id)
    .join(Referral, Referral.id == Extension.referral_id)
    .join(Organisation, Organisation.id == Referral.organisation_id)
    .where(Organisation.valid_to < bindparam("day", type_=Date))
)


def documents_without_mail(
    session: Session, since: datetime, before: datetime
) -> tuple[datetime, Sequence[str]]:
    """Documents approved between that no mail carries, and that did not become untrue either.

    And from when on they are to be looked at again: what waits for somebody is not settled.
    """
    rows = session.execute(_UNMAILED, {"since": since, "before": before}).all()
    if not rows:
        return before, ()
    carried = {each for ids in session.scalars(_CARRIED) for each in ids}
    known = {"day": seoul_date(before), "before": before}
    spared = {each for ids in session.scalars(_SPARED, known) for each in ids}
    spared |= set(session.scalars(_ORPHANED, known))
    left = [row for row in rows if row.id not in carried]
    found = [
        f"document {row.id} ({row.kind}, {row.status}, {row.approved_at}): {row.problem_en}"
        for row in left
        if row.id not in spared
    ]
    return min((row.approved_at for row in left if row.id in spared), default=before), found


_CHAIN = (
    select(LedgerEvent.seq, LedgerEvent.previous_hash, LedgerEvent.hash)
    .where(LedgerEvent.seq > bindparam("after"))
    .order_by(LedgerEvent.seq)
)


def verify_since(
    session: Session, last: tuple[int, str | None]
) -> tuple[tuple[int, str | None], str | None]:
    """Whether the events after the `last` one follow each other; the last one now, and what is wrong."""
    seq, previous = last
    for row in session.execute(_CHAIN, {"after": seq}):
        if row.seq != seq + 1 or (previous is not None and row.previous_hash != previous):
            return (seq, previous), f"event {row.seq} does not follow {seq}"
        seq, previous = row.seq, row.hash
    return (seq, previous), None


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

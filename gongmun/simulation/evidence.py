"""What the tables say, for the invariants: every SELECT they look with. No service is asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from gongmun.answers.models import Extension, Question, Transfer
from gongmun.documents import Document
from gongmun.documents.life import APPROVED
from gongmun.documents.models import Register, RegisterEntry
from gongmun.ledger.models import LedgerEvent
from gongmun.mail.models import Dispatch, IncomingMail
from gongmun.organisations import Organisation
from gongmun.referrals.life import CHASED, Status
from gongmun.referrals.models import ChasePause, LadderStep, Notice, Referral, Response
from gongmun.suggestions.models import Suggestion


@dataclass(frozen=True, kw_only=True, slots=True)
class Chased:
    """A referral that is with its ministry."""

    id: int
    answer_rule: str
    arming: int
    acknowledge_due: date
    acknowledged: bool
    answer_due: date
    next_action_on: date | None
    # A question or a request waits for us, or its ministry's reminders are paused.
    is_quiet: bool
    # Its ministry is no more.
    is_elsewhere: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Fired:
    """A rung that fired, or was skipped for a higher one."""

    referral_id: int
    arming: int
    rung: str
    due_on: date
    fired_on: date
    skipped: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An event of a referral, and what it says; `accepted_at` is that of the mail that it names."""

    seq: int
    at: datetime
    kind: str
    referral_id: int
    rule: str
    data: Mapping[str, Any]
    accepted_at: datetime | None

    def day(self, name: str) -> date:
        """A day that it names."""
        return date.fromisoformat(self.data[name])

    def moment(self, name: str) -> datetime:
        """A moment that it names."""
        return datetime.fromisoformat(self.data[name])


@dataclass(frozen=True, kw_only=True, slots=True)
class DueDay:
    """Until when a referral is to be answered, and whether its clock runs."""

    id: int
    answer_due: date | None
    is_running: bool


def told_of_referrals(session: Session, after: int) -> Iterator[Told]:
    """The events of referrals since the event `after`."""
    rows = session.execute(
        select(LedgerEvent, Referral.answer_rule, Dispatch.accepted_at)
        .join(Referral, Referral.id == LedgerEvent.subject_id)
        .outerjoin(Dispatch, Dispatch.id == LedgerEvent.data["dispatch_id"].as_integer())
        .where(LedgerEvent.subject_kind == "referral", LedgerEvent.seq > after)
        .order_by(LedgerEvent.seq)
    )
    for event, rule, accepted_at in rows:
        yield Told(
            seq=event.seq,
            at=event.occurred_at,
            kind=event.kind,
            referral_id=event.subject_id,
            rule=rule,
            data=event.data,
            accepted_at=accepted_at,
        )


def dues(session: Session) -> Sequence[DueDay]:
    """The due day of every referral that is with a ministry, or may come back to it."""
    rows = session.execute(
        select(Referral.id, Referral.answer_due, Referral.paused_at, Referral.status).where(
            Referral.status.in_((*CHASED, Status.ANSWERED))
        )
    )
    return [
        DueDay(
            id=row.id,
            answer_due=row.answer_due,
            is_running=row.status in CHASED and row.paused_at is None,
        )
        for row in rows
    ]


def chased(session: Session, day: date) -> Sequence[Chased]:
    """Every referral that is with a ministry."""
    paused = exists().where(
        ChasePause.organisation_id == Referral.organisation_id,
        ChasePause.ended_at.is_(None),
        ChasePause.until >= day,
    )
    rows = session.execute(
        select(
            Referral.id,
            Referral.answer_rule,
            Referral.arming,
            Referral.acknowledge_due,
            Referral.status,
            Referral.answer_due,
            Referral.next_action_on,
            Referral.paused_at,
            Referral.asks_since,
            paused.label("is_paused"),
            Organisation.valid_to,
        )
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .where(Referral.status.in_(CHASED))
        .order_by(Referral.id)
    )
    return [
        Chased(
            id=row.id,
            answer_rule=row.answer_rule,
            arming=row.arming,
            acknowledge_due=row.acknowledge_due,
            acknowledged=row.status is not Status.DISPATCHED,
            answer_due=row.answer_due,
            next_action_on=row.next_action_on,
            is_quiet=bool(row.paused_at or row.asks_since or row.is_paused),
            is_elsewhere=row.valid_to is not None and row.valid_to < day,
        )
        for row in rows
    ]


def steps_of_open(session: Session) -> tuple[dict[tuple[int, int], set[str]], int]:
    """The rungs of each referral that is with a ministry, by its arming; and the last step of all."""
    rows = session.execute(
        select(LadderStep.referral_id, LadderStep.arming, LadderStep.rung)
        .join(Referral, Referral.id == LadderStep.referral_id)
        .where(Referral.status.in_((*CHASED, Status.APPROVED)))
    )
    found: dict[tuple[int, int], set[str]] = {}
    for row in rows:
        found.setdefault((row.referral_id, row.arming), set()).add(row.rung)
    return found, session.scalar(select(func.max(LadderStep.id))) or 0


def steps_after(session: Session, last: int) -> Sequence[Fired]:
    """The steps that were written since."""
    rows = session.scalars(select(LadderStep).where(LadderStep.id > last).order_by(LadderStep.id))
    return [
        Fired(
            referral_id=row.referral_id,
            arming=row.arming,
            rung=row.rung,
            due_on=row.due_on,
            fired_on=row.fired_on,
            skipped=row.skipped,
        )
        for row in rows
    ]


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


def referrals_without_a_date(session: Session, before: datetime | None) -> Iterator[str]:
    """Referrals with a ministry that nothing will happen to, or whose day has long passed."""
    waits = or_(
        exists().where(Question.referral_id == Referral.id, Question.answered_at.is_(None)),
        exists().where(Extension.referral_id == Referral.id, Extension.decided_at.is_(None)),
        exists().where(Transfer.referral_id == Referral.id, Transfer.decided_at.is_(None)),
    )
    silent = exists().where(
        LadderStep.referral_id == Referral.id,
        LadderStep.arming == Referral.arming,
        LadderStep.rung == "silence",
    )
    rows = session.execute(
        select(Referral.id, Referral.status, Referral.next_action_on, Referral.answer_due)
        .where(
            Referral.status.in_(CHASED),
            or_(
                and_(
                    or_(Referral.paused_at.is_not(None), Referral.asks_since.is_not(None)), ~waits
                ),
                and_(
                    Referral.paused_at.is_(None),
                    Referral.next_action_on.is_(None),
                    ~silent,
                ),
            ),
        )
        .order_by(Referral.id)
    )
    for row in rows:
        yield f"referral {row.id} ({row.status}, due {row.answer_due}): next {row.next_action_on}"
    if before is None:
        return
    late = session.execute(
        select(Referral.id, Referral.next_action_on).where(
            Referral.status.in_(CHASED),
            Referral.next_action_on < before.date(),
            ~exists().where(ChasePause.organisation_id == Referral.organisation_id),
        )
    )
    for old in late:
        yield f"referral {old.id} should have been looked at on {old.next_action_on}"


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

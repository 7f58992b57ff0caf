"""What the mails that left were about, and what was known of it then: every SELECT of the watch at the door."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from gongmun.answers.models import Commitment
from gongmun.clock import seoul_date
from gongmun.followups.models import CommitmentStep, ProposerNotice
from gongmun.ledger.models import LedgerEvent
from gongmun.mail.models import Dispatch
from gongmun.organisations import Organisation
from gongmun.referrals.ladder import Clock, Rung
from gongmun.referrals.life import CHASED
from gongmun.referrals.models import (
    ChasePause,
    DeadlineChange,
    LadderStep,
    Notice,
    Referral,
    Response,
    ResponseStatus,
    Takeover,
)
from gongmun.suggestions.models import Proposer, Suggestion

# What ends a referral with its ministry, and what puts it there again.
_ENDS = ("referral.answered", "referral.withdrawn", "referral.transferred")
_BEGINS = ("referral.dispatched", "referral.sent_back", "referral.reopened")
_RECEIPT = "referral.acknowledged"
_ASKS_FOR_RECEIPT = (Rung.NUDGE, Rung.BACKUP_NUDGE)
# What reminders are called in the outbox: of referrals, and of promises.
OF_NOTICES = ("chase", "escalation")
OF_PROMISES = "commitments"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminded:
    """A line that a notice may have: which referral, by which rung, about whom and to whom."""

    referral_id: int
    rung: Rung
    reference: str
    organisation_id: int
    addressee_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Paused:
    """When nothing was to leave about an organisation."""

    organisation_id: int
    begun_at: datetime
    until: date
    ended_at: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether it held at that moment."""
        is_over = self.ended_at is not None and self.ended_at <= at
        return self.begun_at < at and seoul_date(at) <= self.until and not is_over


_first = aliased(Dispatch)
_REMINDERS = (
    select(Dispatch.message_id, _first.id, _first.intent, _first.key)
    .join(_first, _first.id == func.coalesce(Dispatch.instead_of_id, Dispatch.id))
    .where(
        Dispatch.message_id.in_(bindparam("message_ids", expanding=True)),
        Dispatch.intent.in_((*OF_NOTICES, OF_PROMISES)),
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminder:
    """A reminder in the outbox: the first one, where another was sent in its place. The key names its notice."""

    id: int
    intent: str
    key: str


def reminders(session: Session, message_ids: Sequence[str]) -> Mapping[str, Reminder]:
    """Those of these mails that are reminders, by their Message-ID."""
    return {
        row.message_id: Reminder(id=row.id, intent=row.intent, key=row.key)
        for row in session.execute(_REMINDERS, {"message_ids": message_ids})
    }


_LINES = (
    select(
        LadderStep.referral_id,
        LadderStep.rung,
        Suggestion.reference,
        Notice.organisation_id,
        Notice.addressee_id,
    )
    .join(Notice, Notice.id == LadderStep.notice_id)
    .join(Referral, Referral.id == LadderStep.referral_id)
    .join(Suggestion, Suggestion.id == Referral.suggestion_id)
    .where(LadderStep.notice_id == bindparam("notice_id"))
)


def reminded(session: Session, notice_id: int) -> Sequence[Reminded]:
    """The lines of a notice."""
    rows = session.execute(_LINES, {"notice_id": notice_id})
    return [Reminded(**row) for row in rows.mappings()]


def has_ended(session: Session, line: Reminded, at: datetime) -> bool:
    """Whether that was over before: answered, handed on, or acknowledged where that was asked for."""
    ends = (*_ENDS, _RECEIPT) if line.rung in _ASKS_FOR_RECEIPT else _ENDS
    last = session.scalar(
        select(LedgerEvent.kind)
        .where(
            LedgerEvent.subject_kind == "referral",
            LedgerEvent.subject_id == line.referral_id,
            LedgerEvent.kind.in_((*ends, *_BEGINS)),
            LedgerEvent.occurred_at < at,
        )
        .order_by(LedgerEvent.seq.desc())
        .limit(1)
    )
    return last in ends


def all_settled(session: Session, dispatch_id: int, at: datetime) -> bool:
    """Whether every promise that a mail reminds of was settled before."""
    open_then = exists().where(
        CommitmentStep.dispatch_id == dispatch_id,
        Commitment.id == CommitmentStep.commitment_id,
        or_(Commitment.settled_at.is_(None), Commitment.settled_at >= at),
    )
    return not session.scalar(select(open_then))


_PAUSES = select(
    ChasePause.organisation_id, ChasePause.begun_at, ChasePause.until, ChasePause.ended_at
)


def pauses(session: Session) -> Sequence[Paused]:
    """Every pause there was."""
    return [Paused(**row) for row in session.execute(_PAUSES).mappings()]


# Answers whoever wrote just now, whatever has become of his ministry.
_RECEIPT_OF_ANSWER = "receipt"
_QUEUED = (
    select(
        Dispatch.id, Dispatch.intent, Dispatch.created_at, Organisation.code, Organisation.valid_to
    )
    .outerjoin(Organisation, Organisation.code == Dispatch.organisation_code)
    .where(Dispatch.id > bindparam("after"), Dispatch.intent != _RECEIPT_OF_ANSWER)
    .order_by(Dispatch.id)
)


def mails_to_nobody(session: Session, after: int) -> tuple[int, Sequence[str]]:
    """Mails queued since the mail `after` to a body that was no more on that day; the last mail of all."""
    last, found = after, []
    for row in session.execute(_QUEUED, {"after": after}):
        last = row.id
        if row.valid_to is not None and row.valid_to < seoul_date(row.created_at):
            found.append(
                f"mail {row.id} ({row.intent}) of {row.created_at} to {row.code}, "
                f"which was there until {row.valid_to}"
            )
    return last, found


_CHANGES = (
    select(DeadlineChange, Organisation.valid_to)
    .join(Referral, Referral.id == DeadlineChange.referral_id)
    .join(Organisation, Organisation.id == Referral.organisation_id)
    .order_by(DeadlineChange.id)
)
_MOVES_TOLD = select(LedgerEvent.subject_id, LedgerEvent.occurred_at).where(
    LedgerEvent.kind == "referral.move_told"
)
_STANDS = (
    select(LedgerEvent.kind, LedgerEvent.occurred_at)
    .where(
        LedgerEvent.subject_kind == "referral",
        LedgerEvent.subject_id == bindparam("referral_id"),
        LedgerEvent.kind.in_((*_ENDS, *_BEGINS, "referral.paused", "referral.resumed")),
        LedgerEvent.occurred_at <= bindparam("at"),
    )
    .order_by(LedgerEvent.seq.desc())
)


def changes_told_wrongly(session: Session, before: datetime | None) -> Iterator[str]:
    """Moved deadlines that were told twice, or not at all although they were made before."""
    told = Counter((row.subject_id, row.occurred_at) for row in session.execute(_MOVES_TOLD))
    by_telling: dict[tuple[int, datetime], list[DeadlineChange]] = {}
    for change, valid_to in session.execute(_CHANGES):
        if change.told_at is not None:
            by_telling.setdefault((change.referral_id, change.told_at), []).append(change)
        elif before is not None and change.changed_at < before and valid_to is None:
            yield f"change {change.id} of {change.changed_at} was told to nobody"
    for key, changes in by_telling.items():
        times = told.pop(key, 0)
        answer = [change for change in changes if change.clock is Clock.ANSWER]
        is_moved = bool(answer) and answer[0].old_due != answer[-1].new_due
        if times > 1:
            yield f"changes of referral {key[0]} were told {times} times at {key[1]}"
        if is_moved and not times and _is_with_ministry(session, *key):
            yield f"change {answer[-1].id} is noted as told at {key[1]}, by no mail"
    for (referral_id, at), times in told.items():
        yield f"referral {referral_id} was told {times} times of no change at {at}"


def _is_with_ministry(session: Session, referral_id: int, at: datetime) -> bool:
    """Whether it was, whatever else happened at that very moment before or after."""
    for kind, occurred_at in session.execute(_STANDS, {"referral_id": referral_id, "at": at}):
        if kind not in (*_BEGINS, "referral.resumed"):
            return False
        if occurred_at < at:
            return True
    return False


_TAKEOVERS = (
    select(Takeover.id, Takeover.referral_id, Takeover.taken_over_at)
    .join(Referral, Referral.id == Takeover.referral_id)
    .join(Organisation, Organisation.id == Referral.organisation_id)
    .where(
        Takeover.taken_over_at < bindparam("before"),
        Takeover.told_at.is_(None),
        Referral.organisation_id == Takeover.successor_id,
        Referral.status.in_(CHASED),
        Organisation.valid_to.is_(None),
    )
)
_SUCCESSORS_TOLD = select(LedgerEvent.subject_id, LedgerEvent.data).where(
    LedgerEvent.kind == "takeover.told"
)


def takeovers_told_wrongly(session: Session, before: datetime | None) -> Iterator[str]:
    """Successors that were told twice of a referral, or not at all although they have had it since before."""
    told = Counter(
        (row.subject_id, referral_id)
        for row in session.execute(_SUCCESSORS_TOLD)
        for referral_id in row.data["referrals"]
    )
    for successor_id, referral_id, times in _repeated(told):
        yield f"organisation {successor_id} was told {times} times of referral {referral_id}"
    if before is not None:
        for row in session.execute(_TAKEOVERS, {"before": before}):
            yield f"takeover {row.id} of referral {row.referral_id} was told to nobody"


_PROPOSERS_TOLD = (
    select(LedgerEvent.subject_id, LedgerEvent.data)
    .where(LedgerEvent.kind == "proposer.told")
    .order_by(LedgerEvent.seq)
)
_UNTOLD = (
    select(Response.id)
    .join(Referral, Referral.id == Response.referral_id)
    .join(Proposer, Proposer.suggestion_id == Referral.suggestion_id)
    .where(
        Response.status == ResponseStatus.PUBLISHED,
        Response.decided_at < bindparam("before"),
        ~exists().where(
            ProposerNotice.suggestion_id == Referral.suggestion_id,
            ProposerNotice.dispatch_id.is_not(None),
            ProposerNotice.noted_at >= Response.decided_at,
        ),
    )
)


def proposers_told_wrongly(session: Session, before: datetime | None) -> Iterator[str]:
    """Proposers who were told something twice, or nothing of an answer that was published before."""
    told = Counter(
        (row.subject_id, step)
        for row in session.execute(_PROPOSERS_TOLD)
        for step in row.data["steps"]
    )
    for suggestion_id, step, times in _repeated(told):
        yield f"the proposer of suggestion {suggestion_id} was told {times} times of {step}"
    if before is not None:
        for response_id in session.scalars(_UNTOLD, {"before": before}):
            yield f"the proposer was not told of response {response_id}"


def _repeated(told: Counter[tuple[int, Any]]) -> Iterator[tuple[int, Any, int]]:
    """Who was told what more than once, and how often."""
    return ((who, what, times) for (who, what), times in told.items() if times > 1)

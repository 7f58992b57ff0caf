"""What the tables say, for the invariants: every SELECT they look with. No service is asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from gongmun.answers.models import Extension, Question, Transfer
from gongmun.clock import seoul_date
from gongmun.ledger.models import LedgerEvent
from gongmun.mail.models import Dispatch
from gongmun.organisations import Organisation, Succession
from gongmun.referrals.life import CHASED, Status
from gongmun.referrals.models import ChasePause, LadderStep, Referral, Takeover


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
    # Nobody is above its ministry: the body is no more, or not there yet, without a single successor.
    is_orphaned: bool


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
    answer_due_at: datetime | None
    is_running: bool


_TOLD = (
    select(LedgerEvent, Referral.answer_rule, Dispatch.accepted_at)
    .join(Referral, Referral.id == LedgerEvent.subject_id)
    .outerjoin(Dispatch, Dispatch.id == LedgerEvent.data["dispatch_id"].as_integer())
    .where(LedgerEvent.subject_kind == "referral", LedgerEvent.seq > bindparam("after"))
    .order_by(LedgerEvent.seq)
)


def told_of_referrals(session: Session, after: int) -> Iterator[Told]:
    """The events of referrals since the event `after`."""
    for event, rule, accepted_at in session.execute(_TOLD, {"after": after}):
        yield Told(
            seq=event.seq,
            at=event.occurred_at,
            kind=event.kind,
            referral_id=event.subject_id,
            rule=rule,
            data=event.data,
            accepted_at=accepted_at,
        )


_DUES = select(
    Referral.id,
    Referral.answer_due,
    Referral.answer_due_at,
    Referral.paused_at,
    Referral.status,
).where(Referral.status.in_((*CHASED, Status.ANSWERED)))


def dues(session: Session) -> Sequence[DueDay]:
    """The due day of every referral that is with a ministry, or may come back to it."""
    return [
        DueDay(
            id=row.id,
            answer_due=row.answer_due,
            answer_due_at=row.answer_due_at,
            is_running=row.status in CHASED and row.paused_at is None,
        )
        for row in session.execute(_DUES)
    ]


_DAY = bindparam("day", type_=Date)
_parent, _heir = aliased(Organisation), aliased(Organisation)


def _in_force(body: type[Organisation]) -> ColumnElement[bool]:
    return and_(body.valid_from <= _DAY, or_(body.valid_to.is_(None), body.valid_to >= _DAY))


_CHASED = (
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
        exists()
        .where(
            ChasePause.organisation_id == Referral.organisation_id,
            ChasePause.ended_at.is_(None),
            ChasePause.until >= _DAY,
        )
        .label("is_paused"),
        Organisation.valid_to,
        and_(
            Organisation.parent_code.is_not(None),
            ~exists().where(_parent.code == Organisation.parent_code, _in_force(_parent)),
            select(func.count())
            .select_from(Succession)
            .join(_heir, _heir.code == Succession.successor_code)
            .where(
                Succession.predecessor_code == Organisation.parent_code,
                Succession.effective_on <= _DAY,
                _in_force(_heir),
            )
            .scalar_subquery()
            != 1,
        ).label("is_orphaned"),
    )
    .join(Organisation, Organisation.id == Referral.organisation_id)
    .where(Referral.status.in_(CHASED))
    .order_by(Referral.id)
)


def chased(session: Session, day: date) -> Sequence[Chased]:
    """Every referral that is with a ministry."""
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
            is_orphaned=row.is_orphaned,
        )
        for row in session.execute(_CHASED, {"day": day})
    ]


_STEPS_OF_OPEN = (
    select(LadderStep.referral_id, LadderStep.arming, LadderStep.rung)
    .join(Referral, Referral.id == LadderStep.referral_id)
    .where(Referral.status.in_((*CHASED, Status.APPROVED)))
)
_LAST_STEP = select(func.max(LadderStep.id))
_STEPS_AFTER = select(LadderStep).where(LadderStep.id > bindparam("last")).order_by(LadderStep.id)


def steps_of_open(session: Session) -> tuple[dict[tuple[int, int], set[str]], int]:
    """The rungs of each referral that is with a ministry, by its arming; and the last step of all."""
    found: dict[tuple[int, int], set[str]] = {}
    for row in session.execute(_STEPS_OF_OPEN):
        found.setdefault((row.referral_id, row.arming), set()).add(row.rung)
    return found, session.scalar(_LAST_STEP) or 0


def steps_after(session: Session, last: int) -> Sequence[Fired]:
    """The steps that were written since."""
    return [
        Fired(
            referral_id=row.referral_id,
            arming=row.arming,
            rung=row.rung,
            due_on=row.due_on,
            fired_on=row.fired_on,
            skipped=row.skipped,
        )
        for row in session.scalars(_STEPS_AFTER, {"last": last})
    ]


_waits = or_(
    exists().where(Question.referral_id == Referral.id, Question.answered_at.is_(None)),
    exists().where(Extension.referral_id == Referral.id, Extension.decided_at.is_(None)),
    exists().where(Transfer.referral_id == Referral.id, Transfer.decided_at.is_(None)),
)
_silent = exists().where(
    LadderStep.referral_id == Referral.id,
    LadderStep.arming == Referral.arming,
    LadderStep.rung == "silence",
)
_STUCK = (
    select(Referral.id, Referral.status, Referral.next_action_on, Referral.answer_due)
    .where(
        Referral.status.in_(CHASED),
        or_(
            and_(or_(Referral.paused_at.is_not(None), Referral.asks_since.is_not(None)), ~_waits),
            and_(Referral.paused_at.is_(None), Referral.next_action_on.is_(None), ~_silent),
        ),
    )
    .order_by(Referral.id)
)
# But for those that waited for the end of a pause, or for somebody to say who comes after their ministry.
_LATE = select(Referral.id, Referral.next_action_on).where(
    Referral.status.in_(CHASED),
    Referral.next_action_on < bindparam("before", type_=Date),
    ~exists().where(
        Organisation.id == Referral.organisation_id,
        Organisation.valid_to < bindparam("before", type_=Date),
    ),
    ~exists().where(
        Takeover.referral_id == Referral.id, Takeover.taken_over_at >= bindparam("moment")
    ),
    ~exists().where(
        ChasePause.organisation_id == Referral.organisation_id,
        ChasePause.until >= bindparam("before", type_=Date),
    ),
)


def referrals_without_a_date(session: Session, before: datetime | None) -> Iterator[str]:
    """Referrals with a ministry that nothing will happen to, or whose day has long passed."""
    for row in session.execute(_STUCK):
        yield f"referral {row.id} ({row.status}, due {row.answer_due}): next {row.next_action_on}"
    if before is None:
        return
    for old in session.execute(_LATE, {"before": seoul_date(before), "moment": before}):
        yield f"referral {old.id} should have been looked at on {old.next_action_on}"

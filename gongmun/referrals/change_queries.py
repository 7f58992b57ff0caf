"""Every SELECT and UPDATE about deadlines that a change of the calendar moves."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from gongmun.calendar import CountedIn, Counting
from gongmun.db import add_rows, rows_of
from gongmun.documents import Approval
from gongmun.referrals.clocks import counting_of
from gongmun.referrals.ladder import Clocks, Rung
from gongmun.referrals.life import CHASED, Status
from gongmun.referrals.models import IS_CHASED, DeadlineChange, LadderStep, Notice, Referral
from gongmun.referrals.queries import unsent_notices

# An answer that was sent back goes on with what was left of its clock: its day has to be right as well.
COUNTED = CHASED | {Status.ANSWERED}

_COUNTING = (Referral.answer_counted_in, Referral.answer_counted_since, Referral.answer_counted)


# Not kw_only: there are tens of thousands, each a row of these columns in this order.
@dataclass(frozen=True, slots=True)
class Standing:
    """The columns of a referral that a recount reads."""

    id: int
    organisation_id: int
    status: Status
    answer_rule: str
    arming: int
    dispatched_at: datetime
    acknowledge_due: date
    answer_counted_in: CountedIn | None
    answer_counted_since: datetime | None
    answer_counted: int | None
    answer_due: date
    answer_due_at: datetime | None
    answer_due_promised: date | None
    paused_at: datetime | None
    overdue_noted_on: date | None
    next_action_on: date | None

    @property
    def counting(self) -> Counting:
        """As `Referral.counting`."""
        return counting_of(
            self.answer_counted_in, self.answer_counted_since, self.answer_counted, self.answer_due
        )

    @property
    def is_with_ministry(self) -> bool:
        """Whether its clock runs, so that the ministry and the ladder go by its day."""
        return self.status in CHASED and self.paused_at is None

    def clocks(self, *, acknowledge_due: date, answer_due: date) -> Clocks:
        """What the ladder looks at, with other days."""
        return Clocks(
            answer_rule=self.answer_rule,
            acknowledge_due=acknowledge_due,
            acknowledged=self.status is not Status.DISPATCHED,
            answer_due=answer_due,
        )


_STANDING = tuple(getattr(Referral, name) for name in Standing.__slots__)


@dataclass(frozen=True, kw_only=True, slots=True)
class FiredStep:
    """A step of a referral's present arming; `notice_id` where its message has not left.

    `given_up`: a coordinator returned it, or nothing of its notice was true any more.
    """

    id: int
    referral_id: int
    rung: Rung
    due_on: date
    fired_on: date
    skipped: bool
    notice_id: int | None
    given_up: bool


def countings(session: Session) -> Sequence[tuple[Counting, date, datetime | None]]:
    """How the answers' deadlines are counted, each with the day and the moment that it came to; once each."""
    rows = session.execute(
        select(*_COUNTING, Referral.answer_due, Referral.answer_due_at)
        .where(Referral.status.in_(COUNTED), Referral.answer_due.is_not(None))
        .distinct()
    )
    return [
        (counting_of(unit, since, amount, due), due, due_at)
        for unit, since, amount, due, due_at in rows
    ]


def receipts_due(session: Session) -> Sequence[tuple[datetime, date]]:
    """When what was not acknowledged was dispatched, and the day it should be by; once each."""
    rows = session.execute(
        select(Referral.dispatched_at, Referral.acknowledge_due)
        .where(
            Referral.status == Status.DISPATCHED,
            Referral.dispatched_at.is_not(None),
            Referral.acknowledge_due.is_not(None),
        )
        .distinct()
    )
    return [(at, due) for at, due in rows if at is not None and due is not None]


def standing_on(
    session: Session, *, answers: Collection[date], receipts: Collection[date]
) -> Sequence[Standing]:
    """The referrals whose answer, or whose acknowledgement, is due on one of these days."""
    rows = rows_of(
        session,
        select(*_STANDING)
        .where(
            Referral.dispatched_at.is_not(None),
            or_(
                and_(Referral.status.in_(COUNTED), Referral.answer_due.in_(answers)),
                and_(Referral.status == Status.DISPATCHED, Referral.acknowledge_due.in_(receipts)),
            ),
        )
        .order_by(Referral.id),
    )
    return [Standing(*row) for row in rows]


def locked(session: Session, referral_ids: Sequence[int]) -> Sequence[Standing]:
    """These referrals as they are now, locked; those that came to an end meanwhile are left out."""
    rows = rows_of(
        session,
        select(*_STANDING)
        .where(Referral.id.in_(referral_ids), Referral.status.in_(COUNTED))
        .order_by(Referral.id)
        .with_for_update(),
    )
    return [Standing(*row) for row in rows]


def steps_of(session: Session, referral_ids: Sequence[int]) -> Sequence[FiredStep]:
    """The steps of the present arming of these referrals; notices that have not left are locked."""
    of_these = (
        LadderStep.referral_id.in_(referral_ids),
        LadderStep.referral_id == Referral.id,
        LadderStep.arming == Referral.arming,
    )
    carrying = select(LadderStep.notice_id).where(*of_these)
    waiting = set(unsent_notices(session, carrying))
    given_up = set(
        session.scalars(
            select(Notice.id).where(Notice.id.in_(carrying), Notice.suppressed_at.is_not(None))
        )
    )
    rows = rows_of(
        session,
        select(
            LadderStep.id,
            LadderStep.referral_id,
            LadderStep.rung,
            LadderStep.due_on,
            LadderStep.fired_on,
            LadderStep.skipped,
            LadderStep.notice_id,
        )
        .where(*of_these)
        .order_by(LadderStep.id),
    )
    return [
        FiredStep(
            id=step_id,
            referral_id=referral_id,
            rung=rung,
            due_on=due_on,
            fired_on=fired_on,
            skipped=skipped,
            notice_id=notice_id if notice_id in waiting else None,
            given_up=notice_id in given_up,
        )
        for step_id, referral_id, rung, due_on, fired_on, skipped, notice_id in rows
    ]


def take_back(session: Session, step_ids: Collection[int], *, notice_ids: Collection[int]) -> None:
    """Delete steps whose message has not left; what these notices say has to be looked at again."""
    if notice_ids:
        session.execute(update(Notice).where(Notice.id.in_(notice_ids)).values(stale=True))
    if step_ids:
        session.execute(delete(LadderStep).where(LadderStep.id.in_(step_ids)))


def write(
    session: Session,
    *,
    referrals: Sequence[Mapping[str, Any]],
    steps: Sequence[Mapping[str, Any]],
    changes: Sequence[Mapping[str, Any]],
) -> None:
    """Update referrals by their id, and add steps and changes.

    What becomes the same of many referrals is one statement.
    """
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in referrals:
        alike[tuple((name, value) for name, value in row.items() if name != "id")].append(row["id"])
    for values, ids in alike.items():
        session.execute(
            update(Referral).where(Referral.id.in_(ids)).values(dict(values)),
            execution_options={"synchronize_session": False},
        )
    add_rows(session, cast(Table, LadderStep.__table__), steps)
    add_rows(session, cast(Table, DeadlineChange.__table__), changes)


def look_again(session: Session, today: date) -> None:
    """Let the next sweep look at every referral that it would look at some day."""
    session.execute(
        update(Referral)
        .where(IS_CHASED, Referral.next_action_on > today)
        .values(next_action_on=today)
    )


def changes_of(session: Session, referral_id: int) -> Sequence[DeadlineChange]:
    """Every move of a referral's deadlines by the calendar, the oldest first."""
    return session.scalars(
        select(DeadlineChange)
        .where(DeadlineChange.referral_id == referral_id)
        .order_by(DeadlineChange.id)
    ).all()


def approvals(session: Session, ids: Collection[int]) -> Mapping[int, Approval]:
    """These decisions of coordinators, by their id."""
    found = session.scalars(select(Approval).where(Approval.id.in_(ids)))
    return {approval.id: approval for approval in found}

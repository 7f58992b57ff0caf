"""Every SELECT and every set-based write of a sweep of the ladder.

A sweep costs by what is due, not by what there is: each statement here goes by the partial index over
`next_action_on`, or by ids, and one does for many ministries.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from gongmun.calendar import Counting
from gongmun.db import add_rows, rows_of, some_of
from gongmun.organisations import Organisation
from gongmun.referrals.ladder import Clocks, Rung
from gongmun.referrals.life import Status
from gongmun.referrals.models import IS_CHASED, LadderStep, Referral

# Without the sum SQLite takes the index over the ministry, be it for the order, and reads the whole history.
MINISTRY = Referral.organisation_id + literal(0, literal_execute=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """One referral of which the ladder has something to do, as a sweep reads it.

    `fired` are the rungs fired or skipped since its clocks were last started; `asks`: a request of the
    ministry waits for us; `counted` is how its answer's deadline is counted; `noted`: the ledger has been told that the due day has passed.
    """

    id: int
    organisation_id: int
    arming: int
    clocks: Clocks
    fired: frozenset[Rung]
    asks: bool
    counted: Counting | None
    noted: bool
    sent_at: datetime

    def has_more_time(
        self, due: Callable[[Counting], date], receipt: Callable[[datetime], date]
    ) -> bool:
        """Whether the days off have changed since, and a day that is waited for is later if counted now."""
        if not self.clocks.acknowledged and receipt(self.sent_at) > self.clocks.acknowledge_due:
            return True
        return self.counted is not None and due(self.counted) > self.clocks.answer_due


def due_by_ministry(session: Session, today: date) -> Mapping[int, int]:
    """How many referrals of each ministry the ladder has something to do for on `today`, by its id."""
    rows = session.execute(
        select(MINISTRY.label("organisation_id"), func.count().label("due"))
        .where(_is_due(today))
        .group_by(MINISTRY)
        .order_by(MINISTRY)
    )
    return {row.organisation_id: row.due for row in rows}


def ministries(session: Session, ids: Collection[int]) -> Mapping[int, Organisation]:
    """The ministries with these ids, each locked for the sweep until the transaction ends.

    Of two sweeps at once the second waits here and then finds nothing due: each alone would have some of
    a ministry's referrals, and it would be sent two messages. Other rooms may go on referring to them.
    """
    rows = session.scalars(
        select(Organisation)
        .where(Organisation.id.in_(ids))
        .order_by(Organisation.id)
        .with_for_update(key_share=True)
    )
    return {ministry.id: ministry for ministry in rows}


def claim(session: Session, ids: Collection[int], today: date) -> Sequence[Due]:
    """Lock and return what is due of these ministries, by ministry; what another holds is left out."""
    rows = rows_of(session, _due(ids, today).with_for_update(skip_locked=True))
    return _with_fired(session, rows, ids, today)


def due(session: Session, ids: Collection[int], today: date) -> Sequence[Due]:
    """The same to look at, without a lock."""
    return _with_fired(session, rows_of(session, _due(ids, today)), ids, today)


def _due(ids: Collection[int], today: date) -> Select[Any]:
    return (
        select(
            Referral.id,
            Referral.organisation_id,
            Referral.arming,
            Referral.answer_rule,
            Referral.acknowledge_due,
            Referral.status != Status.DISPATCHED,
            Referral.answer_due,
            Referral.asks_since.is_not(None),
            Referral.answer_counted_in,
            Referral.answer_counted_since,
            Referral.answer_counted,
            Referral.overdue_noted_on.is_not(None),
            Referral.dispatched_at,
        )
        .where(_is_due(today), _of(ids))
        .order_by(MINISTRY, Referral.id)
    )


def _with_fired(
    session: Session, rows: Sequence[Any], ids: Collection[int], today: date
) -> Sequence[Due]:
    # Read after the claim: what another sweep has fired meanwhile is seen.
    fired: dict[int, set[Rung]] = defaultdict(set)
    for referral_id, rung in rows_of(
        session,
        select(LadderStep.referral_id, LadderStep.rung)
        .join(
            Referral,
            and_(Referral.id == LadderStep.referral_id, Referral.arming == LadderStep.arming),
        )
        .where(_is_due(today), _of(ids)),
    ):
        fired[referral_id].add(rung)
    none: frozenset[Rung] = frozenset()
    return [
        Due(
            id=referral_id,
            organisation_id=organisation_id,
            arming=arming,
            clocks=Clocks(
                answer_rule=answer_rule,
                acknowledge_due=acknowledge_due,
                acknowledged=acknowledged,
                answer_due=answer_due,
            ),
            fired=frozenset(fired[referral_id]) if referral_id in fired else none,
            asks=asks,
            counted=Counting(unit=unit, since=since, amount=amount) if since is not None else None,
            noted=noted,
            sent_at=sent_at,
        )
        for (
            referral_id,
            organisation_id,
            arming,
            answer_rule,
            acknowledge_due,
            acknowledged,
            answer_due,
            asks,
            unit,
            since,
            amount,
            noted,
            sent_at,
        ) in rows
    ]


def _is_due(today: date) -> ColumnElement[bool]:
    # The index's own condition to the letter: SQLite uses a partial index for nothing else.
    return and_(IS_CHASED, Referral.next_action_on <= today)


def _of(ids: Collection[int]) -> ColumnElement[bool]:
    return MINISTRY.in_(ids)


def add_steps(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert steps, if there are any."""
    add_rows(session, cast(Table, LadderStep.__table__), rows)


def look_again_on(session: Session, ids: Collection[int], on: date | None) -> None:
    """Set the day on which the ladder has something to do for these referrals."""
    for some in some_of(ids):
        session.execute(
            update(Referral).where(Referral.id.in_(some)).values(next_action_on=on),
            execution_options={"synchronize_session": False},
        )


def note_overdue(session: Session, ids: Collection[int], on: date) -> None:
    """Note the day on which the ledger was told that the due day of these referrals has passed."""
    for some in some_of(ids):
        session.execute(
            update(Referral).where(Referral.id.in_(some)).values(overdue_noted_on=on),
            execution_options={"synchronize_session": False},
        )

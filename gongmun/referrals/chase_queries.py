"""Every SELECT and every set-based write of a sweep of the ladder.

A sweep costs by what is due, not by what there is: each statement here goes by the partial index over
`next_action_on`, or by ids, and one does for many ministries.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, func, insert, literal, select, update
from sqlalchemy.orm import Session

from gongmun.calendar import Counting
from gongmun.organisations import Organisation
from gongmun.referrals.ladder import Clocks, Rung
from gongmun.referrals.life import CHASED, Status
from gongmun.referrals.models import IS_CHASED, LadderStep, Notice, NoticeKind, Referral

# Ids of one statement: both databases take more parameters, and neither gains by it.
_IDS = 5000
# Without the sum SQLite takes the index over the ministry, be it for the order, and reads the whole history.
_MINISTRY = Referral.organisation_id + literal(0, literal_execute=True)


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

    def has_more_time(self, due: Callable[[Counting], date]) -> bool:
        """Whether the days off have changed since, and the answer's day is later if it is counted now."""
        return self.counted is not None and due(self.counted) > self.clocks.answer_due


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What one notice says of one referral: its rung, the document that carries it, and whether it holds.

    It does not where the referral was answered, armed afresh or handed on since.
    """

    rung: Rung
    document_id: int | None
    referral_id: int
    outcome_id: int
    acknowledged: bool
    holds: bool


def due_by_ministry(session: Session, today: date) -> Mapping[int, int]:
    """How many referrals of each ministry the ladder has something to do for on `today`, by its id."""
    rows = session.execute(
        select(_MINISTRY.label("organisation_id"), func.count().label("due"))
        .where(_is_due(today))
        .group_by(_MINISTRY)
        .order_by(_MINISTRY)
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
            Referral.status,
            Referral.answer_due,
            Referral.asks_since,
            Referral.answer_counted_in,
            Referral.answer_counted_since,
            Referral.answer_counted,
            Referral.overdue_noted_on,
        )
        .where(_is_due(today), _of(ids))
        .order_by(_MINISTRY, Referral.id)
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
                acknowledged=status is not Status.DISPATCHED,
                answer_due=answer_due,
            ),
            fired=frozenset(fired[referral_id]) if referral_id in fired else none,
            asks=asks_since is not None,
            counted=Counting(unit=unit, since=since, amount=amount) if since is not None else None,
            noted=noted_on is not None,
        )
        for (
            referral_id,
            organisation_id,
            arming,
            answer_rule,
            acknowledge_due,
            status,
            answer_due,
            asks_since,
            unit,
            since,
            amount,
            noted_on,
        ) in rows
    ]


def _is_due(today: date) -> ColumnElement[bool]:
    # The index's own condition to the letter: SQLite uses a partial index for nothing else.
    return and_(IS_CHASED, Referral.next_action_on <= today)


def _of(ids: Collection[int]) -> ColumnElement[bool]:
    return _MINISTRY.in_(ids)


def made_on(
    session: Session, ids: Collection[int], today: date
) -> Mapping[tuple[NoticeKind, int], int]:
    """How many notices of each kind the sweeps of `today` have made about each of these ministries."""
    rows = session.execute(
        select(Notice.kind, Notice.organisation_id, func.count())
        .where(Notice.organisation_id.in_(ids), Notice.swept_on == today)
        .group_by(Notice.kind, Notice.organisation_id)
    )
    return Counter({(kind, organisation_id): count for kind, organisation_id, count in rows})


def add_steps(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert steps, if there are any."""
    if rows:
        # Into the table rather than by the class, which would sort them by what they leave empty.
        session.execute(insert(cast(Table, LadderStep.__table__)), rows)


def add_notices(session: Session, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    """Insert notices, under keys that are new; the id of each by its key."""
    if not rows:
        return {}
    # Not by RETURNING, for which SQLite takes a statement a row.
    session.execute(insert(cast(Table, Notice.__table__)), rows)
    keys = [row["key"] for row in rows]
    found: dict[str, int] = {}
    for start in range(0, len(keys), _IDS):
        some = keys[start : start + _IDS]
        for key, notice_id in session.execute(
            select(Notice.key, Notice.id).where(Notice.key.in_(some))
        ):
            found[key] = notice_id
    return found


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


def lines(session: Session, notice: Notice) -> Sequence[Line]:
    """What a notice is to say, of every step it carries."""
    return lines_of(session, [notice]).get(notice.id, ())


def lines_of(session: Session, notices: Collection[Notice]) -> Mapping[int, Sequence[Line]]:
    """What each of these notices is to say, by its id."""
    about = {notice.id: notice.organisation_id for notice in notices}
    found: dict[int, list[Line]] = defaultdict(list)
    for some in some_of(about):
        rows = rows_of(
            session,
            select(
                LadderStep.notice_id,
                LadderStep.rung,
                LadderStep.document_id,
                LadderStep.arming,
                Referral.id,
                Referral.document_id,
                Referral.arming,
                Referral.status,
                Referral.organisation_id,
            )
            .join(Referral, Referral.id == LadderStep.referral_id)
            .where(LadderStep.notice_id.in_(some))
            .order_by(LadderStep.id),
        )
        for (
            notice_id,
            rung,
            document_id,
            armed,
            referral_id,
            outcome_id,
            arming,
            status,
            organisation_id,
        ) in rows:
            with_ministry = status in CHASED and organisation_id == about[notice_id]
            found[notice_id].append(
                Line(
                    rung=rung,
                    document_id=document_id,
                    referral_id=referral_id,
                    outcome_id=outcome_id,
                    acknowledged=status is not Status.DISPATCHED,
                    holds=armed == arming and with_ministry,
                )
            )
    return found


def rows_of(session: Session, query: Select[Any]) -> Sequence[Any]:
    """Thousands of rows of columns: by the connection, for which the ORM makes no objects."""
    session.flush()
    return session.connection().execute(query).all()


def some_of(ids: Collection[int]) -> Iterator[Sequence[int]]:
    """The ids in order, as many at a time as one statement takes."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), _IDS):
        yield ordered[start : start + _IDS]

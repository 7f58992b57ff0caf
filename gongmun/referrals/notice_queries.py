"""Every SELECT and every write of notices and of what they say: their steps, and whether these still hold."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Select, Table, and_, func, or_, select, update
from sqlalchemy.orm import Session

from gongmun.db import add_rows, rows_of, some_of
from gongmun.referrals.ladder import OF_RECEIPT, Rung
from gongmun.referrals.life import CHASED, Status
from gongmun.referrals.models import LadderStep, Notice, NoticeKind, Referral
from gongmun.referrals.queries import unsent_notices

# Of a step and its referral: whether what its notice says of it holds, if that is about the referral's ministry. (No
# join with the few rows of the notices themselves: PostgreSQL reads them all for each step.)
_HOLDS = and_(
    LadderStep.arming == Referral.arming,
    Referral.status.in_(CHASED),
    Referral.paused_at.is_(None),
    Referral.asks_since.is_(None),
    or_(LadderStep.rung.not_in(OF_RECEIPT), Referral.status == Status.DISPATCHED),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What one notice says of one referral: its rung, the document that carries it, and whether it holds.

    It does not where the referral was answered, armed afresh or handed on since, or waits for us; nor is
    anybody asked to acknowledge what he has acknowledged.
    """

    rung: Rung
    document_id: int | None
    referral_id: int
    outcome_id: int
    holds: bool


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


def add_notices(session: Session, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    """Insert notices, under keys that are new; the id of each by its key."""
    if not rows:
        return {}
    # Not by RETURNING, for which SQLite takes a statement a row.
    add_rows(session, cast(Table, Notice.__table__), rows)
    keys = [row["key"] for row in rows]
    found: dict[str, int] = {}
    for some in some_of(keys):
        for key, notice_id in session.execute(
            select(Notice.key, Notice.id).where(Notice.key.in_(some))
        ):
            found[key] = notice_id
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingStep:
    """A step that a sweep has claimed, and whose message has not left."""

    id: int
    referral_id: int
    rung: Rung
    notice_id: int


def waiting_steps(session: Session, referral_ids: Collection[int]) -> Sequence[WaitingStep]:
    """Those of the present arming of these referrals; their notices are locked."""
    found: list[WaitingStep] = []
    for some in some_of(referral_ids):
        of_these = and_(
            LadderStep.referral_id.in_(some),
            LadderStep.referral_id == Referral.id,
            LadderStep.arming == Referral.arming,
            LadderStep.notice_id.is_not(None),
        )
        notices = unsent_notices(session, select(LadderStep.notice_id).where(of_these))
        if not notices:
            continue
        found += [
            WaitingStep(id=step_id, referral_id=referral_id, rung=rung, notice_id=notice_id)
            for step_id, referral_id, rung, notice_id in rows_of(
                session,
                select(LadderStep.id, LadderStep.referral_id, LadderStep.rung, LadderStep.notice_id)
                .where(of_these, LadderStep.notice_id.in_(notices))
                .order_by(LadderStep.id),
            )
        ]
    return found


def skip(session: Session, steps: Collection[WaitingStep]) -> None:
    """Record these as skipped; what their notices say is to be looked at again."""
    if steps:
        session.execute(
            update(LadderStep)
            .where(LadderStep.id.in_([step.id for step in steps]))
            .values(skipped=True, notice_id=None, document_id=None),
            execution_options={"synchronize_session": False},
        )
        session.execute(
            update(Notice)
            .where(Notice.id.in_({step.notice_id for step in steps}))
            .values(stale=True),
            execution_options={"synchronize_session": False},
        )


def carry_by(session: Session, notice: Notice, other: Notice) -> None:
    """Let a notice carry what another one carries: its steps, and its documents before its own."""
    session.execute(
        update(LadderStep).where(LadderStep.notice_id == other.id).values(notice_id=notice.id),
        execution_options={"synchronize_session": False},
    )
    notice.document_ids = [*other.document_ids, *notice.document_ids]
    other.document_ids = []


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
            _said_by(
                some,
                LadderStep.notice_id,
                LadderStep.rung,
                LadderStep.document_id,
                Referral.id,
                Referral.document_id,
                Referral.organisation_id,
                _HOLDS,
            ).order_by(LadderStep.id),
        )
        for notice_id, rung, document_id, referral_id, outcome_id, ministry_id, holds in rows:
            found[notice_id].append(
                Line(
                    rung=rung,
                    document_id=document_id,
                    referral_id=referral_id,
                    outcome_id=outcome_id,
                    holds=holds and ministry_id == about[notice_id],
                )
            )
    return found


def holding(session: Session, notices: Collection[Notice]) -> Collection[int]:
    """Those of these notices of which anything holds, by their id."""
    return {notice_id for notice_id, _, holds in _standing(session, notices) if holds}


def untrue_documents(session: Session, notices: Collection[Notice]) -> Collection[int]:
    """Those of the documents of these notices that say anything that does not hold."""
    return {
        document_id
        for _, document_id, holds in _standing(session, notices)
        if document_id is not None and not holds
    }


def _standing(
    session: Session, notices: Collection[Notice]
) -> Iterator[tuple[int, int | None, bool]]:
    """Of each notice, and each document of it, whether anything it says holds, and whether anything does not."""
    about = {notice.id: notice.organisation_id for notice in notices}
    for some in some_of(about):
        of_each = (
            LadderStep.notice_id,
            LadderStep.document_id,
            Referral.organisation_id,
            _HOLDS,
        )
        for notice_id, document_id, ministry_id, holds in rows_of(
            session, _said_by(some, *of_each).distinct()
        ):
            yield notice_id, document_id, holds and ministry_id == about[notice_id]


def _said_by(notice_ids: Sequence[int], *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(LadderStep)
        .join(Referral, Referral.id == LadderStep.referral_id)
        .where(LadderStep.notice_id.in_(notice_ids))
    )

"""Every SELECT about proposers (제안자): what they are told of, and what they say of an answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from gongmun.answers.models import Commitment, CommitmentStatus
from gongmun.db import upsert
from gongmun.followups.life import Status
from gongmun.followups.models import Meeting, ProposerNotice, Rating, Reexamination
from gongmun.followups.queries import IS_PUBLISHED
from gongmun.referrals.life import CHASED
from gongmun.referrals.models import Referral, Response
from gongmun.suggestions.models import Proposer


def proposer(session: Session, suggestion_id: int) -> Proposer | None:
    """Who made a suggestion; None where nobody said, or it is kept no longer."""
    return session.get(Proposer, suggestion_id)


def _untold(suggestion_id: Any, step: ColumnElement[str]) -> ColumnElement[bool]:
    return ~exists().where(
        ProposerNotice.suggestion_id == suggestion_id, ProposerNotice.step == step
    )


def _step(name: str, row_id: Any) -> ColumnElement[str]:
    return literal(f"{name}:", String) + cast(row_id, String)


def meeting_step(meeting_id: int, version: int) -> str:
    """What is noted of a proposer who was told of a version of a meeting."""
    return f"meeting:{meeting_id}" + (f":{version}" if version else "")


def _version() -> ColumnElement[str]:
    """The same of a meeting as it stands: `meeting:3`, and `meeting:3:1` once it was moved or cancelled."""
    step = _step("meeting", Meeting.id)
    later = step + literal(":", String) + cast(Meeting.sequence, String)
    return case((Meeting.sequence == 0, step), else_=later)


# Built once: each sweep asks all four, and most find nothing.
_RESPONSES = (
    select(Referral.suggestion_id, Response.id)
    .join(Referral, Referral.id == Response.referral_id)
    .where(IS_PUBLISHED, _untold(Referral.suggestion_id, _step("published", Response.id)))
    .order_by(Response.id)
)
_COMMITMENTS = (
    select(Referral.suggestion_id, Commitment.id)
    .join(Referral, Referral.id == Commitment.referral_id)
    .where(
        Commitment.status != CommitmentStatus.OPEN,
        _untold(Referral.suggestion_id, _step("settled", Commitment.id)),
    )
    .order_by(Commitment.id)
)
_UNTOLD_OF_MEETING = (
    select(Referral.suggestion_id, Meeting.id, Meeting.sequence)
    .join(Referral, Referral.id == Meeting.referral_id)
    .where(_untold(Referral.suggestion_id, _version()))
    .order_by(Meeting.id)
)
_MEETINGS = _UNTOLD_OF_MEETING.where(
    Meeting.status == Status.DATED,
    or_(Meeting.starts_at.is_(None), Meeting.starts_at > bindparam("now")),
)
_meeting = _step("meeting", Meeting.id)
_CANCELLATIONS = _UNTOLD_OF_MEETING.where(
    Meeting.status == Status.CANCELLED,
    exists().where(
        ProposerNotice.suggestion_id == Referral.suggestion_id,
        or_(
            ProposerNotice.step == _meeting,
            ProposerNotice.step.like(_meeting + literal(":%", String)),
        ),
    ),
)


def untold_responses(session: Session) -> Sequence[tuple[int, int]]:
    """Published responses whose proposer was not told: (suggestion, response)."""
    rows = session.execute(_RESPONSES)
    return [(suggestion_id, response_id) for suggestion_id, response_id in rows]


def untold_commitments(session: Session) -> Sequence[tuple[int, int]]:
    """Settled commitments whose proposer was not told: (suggestion, commitment)."""
    rows = session.execute(_COMMITMENTS)
    return [(suggestion_id, commitment_id) for suggestion_id, commitment_id in rows]


def untold_meetings(session: Session, now: datetime) -> Sequence[tuple[int, int, int]]:
    """Dated meetings, still to come, whose proposer was not told of this date: (suggestion, meeting, version)."""
    rows = session.execute(_MEETINGS, {"now": now})
    return [(suggestion_id, meeting_id, version) for suggestion_id, meeting_id, version in rows]


def untold_cancellations(session: Session) -> Sequence[tuple[int, int, int]]:
    """Cancelled meetings of whose date the proposer was told, and of this not: (suggestion, meeting, version)."""
    rows = session.execute(_CANCELLATIONS)
    return [(suggestion_id, meeting_id, version) for suggestion_id, meeting_id, version in rows]


def was_told_of_meeting(session: Session, suggestion_id: int, meeting_id: int, before: int) -> bool:
    """Whether a proposer was told of a version of a meeting before this one."""
    steps = [meeting_step(meeting_id, version) for version in range(before)]
    return (
        session.scalar(
            select(func.count()).where(
                ProposerNotice.suggestion_id == suggestion_id, ProposerNotice.step.in_(steps)
            )
        )
        or 0
    ) > 0


def add_notice(session: Session, values: Mapping[str, Any]) -> bool:
    """Note that a proposer is told of a step; False where it was noted before."""
    statement = upsert(session, ProposerNotice).values(**values).on_conflict_do_nothing()
    return session.scalar(statement.returning(ProposerNotice.id)) is not None


def set_notice_dispatch(
    session: Session, suggestion_id: int, steps: Sequence[str], dispatch_id: int
) -> None:
    """The mail that told of these steps."""
    session.execute(
        update(ProposerNotice)
        .where(ProposerNotice.suggestion_id == suggestion_id, ProposerNotice.step.in_(steps))
        .values(dispatch_id=dispatch_id)
    )


def rating(session: Session, response_id: int) -> Rating | None:
    """What the proposer said of a response."""
    return session.get(Rating, response_id)


def put_rating(session: Session, values: Mapping[str, Any]) -> None:
    """Write what the proposer says of a response, over what was said before."""
    statement = upsert(session, Rating).values(**values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Rating.response_id],
            set_={name: value for name, value in values.items() if name != "response_id"},
        )
    )


def reexamination(session: Session, referral_id: int) -> Reexamination | None:
    """The request to examine a referral again."""
    return session.scalars(
        select(Reexamination).where(Reexamination.referral_id == referral_id)
    ).one_or_none()


def open_reexaminations(session: Session) -> Sequence[Reexamination]:
    """Requests to examine again of which the ministry has not said anything yet."""
    return session.scalars(
        select(Reexamination)
        .join(Referral, Referral.id == Reexamination.referral_id)
        .where(Referral.status.in_(CHASED))
        .order_by(Reexamination.id)
    ).all()

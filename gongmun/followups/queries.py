"""The SELECTs and guarded UPDATEs of the follow-ups room about referrals, their answers and commitments.

Those about meetings and proposers stand in `meeting_queries` and `proposer_queries`.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, and_, delete, func, select, text, update
from sqlalchemy.orm import Session

from gongmun.answers.models import Commitment, CommitmentStatus
from gongmun.errors import NotFound
from gongmun.followups.models import CommitmentRung, CommitmentStep
from gongmun.referrals.life import Status as ReferralStatus
from gongmun.referrals.models import Referral, Response, ResponseStatus

# The condition of the index to the letter: SQLite uses a partial index for nothing else.
_IS_OPEN = text("commitments.status = 'open'")
IS_PUBLISHED = Response.status == ResponseStatus.PUBLISHED


def _is_due(today: date) -> ColumnElement[bool]:
    return and_(_IS_OPEN, Commitment.next_action_on <= today, IS_PUBLISHED)


def ministries_due(session: Session, today: date) -> Sequence[int]:
    """Ministries with a published commitment to look at on `today` or before."""
    return session.scalars(
        select(Referral.organisation_id)
        .join(Commitment, Commitment.referral_id == Referral.id)
        .join(Response, Response.id == Commitment.response_id)
        .where(_is_due(today))
        .distinct()
        .order_by(Referral.organisation_id)
    ).all()


def claim_due(
    session: Session, organisation_id: int, today: date
) -> Sequence[tuple[Commitment, Referral]]:
    """Lock and return the due commitments of one ministry; those another sweep holds are left out."""
    rows = session.execute(
        select(Commitment, Referral)
        .join(Referral, Referral.id == Commitment.referral_id)
        .join(Response, Response.id == Commitment.response_id)
        .where(_is_due(today), Referral.organisation_id == organisation_id)
        .order_by(Commitment.due_on, Commitment.id)
        .with_for_update(skip_locked=True, of=Commitment)
    )
    return [(commitment, referral) for commitment, referral in rows]


def carried_by(
    session: Session, dispatch_id: int
) -> Sequence[tuple[Commitment, Referral, CommitmentRung]]:
    """The open commitments that a mail reminds of, and how, the next due first."""
    rows = session.execute(
        select(Commitment, Referral, CommitmentStep.rung)
        .join(Commitment, Commitment.id == CommitmentStep.commitment_id)
        .join(Referral, Referral.id == Commitment.referral_id)
        .where(CommitmentStep.dispatch_id == dispatch_id, _IS_OPEN)
        .order_by(Commitment.due_on, Commitment.id)
    )
    return [(commitment, referral, rung) for commitment, referral, rung in rows]


def steps_taken(session: Session, commitment_id: int) -> frozenset[tuple[CommitmentRung, int]]:
    """The reminders of a commitment that there were."""
    rows = session.execute(
        select(CommitmentStep.rung, CommitmentStep.count).where(
            CommitmentStep.commitment_id == commitment_id
        )
    )
    return frozenset((rung, count) for rung, count in rows)


def take_back(session: Session, commitment: Commitment, dispatch_id: int, today: date) -> None:
    """A reminder of a commitment that a mail was to carry has not been: it is looked at again on `today`."""
    session.execute(
        delete(CommitmentStep).where(
            CommitmentStep.commitment_id == commitment.id,
            CommitmentStep.dispatch_id == dispatch_id,
        )
    )
    if commitment.status is CommitmentStatus.OPEN:
        commitment.next_action_on = today


def commitment(session: Session, commitment_id: int) -> Commitment:
    """One commitment; NotFound without one."""
    found = session.get(Commitment, commitment_id)
    if found is None:
        raise NotFound(thing_ko=f"이행과제 {commitment_id}", thing_en=f"commitment {commitment_id}")
    return found


def commitments(
    session: Session, *, settled_too: bool, organisation_id: int | None = None
) -> Sequence[tuple[Commitment, Referral]]:
    """The commitments of published responses, the next due first; of one ministry, or of all."""
    query = (
        select(Commitment, Referral)
        .join(Referral, Referral.id == Commitment.referral_id)
        .join(Response, Response.id == Commitment.response_id)
        .where(IS_PUBLISHED)
        .order_by(Commitment.due_on, Commitment.id)
    )
    if not settled_too:
        query = query.where(_IS_OPEN)
    if organisation_id is not None:
        query = query.where(Referral.organisation_id == organisation_id)
    return [(commitment, referral) for commitment, referral in session.execute(query)]


def promised(session: Session, organisation_ids: Collection[int]) -> Sequence[int]:
    """The closed referrals of these organisations with a published promise that is still to be kept."""
    return session.scalars(
        select(Referral.id)
        .join(Commitment, Commitment.referral_id == Referral.id)
        .join(Response, Response.id == Commitment.response_id)
        .where(
            _IS_OPEN,
            IS_PUBLISHED,
            Referral.status == ReferralStatus.CLOSED,
            Referral.organisation_id.in_(organisation_ids),
        )
        .distinct()
        .order_by(Referral.id)
    ).all()


def settle(session: Session, commitment_id: int, **values: Any) -> bool:
    """Settle a commitment that is still open; False where it is not any more."""
    result = session.execute(
        update(Commitment)
        .where(Commitment.id == commitment_id, Commitment.status == CommitmentStatus.OPEN)
        .values(next_action_on=None, **values)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def referrals_of(session: Session, suggestion_id: int) -> Sequence[Referral]:
    """All referrals of a suggestion that were sent or will be, in the order they were made."""
    return session.scalars(
        select(Referral)
        .where(Referral.suggestion_id == suggestion_id, Referral.status != ReferralStatus.WITHDRAWN)
        .order_by(Referral.id)
    ).all()


def published_responses(session: Session, referral_id: int) -> Sequence[Response]:
    """The published responses to a referral, the one that stands first."""
    return session.scalars(
        select(Response)
        .where(Response.referral_id == referral_id, IS_PUBLISHED)
        .order_by(Response.id.desc())
    ).all()


def response(session: Session, response_id: int) -> Response | None:
    """One response, published or not."""
    return session.get(Response, response_id)


def first_published(session: Session) -> datetime | None:
    """When the first response was published: since then there is something to follow up."""
    return session.scalar(select(func.min(Response.decided_at)).where(IS_PUBLISHED))

"""What the people of the simulation can see: every SELECT they act on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session

from gongmun.access.models import AccessLink
from gongmun.answers.models import Commitment, CommitmentStatus, Reply, ReplyStatus
from gongmun.documents import Document
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.models import Outcome
from gongmun.mail.models import Dispatch
from gongmun.organisations import Organisation
from gongmun.referrals.life import CHASED, OPEN
from gongmun.referrals.life import Status as ReferralStatus
from gongmun.referrals.models import (
    Referral,
    Response,
    ResponseDecision,
    ResponseStatus,
)
from gongmun.suggestions.models import Suggestion

_UNFINISHED = (*OPEN, ReferralStatus.ANSWERED)


_original = func.coalesce(Dispatch.instead_of_id, Dispatch.id)
_MAIL = (
    select(Dispatch.organisation_code, Dispatch.intent, AccessLink.document_ids)
    .outerjoin(
        AccessLink,
        and_(AccessLink.dispatch_id == _original, AccessLink.organisation_id.is_not(None)),
    )
    .where(Dispatch.message_id == bindparam("message_id"))
)
_WITH_MINISTRY = (
    select(Referral)
    .where(
        Referral.document_id.in_(bindparam("document_ids", expanding=True)),
        Referral.status.in_(CHASED),
    )
    .order_by(Referral.id)
)
_REFERRAL_OF = (
    select(Referral)
    .join(Suggestion, Suggestion.id == Referral.suggestion_id)
    .where(
        Suggestion.reference == bindparam("reference"),
        Referral.organisation_id == bindparam("organisation_id"),
    )
    .order_by(Referral.id.desc())
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A mail as its reader sees it; `document_ids` are None where it has no link of a ministry.

    The link is that of the mail in whose place it was sent, where it was.
    """

    organisation_code: str
    intent: str
    document_ids: Sequence[int] | None


def mail(session: Session, message_id: str) -> Letter | None:
    """A mail that lies in somebody's mailbox."""
    row = session.execute(_MAIL, {"message_id": message_id}).mappings().one_or_none()
    return None if row is None else Letter(**row)


def with_ministry(session: Session, document_ids: Sequence[int]) -> Sequence[Referral]:
    """What these documents ask and nobody has answered."""
    return session.scalars(_WITH_MINISTRY, {"document_ids": document_ids}).all()


def referral_of(session: Session, reference: str, organisation_id: int) -> Referral | None:
    """The referral of a suggestion with an organisation, the newest where there were several."""
    known = {"reference": reference, "organisation_id": organisation_id}
    return session.scalars(_REFERRAL_OF, known).first()


def reference(session: Session, referral: Referral) -> str:
    """The public name of the suggestion that a referral is about."""
    return session.get_one(Suggestion, referral.suggestion_id).reference


def codes(session: Session) -> dict[int, str]:
    """The code of each organisation by its id."""
    rows = session.execute(select(Organisation.id, Organisation.code))
    return {row.id: row.code for row in rows}


def set_parent(session: Session, code: str, parent_code: str) -> None:
    """From now on the organisation answers to this one."""
    session.execute(
        update(Organisation).where(Organisation.code == code).values(parent_code=parent_code)
    )


def drafted_outcomes(session: Session) -> Sequence[Outcome]:
    """Outcomes that wait for a decision."""
    return session.scalars(
        select(Outcome).where(Outcome.status == OutcomeStatus.DRAFTED).order_by(Outcome.id)
    ).all()


def received_responses(session: Session) -> Sequence[Response]:
    """Answers that wait for a coordinator."""
    return session.scalars(
        select(Response).where(Response.status == ResponseStatus.RECEIVED).order_by(Response.id)
    ).all()


def published_refusals(session: Session, since: datetime) -> Sequence[tuple[Response, Referral]]:
    """Refusals that were published since."""
    rows = session.execute(
        select(Response, Referral)
        .join(Referral, Referral.id == Response.referral_id)
        .where(
            Response.status == ResponseStatus.PUBLISHED,
            Response.decision == ResponseDecision.NOT_ACCEPTED,
            Response.decided_at >= since,
        )
        .order_by(Response.id)
    )
    return [(response, referral) for response, referral in rows]


def open_replies(session: Session) -> Sequence[Reply]:
    """Replies by mail that wait for a person."""
    return session.scalars(
        select(Reply)
        .where(
            or_(
                Reply.status == ReplyStatus.HELD,
                and_(Reply.status == ReplyStatus.FILED, Reply.opened_at.is_not(None)),
            )
        )
        .order_by(Reply.id)
    ).all()


def open_commitments(session: Session) -> Sequence[tuple[Commitment, Referral]]:
    """Promises of published answers that are not settled."""
    rows = session.execute(
        select(Commitment, Referral)
        .join(Referral, Referral.id == Commitment.referral_id)
        .join(Response, Response.id == Commitment.response_id)
        .where(
            Commitment.status == CommitmentStatus.OPEN,
            Response.status == ResponseStatus.PUBLISHED,
        )
        .order_by(Commitment.id)
    )
    return [(commitment, referral) for commitment, referral in rows]


def number_of(session: Session, document_id: int) -> str:
    """The number printed on a document."""
    return session.get_one(Document, document_id).number or ""


_CHASED_BODIES = (
    select(Organisation.code)
    .where(exists().where(Referral.organisation_id == Organisation.id, Referral.status.in_(CHASED)))
    .order_by(Organisation.code)
)


def chased_bodies(session: Session) -> Sequence[str]:
    """The codes of the organisations that have something to answer."""
    return session.scalars(_CHASED_BODIES).all()

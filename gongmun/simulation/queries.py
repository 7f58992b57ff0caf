"""What the people of the simulation can see: every SELECT they act on."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from gongmun.access.models import AccessLink
from gongmun.answers.models import Commitment, CommitmentStatus, Reply, ReplyStatus
from gongmun.clock import seoul_time
from gongmun.documents import Document, DocumentKind
from gongmun.documents.life import WITHOUT_FILE
from gongmun.documents.life import Status as DocumentStatus
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.models import Forum, Outcome
from gongmun.mail.life import Status
from gongmun.mail.models import Dispatch
from gongmun.organisations import Organisation
from gongmun.referrals.life import CHASED, OPEN
from gongmun.referrals.life import Status as ReferralStatus
from gongmun.referrals.models import (
    Notice,
    Referral,
    Response,
    ResponseDecision,
    ResponseStatus,
)
from gongmun.suggestions.models import Suggestion

_UNFINISHED = (*OPEN, ReferralStatus.ANSWERED)


def mail(session: Session, message_id: str) -> Dispatch | None:
    """The dispatch of a mail that lies in somebody's mailbox."""
    return session.scalars(select(Dispatch).where(Dispatch.message_id == message_id)).one_or_none()


def link_of(session: Session, dispatch: Dispatch) -> AccessLink | None:
    """The link that a mail carries, also one sent in place of a mail that came back."""
    return session.scalars(
        select(AccessLink).where(
            AccessLink.dispatch_id == (dispatch.instead_of_id or dispatch.id),
        )
    ).one_or_none()


def with_ministry(session: Session, document_ids: Sequence[int]) -> Sequence[Referral]:
    """What these documents ask and nobody has answered."""
    return session.scalars(
        select(Referral)
        .where(Referral.document_id.in_(document_ids), Referral.status.in_(CHASED))
        .order_by(Referral.id)
    ).all()


def referral_of(session: Session, reference: str, organisation_id: int) -> Referral | None:
    """The referral of a suggestion with an organisation, the newest where there were several."""
    return session.scalars(
        select(Referral)
        .join(Suggestion, Suggestion.id == Referral.suggestion_id)
        .where(Suggestion.reference == reference, Referral.organisation_id == organisation_id)
        .order_by(Referral.id.desc())
    ).first()


def reference(session: Session, referral: Referral) -> str:
    """The public name of the suggestion that a referral is about."""
    return session.get_one(Suggestion, referral.suggestion_id).reference


def codes(session: Session) -> dict[int, str]:
    """The code of each organisation by its id."""
    rows = session.execute(select(Organisation.id, Organisation.code))
    return {row.id: row.code for row in rows}


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


def is_mail_waiting(session: Session) -> bool:
    """Whether a mail is on its way out."""
    on_its_way = (Status.QUEUED, Status.CLAIMED, Status.SENDING)
    return bool(session.scalar(select(exists().where(Dispatch.status.in_(on_its_way)))))


def has_ended(session: Session, day: date) -> bool:
    """Whether an organisation that is no more has something that is not over."""
    return (
        session.scalar(
            select(Referral.id)
            .join(Organisation, Organisation.id == Referral.organisation_id)
            .where(Organisation.valid_to < day, Referral.status.in_(_UNFINISHED))
            .limit(1)
        )
        is not None
    )


def is_anything_to_issue(session: Session) -> bool:
    """Whether a document waits for its number, its file or its mail."""
    mailed = exists().where(Dispatch.document_id == Document.id)
    return bool(
        session.scalar(
            select(
                or_(
                    exists().where(Document.status.in_(WITHOUT_FILE)),
                    exists().where(Outcome.status == OutcomeStatus.APPROVED),
                    exists().where(
                        Document.kind.in_((DocumentKind.EXTENSION, DocumentKind.OUTCOME)),
                        Document.status.in_((DocumentStatus.RENDERED, DocumentStatus.SIGNED)),
                        ~mailed,
                    ),
                )
            )
        )
    )


def is_anything_to_chase(session: Session, day: date) -> bool:
    """Whether a day of the ladder has come, or a notice waits."""
    return bool(
        session.scalar(
            select(
                or_(
                    exists().where(Referral.status.in_(CHASED), Referral.next_action_on <= day),
                    exists().where(Referral.status == ReferralStatus.APPROVED),
                    exists().where(Notice.enqueued_at.is_(None), Notice.suppressed_at.is_(None)),
                )
            )
        )
    )


def is_anything_promised(session: Session, day: date) -> bool:
    """Whether a promise is to be looked at, or a proposer may have to be told."""
    return bool(
        session.scalar(
            select(
                or_(
                    exists().where(
                        Commitment.status == CommitmentStatus.OPEN,
                        Commitment.next_action_on <= day,
                    ),
                    exists().where(Response.decided_at >= seoul_time(day) - timedelta(days=4)),
                )
            )
        )
    )


def is_anything_to_wrap_up(session: Session, now: datetime) -> bool:
    """Whether a forum has ended that nobody has looked at."""
    return bool(
        session.scalar(select(exists().where(Forum.wrapped_up_at.is_(None), Forum.ends_at <= now)))
    )

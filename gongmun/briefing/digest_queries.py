"""Every SELECT of the morning's digest: counts of what came in since a moment, and of what is due on a day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, TextClause, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gongmun.answers.models import Commitment, CommitmentStatus, Extension, Question, Transfer
from gongmun.followups.models import Reexamination
from gongmun.forums.models import Forum
from gongmun.mail.models import Dispatch, IncomingKind, IncomingMail
from gongmun.referrals.life import Status
from gongmun.referrals.models import IS_CHASED, Referral, Response
from gongmun.suggestions.models import Suggestion
from gongmun.surveys.fieldwork.life import Status as WaveStatus
from gongmun.surveys.fieldwork.models import SurveyCycle


def _count(session: Session, row: type[Any], *which: ColumnElement[bool] | TextClause) -> int:
    return session.scalar(select(func.count()).select_from(row).where(*which)) or 0


def _since(
    session: Session, column: InstrumentedAttribute[Any], since: datetime, until: datetime
) -> int:
    return (
        session.scalar(
            select(func.count()).select_from(column.class_).where(column > since, column <= until)
        )
        or 0
    )


def acknowledged(session: Session, since: datetime, until: datetime) -> int:
    """Referrals that were acknowledged."""
    return _since(session, Referral.acknowledged_at, since, until)


def answered(session: Session, since: datetime, until: datetime) -> int:
    """Responses of ministries."""
    return _since(session, Response.received_at, since, until)


def asked(session: Session, since: datetime, until: datetime) -> int:
    """Questions of ministries, and their requests for more time or another ministry."""
    columns = (Question.asked_at, Extension.requested_at, Transfer.requested_at)
    return sum(_since(session, column, since, until) for column in columns)


def reexaminations(session: Session, since: datetime, until: datetime) -> int:
    """Requests of proposers to examine again."""
    return _since(session, Reexamination.requested_at, since, until)


def replies(session: Session, since: datetime, until: datetime) -> int:
    """Mails that people wrote."""
    return _count(
        session,
        IncomingMail,
        IncomingMail.kind == IncomingKind.REPLY,
        IncomingMail.collected_at > since,
        IncomingMail.collected_at <= until,
    )


def bounced(session: Session, since: datetime, until: datetime) -> int:
    """Mails of ours that came back."""
    return _since(session, Dispatch.bounced_at, since, until)


def suggested(session: Session, since: datetime, until: datetime) -> int:
    """Suggestions that were registered."""
    return _since(session, Suggestion.imported_at, since, until)


def answers_due(session: Session, day: date) -> int:
    """Referrals whose answer is due on this day, and whose clock runs."""
    return _count(
        session, Referral, IS_CHASED, Referral.answer_due == day, Referral.paused_at.is_(None)
    )


def acknowledgements_due(session: Session, day: date) -> int:
    """Referrals of which the ministry should say today that it has them."""
    return _count(
        session, Referral, Referral.status == Status.DISPATCHED, Referral.acknowledge_due == day
    )


def commitments_due(session: Session, day: date) -> int:
    """Commitments that should be done by today."""
    return _count(
        session,
        Commitment,
        Commitment.status == CommitmentStatus.OPEN,
        Commitment.due_on == day,
        Commitment.next_action_on.is_not(None),
    )


def forums_ending(session: Session, begin: datetime, end: datetime) -> int:
    """Forums that end between these moments, and are wrapped up then."""
    return _count(session, Forum, Forum.ends_at >= begin, Forum.ends_at < end)


def waves_closing(session: Session, begin: datetime, end: datetime) -> int:
    """Waves of surveys that close between these moments."""
    return _count(
        session,
        SurveyCycle,
        SurveyCycle.status == WaveStatus.FIELDING,
        SurveyCycle.closes_at >= begin,
        SurveyCycle.closes_at < end,
    )

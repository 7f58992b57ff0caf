"""Every SELECT and UPDATE that takes from a wave what leads to people: its sheets, invitations, mails and links."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, exists, func, select, update
from sqlalchemy.orm import Session

from gongmun.mail.models import Dispatch
from gongmun.surveys.fieldwork.life import AWAITS_REPORT, Status
from gongmun.surveys.fieldwork.models import (
    AnswerSheet,
    Invitation,
    SurveyCycle,
    SurveyMail,
    SurveySeries,
)
from gongmun.surveys.panels import mail_queries


def ended_waves(session: Session) -> Sequence[Row[Any]]:
    """Waves that were closed or cancelled and still lead to people: their series and themselves, the oldest first."""
    return session.execute(
        select(SurveySeries, SurveyCycle)
        .join(SurveyCycle, SurveyCycle.series_id == SurveySeries.id)
        .where(
            SurveyCycle.status.in_((*AWAITS_REPORT, Status.PUBLISHED, Status.CANCELLED)),
            SurveyCycle.archived_at.is_(None),
        )
        .order_by(SurveyCycle.id)
    ).all()


def series_with_keys(session: Session) -> Sequence[str]:
    """The codes of series whose key is needed by no wave they have; whether another follows is the rule's to say."""
    waves = exists().where(
        SurveyCycle.series_id == SurveySeries.id, SurveyCycle.archived_at.is_(None)
    )
    return session.scalars(
        select(SurveySeries.code)
        .where(SurveySeries.key_destroyed_at.is_(None), ~waves)
        .order_by(SurveySeries.code)
    ).all()


def has_open_waves(session: Session, series_id: int) -> bool:
    """Whether a wave of a series still leads to people."""
    return (
        session.scalar(
            select(SurveyCycle.id)
            .where(SurveyCycle.series_id == series_id, SurveyCycle.archived_at.is_(None))
            .limit(1)
        )
        is not None
    )


def _mails(cycle_id: int) -> Select[tuple[int]]:
    return (
        select(SurveyMail.dispatch_id)
        .join(Invitation, Invitation.id == SurveyMail.invitation_id)
        .where(Invitation.cycle_id == cycle_id)
    )


def mails_on_their_way(session: Session, cycle_id: int) -> int:
    """How many mails of a wave have not left yet and will."""
    return (
        session.scalar(
            select(func.count()).where(
                Dispatch.id.in_(_mails(cycle_id)), Dispatch.status.in_(mail_queries.ON_ITS_WAY)
            )
        )
        or 0
    )


def forget_mails(session: Session, cycle_id: int) -> int:
    """Take the addresses from the mails of a wave and from what came back about them, and delete their links; how many
    mails there were.
    """
    mails = session.scalars(_mails(cycle_id)).all()
    mail_queries.forget_mails(session, mails)
    return len(mails)


def forget_days(session: Session, cycle_id: int) -> None:
    """Take from the invitations of a wave the days on which somebody was reminded and has answered."""
    session.execute(
        update(Invitation)
        .where(Invitation.cycle_id == cycle_id)
        .values(answered_on=None, reminded_on=None),
        **_BULK,
    )


def forget_respondents(session: Session, cycle_id: int, *, closed_on: date) -> None:
    """Take from the sheets of a wave all but their answers; what was submitted was submitted on the last day."""
    of_wave = AnswerSheet.cycle_id == cycle_id
    session.execute(
        update(AnswerSheet)
        .where(of_wave)
        .values(
            key=AnswerSheet.id,
            pair_key=None,
            sex=None,
            age_group=None,
            province=None,
            weight=None,
        ),
        **_BULK,
    )
    session.execute(
        update(AnswerSheet)
        .where(of_wave, AnswerSheet.submitted_on.is_not(None))
        .values(submitted_on=closed_on),
        **_BULK,
    )
    session.expire_all()


def answers(session: Session, cycle_id: int) -> Iterator[Row[Any]]:
    """The `id` and the `answers` of each sheet of a wave."""
    return iter(
        session.execute(
            select(AnswerSheet.id, AnswerSheet.answers).where(AnswerSheet.cycle_id == cycle_id)
        ).all()
    )


def replace_answers(session: Session, sheet_id: str, answers: dict[str, Any]) -> None:
    """Write other answers on a sheet."""
    session.execute(
        update(AnswerSheet).where(AnswerSheet.id == sheet_id).values(answers=answers), **_BULK
    )


# Rows that this session has loaded are read again: `forget_respondents` sees to it.
_BULK: dict[str, Any] = {"execution_options": {"synchronize_session": False}}

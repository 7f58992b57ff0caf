"""Every SELECT and guarded UPDATE of the reports: rows of this room, and what it reads of panels and invitations."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from gongmun.errors import NotFound
from gongmun.surveys.fieldwork.invitation_queries import CAME_BACK
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.models import (
    AnswerSheet,
    Invitation,
    InvitationStatus,
    SurveyCycle,
    SurveyMail,
    SurveyMailKind,
    SurveySeries,
)
from gongmun.surveys.panels.models import PanelMember, PanelPerson
from gongmun.surveys.reports.models import SurveyNews, SurveyQuote, SurveyReport

# What everybody may see of a wave.
PUBLIC = (Status.PUBLISHED, Status.ARCHIVED)


def report_of(session: Session, cycle_id: int) -> SurveyReport:
    """The report of a wave, locked; NotFound where it is not weighted yet."""
    found = session.scalars(
        select(SurveyReport).where(SurveyReport.cycle_id == cycle_id).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound(
            thing_ko=f"설문 주기 {cycle_id}의 결과 보고",
            thing_en=f"report of survey cycle {cycle_id}",
        )
    return found


def find_report(session: Session, cycle_id: int) -> SurveyReport | None:
    """The report of a wave, if it is weighted."""
    return session.scalars(
        select(SurveyReport).where(SurveyReport.cycle_id == cycle_id)
    ).one_or_none()


def chances(
    session: Session, panel_id: int
) -> Mapping[tuple[str | None, str | None, str | None], float]:
    """The mean chance that the lottery gave to people of each sex, age group and province; empty without a lottery."""
    rows = session.execute(
        select(
            PanelMember.sex,
            PanelMember.age_group,
            PanelMember.province,
            func.avg(PanelMember.chance),
        )
        .where(PanelMember.panel_id == panel_id, PanelMember.chance.is_not(None))
        .group_by(PanelMember.sex, PanelMember.age_group, PanelMember.province)
    )
    return {(sex, age, province): float(chance) for sex, age, province, chance in rows}


def refused(session: Session, cycle_id: int) -> Sequence[int]:
    """The invitations of a wave whose people do not want to take part."""
    return session.scalars(
        select(Invitation.id).where(
            Invitation.cycle_id == cycle_id, Invitation.status == InvitationStatus.REFUSED
        )
    ).all()


def store_weights(session: Session, weights: Mapping[str, float]) -> None:
    """Write the weights of these sheets, by their ids."""
    if weights:
        session.connection().execute(
            update(AnswerSheet)
            .where(AnswerSheet.id == bindparam("sheet"))
            .values(weight=bindparam("worth")),
            [{"sheet": sheet, "worth": worth} for sheet, worth in weights.items()],
        )


def wave_before(session: Session, cycle: SurveyCycle) -> SurveyCycle | None:
    """The last wave of the series before this one whose report is published."""
    return session.scalars(
        select(SurveyCycle)
        .where(
            SurveyCycle.series_id == cycle.series_id,
            SurveyCycle.wave < cycle.wave,
            SurveyCycle.status.in_(PUBLIC),
        )
        .order_by(SurveyCycle.wave.desc())
        .limit(1)
    ).one_or_none()


def quotes(session: Session, cycle_id: int) -> Sequence[SurveyQuote]:
    """The candidates of a wave, by item and place."""
    return session.scalars(
        select(SurveyQuote)
        .where(SurveyQuote.cycle_id == cycle_id)
        .order_by(SurveyQuote.item, SurveyQuote.place)
    ).all()


def approved_quotes(session: Session, cycle_id: int) -> Sequence[SurveyQuote]:
    """The quotes of a wave that may be printed."""
    return [each for each in quotes(session, cycle_id) if each.approval_id is not None]


def quote(session: Session, quote_id: int) -> SurveyQuote:
    """One candidate, locked; NotFound without one."""
    found = session.scalars(
        select(SurveyQuote).where(SurveyQuote.id == quote_id).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound(thing_ko=f"인용 후보 {quote_id}", thing_en=f"quote {quote_id}")
    return found


def published(session: Session) -> Sequence[Row[Any]]:
    """The waves that everybody may see, the newest first: their series, the wave and its report."""
    return session.execute(
        select(SurveySeries, SurveyCycle, SurveyReport)
        .join(SurveyCycle, SurveyCycle.series_id == SurveySeries.id)
        .join(SurveyReport, SurveyReport.cycle_id == SurveyCycle.id)
        .where(SurveyCycle.status.in_(PUBLIC))
        .order_by(SurveyCycle.published_at.desc(), SurveyCycle.id.desc())
    ).all()


def published_wave(session: Session, series: str, wave: int) -> Row[Any] | None:
    """The series, the wave and its report, if everybody may see it."""
    return session.execute(
        select(SurveySeries, SurveyCycle, SurveyReport)
        .join(SurveyCycle, SurveyCycle.series_id == SurveySeries.id)
        .join(SurveyReport, SurveyReport.cycle_id == SurveyCycle.id)
        .where(
            SurveySeries.code == series,
            SurveyCycle.wave == wave,
            SurveyCycle.status.in_(PUBLIC),
        )
    ).one_or_none()


def news_of(session: Session, cycle_id: int) -> SurveyNews | None:
    """What was done with the results of a wave, if it was written down."""
    return session.scalars(select(SurveyNews).where(SurveyNews.cycle_id == cycle_id)).one_or_none()


def waves_with_news(session: Session) -> Sequence[int]:
    """The waves of which there is something to tell."""
    return session.scalars(select(SurveyNews.cycle_id).order_by(SurveyNews.id)).all()


def to_tell(session: Session, cycle_id: int, limit: int) -> Sequence[Row[Any]]:
    """Who answered a wave, can be reached and was not told yet: `id` and `contact`. Locked.

    Whoever has refused in a later wave of the series was promised not to be written to again; he is known by his
    person, for the series may ask another panel by then.
    """
    later, wave, own = aliased(Invitation), aliased(SurveyCycle), aliased(SurveyCycle)
    he = aliased(PanelMember)
    refused_since = (
        exists()
        .where(
            he.person_id == PanelMember.person_id,
            later.member_id == he.id,
            later.cycle_id > cycle_id,
            later.status == InvitationStatus.REFUSED,
            wave.id == later.cycle_id,
            own.id == cycle_id,
            wave.series_id == own.series_id,
        )
        .correlate(PanelMember)
    )
    told = exists().where(
        SurveyMail.invitation_id == Invitation.id, SurveyMail.kind == SurveyMailKind.NEWS
    )
    return session.execute(
        select(Invitation.id, PanelPerson.contact)
        .join(PanelMember, PanelMember.id == Invitation.member_id)
        .join(PanelPerson, PanelPerson.id == PanelMember.person_id)
        .where(
            Invitation.cycle_id == cycle_id,
            Invitation.status == InvitationStatus.ANSWERED,
            ~told,
            ~CAME_BACK,
            ~refused_since,
        )
        .order_by(Invitation.id)
        .limit(limit)
        .with_for_update(of=Invitation, skip_locked=True)
    ).all()

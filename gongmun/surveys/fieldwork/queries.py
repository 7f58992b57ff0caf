"""Every SELECT and guarded UPDATE of the fieldwork about series, their waves and questionnaires.

Those about invitations stand in `invitation_queries`, those on answer sheets in `sheet_queries`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CursorResult,
    select,
    update,
)
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.errors import NotFound
from gongmun.ledger import Actor
from gongmun.surveys.fieldwork.life import Event, Status, advance
from gongmun.surveys.fieldwork.models import (
    DecisionKind,
    StoredQuestionnaire,
    SurveyCycle,
    SurveyDecision,
    SurveySeries,
)
from gongmun.text import clean_line


def find_series(session: Session, code: str, *, is_locked: bool = False) -> SurveySeries | None:
    """The series with this code, if it was ever registered."""
    query = select(SurveySeries).where(SurveySeries.code == code)
    return session.scalars(query.with_for_update() if is_locked else query).one_or_none()


def locked_series(session: Session, code: str) -> SurveySeries:
    """The series with this code, locked; NotFound without one."""
    found = find_series(session, code, is_locked=True)
    if found is None:
        raise NotFound(thing_ko=f"반복 설문 {code}", thing_en=f"survey series {code}")
    return found


def running_series(session: Session) -> Sequence[str]:
    """The codes of the series that have a rule and have not ended."""
    return session.scalars(
        select(SurveySeries.code)
        .where(SurveySeries.rule.is_not(None), SurveySeries.ended_at.is_(None))
        .order_by(SurveySeries.code)
    ).all()


def all_series(session: Session) -> Sequence[SurveySeries]:
    """Every series that was ever registered, by code."""
    return session.scalars(select(SurveySeries).order_by(SurveySeries.code)).all()


def end(
    session: Session, series: SurveySeries, now: datetime, *, actor: Actor, **told: Any
) -> None:
    """Note that a series, which is locked, has no further waves, and tell the ledger."""
    series.ended_at = now
    ledger.record(
        session,
        "survey_series.ended",
        subject=("survey_series", series.id),
        now=now,
        actor=actor,
        **told,
    )


def last_start(session: Session, series_id: int) -> date | None:
    """The day for which a series had its last wave: the one of its rule, or that on which somebody started it."""
    last = latest_cycle(session, series_id)
    return None if last is None else last.due_on or seoul_date(last.created_at)


def cycle_of_key(session: Session, series_id: int, key: str) -> SurveyCycle | None:
    """The wave of a series that was started with this key."""
    return session.scalars(
        select(SurveyCycle).where(SurveyCycle.series_id == series_id, SurveyCycle.key == key)
    ).one_or_none()


def cycle_of_period(session: Session, series_id: int, due_on: date) -> SurveyCycle | None:
    """The wave of a series for this day of its rule, or the next one after it; none that was cancelled."""
    return session.scalars(
        select(SurveyCycle)
        .where(
            SurveyCycle.series_id == series_id,
            SurveyCycle.due_on >= due_on,
            SurveyCycle.status != Status.CANCELLED,
        )
        .order_by(SurveyCycle.due_on)
        .limit(1)
    ).one_or_none()


def cycle_among(
    session: Session, series_id: int, statuses: Collection[Status]
) -> SurveyCycle | None:
    """The first wave of a series that is in one of these states."""
    return session.scalars(
        select(SurveyCycle)
        .where(SurveyCycle.series_id == series_id, SurveyCycle.status.in_(statuses))
        .order_by(SurveyCycle.wave)
        .limit(1)
    ).one_or_none()


def latest_cycle(session: Session, series_id: int) -> SurveyCycle | None:
    """The last wave of a series."""
    return session.scalars(
        select(SurveyCycle)
        .where(SurveyCycle.series_id == series_id)
        .order_by(SurveyCycle.wave.desc())
        .limit(1)
    ).one_or_none()


class Held(StrEnum):
    """How a wave is locked while it is looked at."""

    # Nobody moves it on meanwhile; others may hold it so at the same time.
    WHERE_IT_IS = "where_it_is"
    # By whoever moves it on: he waits for all that hold it where it is.
    ALONE = "alone"


def cycle(session: Session, cycle_id: int, held: Held | None = None) -> SurveyCycle:
    """One wave; NotFound without one."""
    lock = {"read": held is Held.WHERE_IT_IS} if held else None
    found = session.get(SurveyCycle, cycle_id, with_for_update=lock)
    if found is None:
        raise NotFound(thing_ko=f"설문 주기 {cycle_id}", thing_en=f"survey cycle {cycle_id}")
    return found


def series_of(session: Session, cycle_id: int, *, is_held: bool = False) -> SurveySeries:
    """The series of a wave; where it is held nobody changes it meanwhile."""
    lock = {"read": True} if is_held else None
    series_id = cycle(session, cycle_id).series_id
    return session.get_one(SurveySeries, series_id, with_for_update=lock)


def cycles_in(session: Session, statuses: Collection[Status]) -> Sequence[int]:
    """The waves in these states, the first to close first."""
    return session.scalars(
        select(SurveyCycle.id)
        .where(SurveyCycle.status.in_(statuses))
        .order_by(SurveyCycle.closes_at, SurveyCycle.id)
    ).all()


def stored_version(session: Session, code: str, version: int) -> StoredQuestionnaire | None:
    """A version of a questionnaire, if it was loaded."""
    return session.scalars(
        select(StoredQuestionnaire).where(
            StoredQuestionnaire.code == code, StoredQuestionnaire.version == version
        )
    ).one_or_none()


def newest_questionnaire(session: Session, code: str) -> StoredQuestionnaire:
    """The newest version of a questionnaire that was loaded; NotFound without one."""
    found = session.scalars(
        select(StoredQuestionnaire)
        .where(StoredQuestionnaire.code == code)
        .order_by(StoredQuestionnaire.version.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        raise NotFound(thing_ko=f"설문지 {code}", thing_en=f"questionnaire {code}")
    return found


def move(
    session: Session,
    cycle_id: int,
    status: Status,
    event: Event,
    now: datetime,
    *,
    actor: Actor = Actor.SYSTEM,
    values: Mapping[str, Any] | None = None,
    **told: Any,
) -> bool:
    """Move a wave on from `status`, and tell the ledger; False where another process has moved it.

    Raises:
        InvalidTransition: `status` does not allow `event`.
    """
    result = session.execute(
        update(SurveyCycle)
        .where(SurveyCycle.id == cycle_id, SurveyCycle.status == status)
        .values(status=advance(status, event), **(values or {}))
    )
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        return False
    ledger.record(
        session,
        f"survey_cycle.{event.value}",
        subject=("survey_cycle", cycle_id),
        now=now,
        actor=actor,
        **told,
    )
    return True


def decide(
    session: Session, cycle_id: int, kind: DecisionKind, name: str, reason: str, now: datetime
) -> int:
    """Write down what a coordinator has decided about a wave; the id of the row."""
    return _decision(session, series_of(session, cycle_id).id, cycle_id, kind, name, reason, now)


def decide_on_series(
    session: Session,
    series: SurveySeries,
    kind: DecisionKind,
    name: str,
    reason: str,
    now: datetime,
) -> int:
    """Write down what a coordinator has decided about a series; the id of the row."""
    return _decision(session, series.id, None, kind, name, reason, now)


def _decision(
    session: Session,
    series_id: int,
    cycle_id: int | None,
    kind: DecisionKind,
    name: str,
    reason: str,
    now: datetime,
) -> int:
    decision = SurveyDecision(
        series_id=series_id,
        cycle_id=cycle_id,
        kind=kind,
        name=clean_line(name),
        reason=clean_line(reason),
        decided_at=now,
    )
    session.add(decision)
    session.flush()
    return decision.id


def content(session: Session, questionnaire_id: int) -> str:
    """The canonical text of a questionnaire."""
    return session.get_one(StoredQuestionnaire, questionnaire_id).content

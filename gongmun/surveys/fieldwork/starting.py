"""Start a wave (설문 회차): by the series' rule, by a person, by another system; who calls twice starts one.

A series with a rule has one wave for each day of it, whoever starts it and with which key; another one only where
it was cancelled. A wave begins as a draft with its dates. `opening` takes it from there, step by step.
"""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, count

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import calendar
from gongmun.clock import seoul_date, seoul_time, utc
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.surveys.fieldwork import queries
from gongmun.surveys.fieldwork.life import UNDER_WAY, Status
from gongmun.surveys.fieldwork.models import SurveyCycle, SurveySeries
from gongmun.surveys.fieldwork.series import (
    SeriesEnded,
    closing_on,
    due_days,
    period_of,
)

_OPENS = 9


class WaveUnderWay(GongmunError):
    """The wave before has not ended."""

    code = "surveys.wave_under_way"
    ko = "'{series}' {wave}회차가 아직 진행 중입니다({status}). 마감하거나 취소한 뒤 다음 회차를 시작해 주십시오."
    en = (
        "Wave {wave} of '{series}' is still under way ({status}). "
        "Close or cancel it before the next one starts."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """A wave, and whether this call made it."""

    cycle_id: int
    wave: int
    is_new: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DueStarted:
    """What a sweep started, and why it could not start others."""

    started: tuple[Started, ...] = ()
    problems: tuple[GongmunError, ...] = ()


def start(
    db: Database, series: str, *, key: str | None, now: datetime, opens_on: date | None = None
) -> Started:
    """Start the next wave of a series; the one of before where `key` has started one already, or where there is one
    for the last day of the rule.

    It opens at nine on `opens_on`, or the working day after it, and at once where none is given. Without a key it is
    started once a day; again where it was cancelled.

    Raises:
        NotFound: there is no such series.
        WaveUnderWay: the wave before has not ended.
        SeriesEnded: there are no further waves.
    """
    with db.transaction() as session:
        found = queries.locked_series(session, series)
        due_on = period_of(found, max(seoul_date(now), opens_on or seoul_date(now)))
        return _started(
            session,
            found,
            key=key or _own_key(session, found, now),
            now=now,
            opens_on=opens_on,
            due_on=due_on,
        )


def start_due(db: Database, *, now: datetime) -> DueStarted:
    """Start each wave that is due by its series' rule, however long ago; of several only the latest.

    A wave asks about a time: nobody is asked in June about the quarter that ended in March. The days that are
    passed over stand in the ledger. A wave that somebody has started on such a day, or later, is the one of that day.
    """
    with db.reading() as session:
        codes = queries.running_series(session)
    started: list[Started] = []
    problems: list[GongmunError] = []
    for code in codes:
        try:
            with db.transaction() as session:
                made = _start_due(session, code, now)
        except GongmunError as error:
            problems.append(error)
            continue
        if made is not None:
            started.append(made)
    return DueStarted(started=tuple(started), problems=tuple(problems))


def _start_due(session: Session, code: str, now: datetime) -> Started | None:
    series = queries.locked_series(session, code)
    due = due_days(series, after=queries.last_start(session, series.id), until=seoul_date(now))
    if not due:
        return None
    if due[:-1]:
        ledger.record(
            session,
            "survey_series.waves_passed_over",
            subject=("survey_series", series.id),
            now=now,
            days=[day.isoformat() for day in due[:-1]],
        )
    key = f"{code}:{due[-1].isoformat()}"
    return _started(session, series, key=key, now=now, opens_on=due[-1], due_on=due[-1])


def _started(
    session: Session,
    series: SurveySeries,
    *,
    key: str,
    now: datetime,
    opens_on: date | None,
    due_on: date | None,
) -> Started:
    cycle = queries.cycle_of_key(session, series.id, key)
    if cycle is None and due_on is not None:
        cycle = queries.cycle_of_period(session, series.id, due_on)
    if cycle is not None:
        return Started(cycle_id=cycle.id, wave=cycle.wave, is_new=False)
    if series.ended_at is not None:
        raise SeriesEnded(series=series.code)
    before = queries.latest_cycle(session, series.id)
    if before is not None and before.status in UNDER_WAY:
        raise WaveUnderWay(series=series.code, wave=before.wave, status=before.status.value)
    opens_at, closes_at = _dates(series, opens_on, now)
    cycle = SurveyCycle(
        series_id=series.id,
        wave=before.wave + 1 if before else 1,
        key=key,
        status=Status.DRAFT,
        due_on=due_on,
        opens_at=opens_at,
        closes_at=closes_at,
        created_at=now,
    )
    session.add(cycle)
    session.flush()
    ledger.record(
        session,
        "survey_cycle.started",
        subject=("survey_cycle", cycle.id),
        now=now,
        series=series.code,
        wave=cycle.wave,
        opens_at=utc(opens_at).isoformat(),
        closes_at=utc(closes_at).isoformat(),
    )
    return Started(cycle_id=cycle.id, wave=cycle.wave, is_new=True)


def _own_key(session: Session, series: SurveySeries, now: datetime) -> str:
    """That of a caller who has none: one a day, and another one after each that was cancelled."""
    key = f"{series.code}@{seoul_date(now).isoformat()}"

    def is_spent(key: str) -> bool:
        cycle = queries.cycle_of_key(session, series.id, key)
        return cycle is not None and cycle.status is Status.CANCELLED

    again = (f"{key}#{number}" for number in count(2))
    return next(each for each in chain([key], again) if not is_spent(each))


def _dates(series: SurveySeries, opens_on: date | None, now: datetime) -> tuple[datetime, datetime]:
    """When it opens, not before now, and when it closes: at the end of the last of its working days."""
    working = calendar()
    opens_at = now
    if opens_on is not None:
        opens_at = max(now, seoul_time(working.shift(opens_on, 0), _OPENS))
    return opens_at, closing_on(working.shift(seoul_date(opens_at), series.field_days))

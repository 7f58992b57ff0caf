"""Remind those who have not answered (미응답자 안내): on the working days that the series names, and nobody else.

Of reminders that are overdue, because nothing ran for days, only the latest is sent. A category that has enough
answers is left in peace, and so is everybody when the wave has enough.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import calendar, hours
from gongmun.clock import seoul_date
from gongmun.db import Database, without_collector
from gongmun.errors import GongmunError
from gongmun.surveys.fieldwork import invitation_queries, queries
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.models import SurveyCycle, SurveyMailKind, SurveySeries
from gongmun.surveys.fieldwork.screening import complete_by_category
from gongmun.surveys.fieldwork.writing import TOGETHER, write

# The name of this sweep's lease and heartbeat.
REMIND_SWEEP = "remind-respondents"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminded:
    """What one sweep did: mails, and those who were left in peace because their category has enough answers."""

    quiet: bool = False
    mails: int = 0
    spared: int = 0
    unreachable: int = 0
    problems: tuple[GongmunError, ...] = ()


def remind(db: Database, *, now: datetime) -> Reminded:
    """Remind respondents of every open wave whose day has come. In working hours only; a second call finds nobody."""
    working = calendar()
    if not hours.is_open(now, working):
        return Reminded(quiet=True)
    with db.reading() as session:
        waves = queries.cycles_in(session, {Status.FIELDING})
    mails = spared = unreachable = 0
    problems: list[GongmunError] = []
    for cycle_id in waves:
        try:
            with db.transaction() as session:
                unreachable += invitation_queries.note_unreachable(session, cycle_id, now)
            of_wave = _remind(db, cycle_id, now)
        except GongmunError as error:
            problems.append(error)
            continue
        mails += of_wave.mails
        spared += of_wave.spared
    return Reminded(mails=mails, spared=spared, unreachable=unreachable, problems=tuple(problems))


def due_reminder(series: SurveySeries, wave: SurveyCycle, today: date) -> int:
    """Which reminder, counted from 1, is the latest that is due; 0 before the first."""
    if wave.invited_at is None or today > seoul_date(wave.closes_at):
        return 0
    since = seoul_date(wave.invited_at)
    shift = calendar().shift
    return sum(shift(since, days) <= today for days in series.reminders)


def next_reminder_on(series: SurveySeries, wave: SurveyCycle, today: date) -> date | None:
    """The day, after today, of the next reminder; None where there is none before the closing."""
    if wave.invited_at is None or wave.status is not Status.FIELDING:
        return None
    since = seoul_date(wave.invited_at)
    days = (calendar().shift(since, each) for each in series.reminders)
    return next((day for day in days if today < day <= seoul_date(wave.closes_at)), None)


def _remind(db: Database, cycle_id: int, now: datetime) -> Reminded:
    mails = spared = last = 0
    while True:
        with without_collector(), db.transaction() as session:
            wave = queries.cycle(session, cycle_id)
            series = queries.series_of(session, cycle_id)
            reminder = due_reminder(series, wave, seoul_date(now))
            if wave.status is not Status.FIELDING or not reminder:
                break
            people = invitation_queries.to_remind(
                session, cycle_id, reminders=reminder, after=last, limit=TOGETHER
            )
            if not people:
                break
            full = full_categories(session, series, wave)
            asked = [each for each in people if not _is_full(each, full)]
            ids = write(session, cycle_id, SurveyMailKind.REMINDER, asked, now=now, count=reminder)
            invitation_queries.note_reminders(
                session, [each.id for each in people], reminder, seoul_date(now)
            )
            ledger.record(
                session,
                "survey_cycle.reminded",
                subject=("survey_cycle", cycle_id),
                now=now,
                reminder=reminder,
                mails=len(ids),
                spared=len(people) - len(asked),
            )
        mails += len(ids)
        spared += len(people) - len(asked)
        last = people[-1].id
    return Reminded(mails=mails, spared=spared)


def full_categories(
    session: Session, series: SurveySeries, wave: SurveyCycle
) -> Collection[tuple[str, str]]:
    """The features and values that have as many complete answers as the series asks for."""
    if not series.quotas:
        return frozenset()
    done = complete_by_category(session, wave)
    return {
        (each["feature"], each["value"])
        for each in series.quotas
        if done.get((each["feature"], each["value"]), 0) >= each["max"]
    }


def _is_full(person: Row[Any], full: Collection[tuple[str, str]]) -> bool:
    return any(
        (feature, getattr(person, feature)) in full for feature in ("sex", "age_group", "province")
    )

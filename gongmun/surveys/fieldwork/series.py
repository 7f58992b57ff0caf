"""Register a recurring survey (반복 설문) from its file (series.toml), say when its waves are due, and end it.

It ends when a coordinator says so, for good, or when its rule (UNTIL, COUNT) has no further day; a rule can be
lengthened as long as the key of the series is there.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Self

from dateutil.rrule import rrule, rruleset, rrulestr
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import calendar
from gongmun.clock import seoul_date, seoul_time
from gongmun.db import Database
from gongmun.db.translating import added_once
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.surveys.fieldwork import keys, queries
from gongmun.surveys.fieldwork.life import FIELDED
from gongmun.surveys.fieldwork.models import DecisionKind, SurveySeries
from gongmun.surveys.panels import queries as panel_queries
from gongmun.toml_files import read_toml

_CLOSES = 18


class SeriesInvalid(GongmunError):
    """A file of a series that cannot be used."""

    code = "surveys.series_invalid"
    ko = "반복 설문을 등록할 수 없습니다({path}): {reason}. 파일의 항목을 고친 뒤 다시 실행해 주십시오."
    en = "The series cannot be registered ({path}): {reason}. Correct the file and run it again."


class SeriesFielded(GongmunError):
    """Another panel, or another share from which on an answer is complete, while a wave is asked or awaits its report."""

    code = "surveys.series_fielded"
    ko = (
        "'{series}' {wave}회차의 보고서를 공개하기 전에는 panel과 complete_from을 바꿀 수 없습니다. 공개하거나 취소한 뒤 다시 "
        "등록해 주십시오."
    )
    en = (
        "panel and complete_from of '{series}' cannot change before the report of wave {wave} is published. Publish "
        "it, or cancel the wave, and register the series again."
    )


class SeriesEnded(GongmunError):
    """The series has no further waves."""

    code = "surveys.series_ended"
    ko = "반복 설문 '{series}'은(는) 종료되었습니다. 다시 시작하려면 다른 코드로 등록해 주십시오."
    en = "The series '{series}' has ended. To begin again, register it under another code."


def _recurrence(text: str) -> str:
    if "\n" in text or "DTSTART" in text.upper():
        raise ValueError("an RRULE in one line, without DTSTART")
    if re.search(r"UNTIL=\d{8}T", text, re.IGNORECASE):
        raise ValueError("UNTIL as a day, e.g. UNTIL=20271231")
    rule = rrulestr(text, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001 - a day in Seoul
    if getattr(rule, "_freq", 0) > 3:
        raise ValueError("DAILY or more seldom")
    return text


class Quota(BaseModel):
    """How many complete answers of a category are enough, e.g. 102 of the feature `sex` and the value `F`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    feature: str = Field(pattern=r"^(sex|age_group|province)$")
    value: str = Field(min_length=1, max_length=20)
    max: int = Field(ge=1)


class SeriesFile(BaseModel):
    """What the file of a series says."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    code: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    title_ko: str = Field(min_length=1, max_length=200)
    title_en: str = Field(min_length=1, max_length=200)
    questionnaire: str = Field(min_length=1, max_length=60)
    panel: str = Field(min_length=1, max_length=40)
    # RFC 5545, e.g. FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=10: days in Seoul, counted from `starts_on`.
    rule: Annotated[str, Field(max_length=200), AfterValidator(_recurrence)] | None = None
    starts_on: date
    field_days: int = Field(default=10, ge=1, le=120)
    reminders: list[Annotated[int, Field(ge=1, le=60)]] = Field(default=[3, 7], max_length=5)
    stop_at: int | None = Field(default=None, ge=1)
    quotas: list[Quota] = Field(default=[], max_length=60)
    complete_from: float = Field(default=0.8, gt=0, le=1)
    # Long enough for the wave of a year later to be compared with this one.
    keep_days: int = Field(default=400, ge=1, le=1830)

    @model_validator(mode="after")
    def _has_a_day(self) -> Self:
        if self.rule is not None and _first_day(self.rule, self.starts_on) is None:
            raise ValueError("the rule has no day from starts_on on")
        return self


def read_series(path: Path) -> SeriesFile:
    """Read the file of a series.

    Raises:
        SeriesInvalid: unreadable, or an entry is missing, unknown or wrong.
    """
    return read_toml(path, SeriesFile, SeriesInvalid)


def register_series(db: Database, file: SeriesFile, *, now: datetime) -> int:
    """Add the series, or bring the one of that code up to date; its id. A wave that has begun keeps its dates.

    Raises:
        NotFound: there is no such panel.
        SeriesFielded: the panel would change, or what is complete, under a wave that is not reported yet.
        SeriesEnded: it has ended.
        WrittenMeanwhile: somebody else adds the same at this moment.
    """
    with added_once(), db.transaction() as session:
        values: dict[str, Any] = {
            "title_ko": file.title_ko,
            "title_en": file.title_en,
            "questionnaire_code": file.questionnaire,
            "panel_id": panel_queries.panel(session, file.panel).id,
            "rule": file.rule,
            "starts_on": file.starts_on,
            "field_days": file.field_days,
            "reminders": sorted(set(file.reminders)),
            "stop_at": file.stop_at,
            "quotas": [each.model_dump() for each in file.quotas],
            "complete_from": file.complete_from,
            "keep_days": file.keep_days,
        }
        series = queries.find_series(session, file.code, is_locked=True)
        if series is not None and series.ended_at is not None:
            raise SeriesEnded(series=file.code)
        # Before the row is there: a series never lacks its key.
        keys.make(file.code)
        if series is None:
            series = SurveySeries(code=file.code, **values)
            session.add(series)
        else:
            _check_fielded(session, series, values)
            for name, value in values.items():
                setattr(series, name, value)
        session.flush()
        ledger.record(
            session,
            "survey_series.registered",
            subject=("survey_series", series.id),
            now=now,
            actor=Actor.COORDINATOR,
            rule=file.rule,
        )
        return series.id


def _check_fielded(session: Session, series: SurveySeries, values: Mapping[str, Any]) -> None:
    # The report takes these from the series: of whom the sample was drawn, and what was counted.
    if all(getattr(series, name) == values[name] for name in ("panel_id", "complete_from")):
        return
    wave = queries.cycle_among(session, series.id, FIELDED)
    if wave is not None:
        raise SeriesFielded(series=series.code, wave=wave.wave)


def end_series(db: Database, code: str, *, name: str, reason: str, now: datetime) -> bool:
    """A coordinator ends a series: no further wave is started, and one under way goes on to its end. False where
    it has ended before.

    Raises:
        NotFound: there is no such series.
    """
    with db.transaction() as session:
        series = queries.locked_series(session, code)
        if series.ended_at is not None:
            return False
        decision = queries.decide_on_series(session, series, DecisionKind.ENDED, name, reason, now)
        queries.end(session, series, now, actor=Actor.COORDINATOR, decision=decision)
        return True


def due_days(series: SurveySeries, *, after: date | None, until: date) -> Sequence[date]:
    """The days on which a wave is due, later than `after` and up to `until`; none without a rule, or after its end."""
    if series.rule is None or series.ended_at is not None or until < series.starts_on:
        return ()
    first = series.starts_on if after is None else after + timedelta(days=1)
    found = _rule(series.rule, series.starts_on).between(
        _midnight(first), _midnight(until), inc=True
    )
    return [moment.date() for moment in found]


def next_wave_on(series: SurveySeries, now: datetime) -> date | None:
    """The next day, after today, on which a wave is due; None where the series has ended or has no rule."""
    return None if series.ended_at is not None else _day_after(series, seoul_date(now))


def period_of(series: SurveySeries, day: date) -> date | None:
    """The day of the rule to which a wave belongs that opens on `day`: the last one until then, if there is one."""
    if series.rule is None:
        return None
    latest = _rule(series.rule, series.starts_on).before(_midnight(day), inc=True)
    return latest.date() if latest else None


def is_over(series: SurveySeries, *, last: date | None) -> bool:
    """Whether no wave will follow the one of the day `last`: it was ended, or its rule has no further day."""
    if series.ended_at is not None:
        return True
    return series.rule is not None and (
        _day_after(series, last or series.starts_on - timedelta(days=1)) is None
    )


def closing_on(day: date) -> datetime:
    """When a wave closes whose last day that is, or the working day after it."""
    return seoul_time(calendar().shift(day, 0), _CLOSES)


def _day_after(series: SurveySeries, day: date) -> date | None:
    if series.rule is None:
        return None
    following = _rule(series.rule, series.starts_on).after(_midnight(day))
    return following.date() if following else None


def _first_day(rule: str, starts_on: date) -> date | None:
    first = _rule(rule, starts_on).after(_midnight(starts_on), inc=True)
    return first.date() if first else None


def _rule(rule: str, starts_on: date) -> rrule | rruleset:
    return rrulestr(rule, dtstart=_midnight(starts_on))


def _midnight(day: date) -> datetime:
    """A day as dateutil takes it: without a zone."""
    return datetime.combine(day, time())

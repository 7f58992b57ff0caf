"""Archive waves (설문 보존): when the days that a series keeps them are over, nothing leads from answers to people.

The sheets keep what was answered, with personal data in open answers masked, and the report stays as it was published.
What goes: the keys, sex, age group, province and weight of the sheets, the day of each; addresses, links and notices of
the mails; the days at the invitations. That somebody was asked, and has taken part, stays with the panel. A wave that
was cancelled has no sheets, and loses the rest. One whose report nobody has approved loses the same, counted from its
closing: a report that is drafted can still be approved as it is, another one cannot be made.

A wave goes in one transaction, and not while somebody is still to be written to about it. The key file of a series is destroyed when no wave needs it and none will follow: first
the file, then the row that says so, so that a row never says more than was done. It is for the sake of old copies of the
database, in which the keys of sheets still stand. (Personal Information Protection Act, art. 21: data whose time of
retention is over are destroyed without delay.)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.surveys.analysis.masking import mask
from gongmun.surveys.fieldwork import archive_queries, keys, queries, sheet_queries
from gongmun.surveys.fieldwork.life import Event, Status
from gongmun.surveys.fieldwork.models import SurveyCycle, SurveySeries
from gongmun.surveys.fieldwork.queries import Held
from gongmun.surveys.fieldwork.series import is_over

# The name of this sweep's lease and heartbeat.
ARCHIVE_SWEEP = "archive-survey-waves"
_TEXT = "text"


class SealBroken(GongmunError):
    """The sheets of a wave are not those that were sealed at its closing."""

    code = "surveys.seal_broken"
    ko = (
        "설문 주기 {cycle}의 답안이 마감 때 봉인한 것과 다릅니다. 보존하지 않았습니다. 백업과 대조하여 답안을 되돌린 뒤 다시 "
        "실행해 주십시오."
    )
    en = (
        "The sheets of survey cycle {cycle} are not those that were sealed at its closing, so it was not archived. "
        "Compare them with a backup, restore them, and run this again."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class DueWave:
    """A wave that was closed or cancelled. `due_on` is the first day on which it is archived, as it stands now."""

    cycle_id: int
    series: str
    wave: int
    status: Status
    due_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchivedWaves:
    """What one sweep did: the waves' ids, those that wait for mails still to be written or to leave, and series without
    a key now.
    """

    archived: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()
    problems: tuple[GongmunError, ...] = ()


def ended_waves(session: Session) -> Sequence[DueWave]:
    """The waves that still lead to people although they have ended, and the day on which each is archived."""
    return [
        DueWave(
            cycle_id=wave.id,
            series=series.code,
            wave=wave.wave,
            status=wave.status,
            due_on=_due_on(series, wave),
        )
        for series, wave in archive_queries.ended_waves(session)
    ]


def archive_due(
    db: Database, *, now: datetime, is_untold: Callable[[Session, int], bool]
) -> ArchivedWaves:
    """Archive every wave whose days are over, however long ago. A second call finds nothing to do.

    `is_untold` says whether somebody is still to be told the news of a wave (`reports.telling`): such a wave waits.
    """
    today = seoul_date(now)
    with db.reading() as session:
        due = [each for each in ended_waves(session) if each.due_on <= today]
    archived: list[int] = []
    waiting: list[int] = []
    problems: list[GongmunError] = []
    for each in due:
        try:
            with db.transaction() as session:
                # Held first: nobody writes to anybody about it after these have looked.
                wave = queries.cycle(session, each.cycle_id, Held.ALONE)
                if _due_on(queries.series_of(session, each.cycle_id), wave) > today:
                    continue  # just published: its days begin anew
                if archive_queries.mails_on_their_way(session, each.cycle_id) or is_untold(
                    session, each.cycle_id
                ):
                    waiting.append(each.cycle_id)
                elif _archive(session, each.cycle_id, now):
                    archived.append(each.cycle_id)
        except GongmunError as error:
            problems.append(error)
    return ArchivedWaves(
        archived=tuple(archived),
        waiting=tuple(waiting),
        keys=tuple(_destroy_keys(db, now)),
        problems=tuple(problems),
    )


def _due_on(series: SurveySeries, wave: SurveyCycle) -> date:
    ended = wave.published_at or wave.cancelled_at or wave.closed_at
    assert ended is not None, "a wave that has ended was published, cancelled or closed"
    return seoul_date(ended) + timedelta(days=series.keep_days)


def _archive(session: Session, cycle_id: int, now: datetime) -> bool:
    """Take from a wave, which is held, what leads to people; False where another process has."""
    wave = queries.cycle(session, cycle_id)
    if wave.archived_at is not None:
        return False
    if wave.status is Status.CANCELLED:
        _forget_invited(session, cycle_id)
        wave.archived_at = now
        ledger.record(
            session, "survey_cycle.forgotten", subject=("survey_cycle", cycle_id), now=now
        )
        return True
    sealed = sheet_queries.digest(session, cycle_id)
    if sealed[1] != wave.sheets_sha256:
        raise SealBroken(cycle=cycle_id)
    assert wave.closed_at is not None
    mails = _forget_invited(session, cycle_id)
    masked = _mask(session, cycle_id)
    archive_queries.forget_respondents(session, cycle_id, closed_on=seoul_date(wave.closed_at))
    sheets, digest = sheet_queries.digest(session, cycle_id)
    values = {"archived_at": now, "sheets_sha256": digest}
    told: dict[str, Any] = {
        "sheets": sheets,
        "masked": masked,
        "mails": mails,
        "sealed": sealed[1],
        "sha256": digest,
    }
    if wave.status is Status.PUBLISHED:
        return queries.move(
            session, cycle_id, Status.PUBLISHED, Event.ARCHIVED, now, values=values, **told
        )
    # Nobody may see it, so it is not archived by its state: that it is once its report is published.
    wave.archived_at, wave.sheets_sha256 = now, digest
    ledger.record(
        session, "survey_cycle.forgotten", subject=("survey_cycle", cycle_id), now=now, **told
    )
    return True


def _forget_invited(session: Session, cycle_id: int) -> int:
    archive_queries.forget_days(session, cycle_id)
    return archive_queries.forget_mails(session, cycle_id)


def _mask(session: Session, cycle_id: int) -> int:
    """Mask personal data in the open answers of a wave; how many sheets had any."""
    masked = 0
    for sheet in archive_queries.answers(session, cycle_id):
        answers = {code: _masked(given) for code, given in sheet.answers.items()}
        if answers != sheet.answers:
            archive_queries.replace_answers(session, sheet.id, answers)
            masked += 1
    return masked


def _masked(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found = mask(given[_TEXT]) if given.get(_TEXT) else None
    return {**given, _TEXT: found.text} if found and found.found else given


def _destroy_keys(db: Database, now: datetime) -> Sequence[str]:
    """Destroy the keys that no wave needs any more and none will; the codes of their series."""
    with db.reading() as session:
        codes = archive_queries.series_with_keys(session)
    destroyed = []
    for code in codes:
        with db.transaction() as session:
            series = queries.locked_series(session, code)
            if (
                series.key_destroyed_at is not None
                or archive_queries.has_open_waves(session, series.id)
                or not is_over(series, last=queries.last_start(session, series.id))
            ):
                continue
            keys.destroy(code)
            if series.ended_at is None:
                queries.end(session, series, now, actor=Actor.SYSTEM)
            series.key_destroyed_at = now
            ledger.record(
                session,
                "survey_series.key_destroyed",
                subject=("survey_series", series.id),
                now=now,
            )
            destroyed.append(code)
    return destroyed

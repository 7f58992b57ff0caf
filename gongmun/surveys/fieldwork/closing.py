"""Close waves (설문 마감): when their time has come, when there are enough answers, or when a coordinator says so.

First nobody begins any more; who has begun may end within a day. Then the sheets are sealed by a hash that stands
in the ledger: an answer that is changed later does not go unnoticed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date, utc
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.surveys.fieldwork import invitation_queries, queries, sheet_queries
from gongmun.surveys.fieldwork.life import Event, Status
from gongmun.surveys.fieldwork.models import DecisionKind, InvitationStatus, SurveyCycle
from gongmun.surveys.fieldwork.queries import Held
from gongmun.surveys.fieldwork.screening import complete
from gongmun.surveys.fieldwork.series import closing_on

# The name of this sweep's lease and heartbeat.
CLOSE_SWEEP = "close-survey-waves"
# For whoever has begun when the wave closes.
GRACE = timedelta(days=1)


class ClosingInvalid(GongmunError):
    """A new closing that is not later than today and the one before."""

    code = "surveys.closing_invalid"
    ko = "마감을 {until}(으)로 미룰 수 없습니다. 오늘과 지금의 마감({closes})보다 뒤의 날을 정해 주십시오."
    en = "The closing cannot be put off to {until}: name a day after today and after the present one ({closes})."


class Cause(StrEnum):
    """Why a wave closes."""

    TIME = "time"
    ENOUGH = "enough"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosedWaves:
    """What one sweep did, by the waves' ids."""

    closing: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()
    problems: tuple[GongmunError, ...] = ()


def close_due(db: Database, *, now: datetime) -> ClosedWaves:
    """Close every wave whose time has come, however long ago. A second call finds nothing to do."""
    with db.reading() as session:
        waves = queries.cycles_in(session, {Status.FIELDING, Status.CLOSING})
    closing: list[int] = []
    closed: list[int] = []
    problems: list[GongmunError] = []
    for cycle_id in waves:
        try:
            with db.transaction() as session:
                # Whoever is just answering ends first: what is sealed is what there is.
                wave = queries.cycle(session, cycle_id, Held.ALONE)
                if wave.status is Status.CLOSING:
                    if _is_over(wave, now) and _seal(session, cycle_id, now):
                        closed.append(cycle_id)
                elif wave.status is Status.FIELDING:
                    cause = _cause(session, wave, now)
                    if cause is not None and _begin(session, wave, now, cause=cause):
                        closing.append(cycle_id)
        except GongmunError as error:
            problems.append(error)
    return ClosedWaves(closing=tuple(closing), closed=tuple(closed), problems=tuple(problems))


def close_now(db: Database, cycle_id: int, *, name: str, reason: str, now: datetime) -> bool:
    """A coordinator closes a wave before its time; False where it is closing already.

    Raises:
        NotFound: there is no such wave.
        InvalidTransition: it is not open, or not yet: then it is cancelled.
    """
    with db.transaction() as session:
        wave = queries.cycle(session, cycle_id, Held.ALONE)
        if wave.status is Status.CLOSING:
            return False
        decision = queries.decide(session, cycle_id, DecisionKind.CLOSED, name, reason, now)
        return _begin(session, wave, now, cause=Cause.COORDINATOR, decision=decision)


def put_off(
    db: Database, cycle_id: int, *, until: date, name: str, reason: str, now: datetime
) -> datetime:
    """A coordinator keeps a wave open until the evening of a later day; the new closing.

    Also one that is closing, or is not open yet.

    Raises:
        NotFound: there is no such wave.
        ClosingInvalid: the day is not later.
        InvalidTransition: the wave has ended.
    """
    closes_at = closing_on(until)
    with db.transaction() as session:
        # Held: what the sweep does meanwhile is seen first.
        wave = queries.cycle(session, cycle_id, Held.ALONE)
        if closes_at <= max(now, wave.closes_at):
            raise ClosingInvalid(
                until=until.isoformat(), closes=seoul_date(wave.closes_at).isoformat()
            )
        has_moved = queries.move(
            session,
            cycle_id,
            wave.status,
            Event.EXTENDED,
            now,
            actor=Actor.COORDINATOR,
            values={"closes_at": closes_at, "closing_at": None},
            decision=queries.decide(session, cycle_id, DecisionKind.PUT_OFF, name, reason, now),
            closes_at=utc(closes_at).isoformat(),
        )
        assert has_moved, "nobody moves a wave that is held"
    return closes_at


def cancel(db: Database, cycle_id: int, *, name: str, reason: str, now: datetime) -> None:
    """A coordinator cancels a wave that is under way: nobody is asked any more, and nothing is reported.

    Raises:
        NotFound: there is no such wave.
        InvalidTransition: it has ended.
    """
    with db.transaction() as session:
        # Held: of a wave that the sweep moves on meanwhile no sheet goes before it is cancelled.
        wave = queries.cycle(session, cycle_id, Held.ALONE)
        has_moved = queries.move(
            session,
            cycle_id,
            wave.status,
            Event.CANCELLED,
            now,
            actor=Actor.COORDINATOR,
            values={"cancelled_at": now},
            decision=queries.decide(session, cycle_id, DecisionKind.CANCELLED, name, reason, now),
        )
        assert has_moved, "nobody moves a wave that is held"
        sheet_queries.discard(session, cycle_id)


def _cause(session: Session, wave: SurveyCycle, now: datetime) -> Cause | None:
    if wave.closes_at <= now:
        return Cause.TIME
    enough = queries.series_of(session, wave.id).stop_at
    is_enough = enough is not None and complete(session, wave) >= enough
    return Cause.ENOUGH if is_enough else None


def _is_over(wave: SurveyCycle, now: datetime) -> bool:
    return wave.closing_at is not None and wave.closing_at + GRACE <= now


def _begin(
    session: Session, wave: SurveyCycle, now: datetime, *, cause: Cause, **told: int
) -> bool:
    return queries.move(
        session,
        wave.id,
        wave.status,
        Event.CLOSING_BEGUN,
        now,
        actor=Actor.COORDINATOR if cause is Cause.COORDINATOR else Actor.SYSTEM,
        values={"closing_at": now},
        cause=cause.value,
        **told,
    )


def _seal(session: Session, cycle_id: int, now: datetime) -> bool:
    counts = invitation_queries.counted(session, cycle_id)
    sheets, digest = sheet_queries.digest(session, cycle_id)
    return queries.move(
        session,
        cycle_id,
        Status.CLOSING,
        Event.CLOSED,
        now,
        values={"closed_at": now, "sheets_sha256": digest},
        sheets=sheets,
        sha256=digest,
        invited=sum(counts.values()),
        answered=counts[InvitationStatus.ANSWERED],
    )

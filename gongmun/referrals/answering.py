"""What a ministry does: acknowledge (접수) and respond (회신)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import CountedIn, Counting, Unit, calendar, rule
from gongmun.clock import SEOUL, seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError, InvalidTransition
from gongmun.ledger import Actor
from gongmun.referrals import queries
from gongmun.referrals.clocks import answer_values, is_late, resumed
from gongmun.referrals.ladder import Ladder, decide
from gongmun.referrals.life import Event, Status
from gongmun.referrals.models import Referral, Response, ResponseDecision
from gongmun.text import clean_line

REGISTRATION_LIMIT = 60


class BeforeDispatch(GongmunError):
    """Something a ministry is said to have done before it was sent anything."""

    code = "referral.before_dispatch"
    ko = "공문을 발송한 {dispatched} 이전의 일시는 기록할 수 없습니다. 일시를 확인해 주십시오."
    en = "The document was dispatched at {dispatched}; nothing before that can be recorded."


def acknowledge(
    db: Database,
    document_id: int,
    *,
    registration_number: str | None,
    now: datetime,
    ladder: Ladder,
    actor: Actor = Actor.MINISTRY,
) -> Sequence[int]:
    """Record that the ministry has the document: see `take_acknowledgement`."""
    with db.transaction() as session:
        return take_acknowledgement(
            session,
            queries.of_document(session, document_id),
            registration_number=registration_number,
            actor=actor,
            ladder=ladder,
            now=now,
        )


def take_acknowledgement(
    session: Session,
    referrals: Sequence[Referral],
    *,
    registration_number: str | None,
    actor: Actor,
    ladder: Ladder,
    now: datetime,
    received_at: datetime | None = None,
) -> Sequence[int]:
    """Acknowledge those of these referrals that were dispatched, in the caller's transaction.

    Returns the ids of those that this call changed; a second call finds none. `registration_number` is
    the ministry's own (접수번호); one that comes later is added where none is there yet. `received_at` is
    when it came, if it is recorded later.

    Raises:
        BeforeDispatch: the document was dispatched later than that.
    """
    received_at = received_at or now
    number = clean_line(registration_number or "")[:REGISTRATION_LIMIT] or None
    return [
        referral.id
        for referral in referrals
        if _acknowledged(
            session, referral, number, actor=actor, ladder=ladder, received_at=received_at, now=now
        )
        or (number and _registered(session, referral, number, actor=actor, now=now))
    ]


def _acknowledged(
    session: Session,
    referral: Referral,
    number: str | None,
    *,
    actor: Actor,
    ladder: Ladder,
    received_at: datetime,
    now: datetime,
) -> bool:
    if referral.status is not Status.DISPATCHED:
        return False
    _require_dispatched(referral, received_at)
    if not queries.move(
        session,
        referral,
        Event.ACKNOWLEDGED,
        acknowledged_at=received_at,
        registration_number=number,
    ):
        return False
    if referral.paused_at is None:
        # The acknowledgement's rungs are out of the way; look again when the answer's are due.
        today = seoul_date(now)
        referral.next_action_on = decide(
            ladder,
            referral.clocks,
            fired=queries.fired(session, referral),
            today=today,
            shift=calendar().shift,
        ).look_again(today)
    ledger.record(
        session,
        "referral.acknowledged",
        subject=("referral", referral.id),
        now=now,
        actor=actor,
        document_id=referral.document_id,
        received_at=received_at.isoformat(),
    )
    return True


def _registered(
    session: Session, referral: Referral, number: str, *, actor: Actor, now: datetime
) -> bool:
    """Add the number to what was acknowledged, or answered, without one."""
    if not queries.register(session, referral, number):
        return False
    ledger.record(
        session, "referral.registered", subject=("referral", referral.id), now=now, actor=actor
    )
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a ministry decides on one referral.

    `received_at` is when it came, None for now: whether it is in time goes by that.
    """

    referral: Referral
    decision: ResponseDecision
    reason: str
    promised_on: date | None = None
    received_at: datetime | None = None


def take_responses(
    session: Session, answers: Sequence[Answer], *, now: datetime, actor: Actor = Actor.MINISTRY
) -> Sequence[Response]:
    """Record the ministry's decisions, in the caller's transaction; the ladders of their referrals end.

    Whether an answer is complete is for the caller to check. One without an acknowledgement before it
    acknowledges.

    Raises:
        BeforeDispatch: a document was dispatched after its answer.
        InvalidTransition: a referral is not with the ministry (not dispatched, or answered).
    """
    # What is answered alike is one statement: mostly the whole document.
    alike: dict[tuple[Status, tuple[tuple[str, Any], ...]], list[Referral]] = {}
    for each in answers:
        columns = tuple(_answered(each.referral, each.received_at or now).items())
        alike.setdefault((each.referral.status, columns), []).append(each.referral)
    for (status, columns), referrals in alike.items():
        moved = queries.move_all(session, referrals, Event.ANSWERED, **dict(columns))
        if len(moved) < len(referrals):
            missed = next(each.id for each in referrals if each not in moved)
            raise InvalidTransition(
                thing_ko=f"이송 {missed}",
                thing_en=f"referral {missed}",
                status=status.value,
                event=Event.ANSWERED.value,
            )
    responses = [
        Response(
            referral_id=each.referral.id,
            decision=each.decision,
            reason=each.reason,
            promised_on=each.promised_on,
            received_at=each.received_at or now,
        )
        for each in answers
    ]
    session.add_all(responses)
    session.flush()
    for response in responses:
        promised_on = response.promised_on
        ledger.record(
            session,
            "referral.answered",
            subject=("referral", response.referral_id),
            now=now,
            actor=actor,
            response_id=response.id,
            decision=response.decision.value,
            promised_on=promised_on.isoformat() if promised_on else None,
            received_at=response.received_at.isoformat(),
        )
    return responses


def _answered(referral: Referral, received_at: datetime) -> Mapping[str, Any]:
    """The columns of a referral that was answered then."""
    _require_dispatched(referral, received_at)
    return {
        "acknowledged_at": referral.acknowledged_at or received_at,
        "answered_at": received_at,
        # What the ministry waited for us is not its time; unless it had answered before it asked.
        **(
            answer_values(counting_after(referral, referral.paused_at, received_at), calendar())
            if referral.paused_at is not None and referral.paused_at < received_at
            else {}
        ),
        "paused_at": None,
        "asks_since": None,
        "next_action_on": None,
    }


def counting_after(referral: Referral, since: datetime, now: datetime) -> Counting:
    """What is left of a dispatched referral's clock that has stood still since then and goes on now."""
    assert referral.dispatched_at is not None
    counting, cal = referral.counting, calendar()
    unit = rule(referral.answer_rule, seoul_date(referral.dispatched_at)).unit
    if unit is Unit.WORKING_HOURS and counting.unit is not CountedIn.WORKING_SECONDS:
        unit = Unit.WORKING_DAYS  # more time was granted, until the end of a day
    # What a late holiday has made longer is longer by what is left, whether or not it was counted again yet; a
    # later day that was told before a holiday was taken back is kept.
    told, counted = referral.clocks.answer_due, counting.due(cal)
    due, due_at = max(told, counted), counting.due_at(cal)
    if referral.answer_due_at is not None:
        due_at = max(due_at, referral.answer_due_at)
    # No day has passed, and no hour of a period that had run out.
    by_hours = unit is Unit.WORKING_HOURS and not is_late(due_at, since)
    if seoul_date(now) <= seoul_date(since) and not by_hours:
        return Counting.days(due) if told > counted else counting
    return resumed(due, due_at, since, now, unit, cal)


def _require_dispatched(referral: Referral, now: datetime) -> None:
    if referral.dispatched_at is not None and now < referral.dispatched_at:
        raise BeforeDispatch(
            dispatched=f"{referral.dispatched_at.astimezone(SEOUL):%Y-%m-%d %H:%M}"
        )

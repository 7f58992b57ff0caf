"""The answer's clock stands still, goes on and is set anew; and the ladder holds still meanwhile.

Two things keep the ladder quiet, and one row may have only one of them at a time:
- a question (`pause`, `resume`): the ball is with us, so the clock stands still, if its rule lets it;
- a request, of an extension or a transfer (`hold`, `release`): the clock runs, because to ask for more
  time must not make more time.

All in the caller's transaction. Each locks the referral first, as the sweep of the ladder does.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import Counting, Pause, calendar, rule
from gongmun.clock import SEOUL, seoul_date
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.referrals import queries
from gongmun.referrals.answering import BeforeDispatch, counting_after
from gongmun.referrals.clocks import answer_values
from gongmun.referrals.ladder import Ladder, Rung, decide
from gongmun.referrals.life import CHASED, Event, Status
from gongmun.referrals.models import LadderStep, Referral


class NotWithMinistry(GongmunError):
    """Something about a referral that the ministry does not have, or has answered."""

    code = "referral.not_with_ministry"
    ko = "이송 {referral_id}번은 현재 회신을 기다리는 건이 아닙니다(상태: {status}). 진행 상황을 확인해 주십시오."
    en = "Referral {referral_id} does not wait for an answer (status: {status}). Check where it stands."


class WaitsForUs(GongmunError):
    """A second question or request on a referral of which one is still undecided."""

    code = "referral.waits_for_us"
    ko = "이송 {referral_id}번에는 아직 처리되지 않은 질의나 요청이 있습니다. 그 답변을 받은 뒤에 다시 요청해 주십시오."
    en = "A question or request on referral {referral_id} is still open. Wait for our answer, then ask again."


def required(session: Session, referral_id: int, *, idle: bool = False) -> Referral:
    """A referral that is with its ministry, locked until the transaction ends.

    `idle`: and with nothing of it that waits for us.

    Raises:
        NotFound: no such referral.
        NotWithMinistry: not dispatched yet, answered, transferred, withdrawn.
        WaitsForUs: a question or a request is open.
    """
    referral = queries.locked(session, referral_id)
    if referral.status not in CHASED:
        raise NotWithMinistry(referral_id=referral_id, status=referral.status.value)
    if idle and (referral.paused_at is not None or referral.asks_since is not None):
        raise WaitsForUs(referral_id=referral_id)
    return referral


def note_receipt(session: Session, referral: Referral, *, now: datetime) -> None:
    """Whoever asks about a document has it: its referrals are acknowledged, if they were not yet.

    Without this a ministry that asked a question would be nagged to say that it has received what it
    asks about. There is no registration number (접수번호) then; an acknowledgement that brings one may
    still follow.

    Raises:
        BeforeDispatch: the document was dispatched later than `now`.
    """
    if referral.document_id is None:
        return
    if referral.dispatched_at is not None and now < referral.dispatched_at:
        raise BeforeDispatch(
            dispatched=f"{referral.dispatched_at.astimezone(SEOUL):%Y-%m-%d %H:%M}"
        )
    today = seoul_date(now)
    for other in queries.of_document(session, referral.document_id):
        # A document of a ministry that was split is with several.
        if (
            other.status is not Status.DISPATCHED
            or other.organisation_id != referral.organisation_id
        ):
            continue
        # The rungs of the acknowledgement are out of the way: the next sweep finds what follows.
        look_on = today if other.next_action_on is not None else None
        if queries.move(
            session, other, Event.ACKNOWLEDGED, acknowledged_at=now, next_action_on=look_on
        ):
            ledger.record(
                session,
                "referral.acknowledged",
                subject=("referral", other.id),
                now=now,
                actor=Actor.MINISTRY,
                document_id=referral.document_id,
                by_asking=True,
            )


def stops_for_questions(referral: Referral) -> bool:
    """Whether the clock of a dispatched referral stands still for a question: its rule of that day says so."""
    assert referral.dispatched_at is not None
    day = seoul_date(referral.dispatched_at)
    return Pause.QUESTION in rule(referral.answer_rule, day).pauses


def pause(session: Session, referral: Referral, *, now: datetime) -> None:
    """The ministry waits for us: the answer's clock stands still, and nothing is sent meanwhile.

    Where its rule knows no such pause the clock runs, and only the ladder holds still.

    Raises:
        NotWithMinistry: there is no clock to stop.
        WaitsForUs: it stands still already, or a request is open.
    """
    referral = required(session, referral.id, idle=True)
    if not stops_for_questions(referral):
        hold(session, referral, now=now)
        return
    take_back(session, referral, now)
    referral.paused_at = now
    referral.next_action_on = None
    ledger.record(
        session,
        "referral.paused",
        subject=("referral", referral.id),
        now=now,
        actor=Actor.MINISTRY,
        answer_due=referral.clocks.answer_due.isoformat(),
    )


def resume(session: Session, referral: Referral, *, ladder: Ladder, now: datetime) -> None:
    """The clock goes on with what was left of it, and the ladder with it; quiet where both run.

    Raises:
        NotWithMinistry: the ministry has answered meanwhile, or the referral is gone.
    """
    referral = required(session, referral.id)
    if referral.paused_at is None:
        if referral.asks_since is not None:
            release(session, referral, now=now)
        return
    before = referral.clocks.answer_due
    counting = counting_after(referral, referral.paused_at, now)
    referral.paused_at = None
    _set_clock(session, referral, counting, ladder, now)
    ledger.record(
        session,
        "referral.resumed",
        subject=("referral", referral.id),
        now=now,
        was_due=before.isoformat(),
        answer_due=referral.clocks.answer_due.isoformat(),
    )


def go_on(
    session: Session, referral: Referral, *, since: datetime, ladder: Ladder, now: datetime
) -> date:
    """The clock goes on after an answer of the time `since` that was sent back; the new due day.

    What was left then is left now. A rung that was reached by then stays behind: who has had his
    reminder of a lateness is not sent it again because he answered. One whose message was held back,
    because the answer had come, falls due again.

    Raises:
        NotWithMinistry: it is not with the ministry again.
    """
    referral = required(session, referral.id)
    counting = counting_after(referral, since, now)
    behind = queries.steps_behind(session, referral, since)
    rearm(session, referral, counting=counting, ladder=ladder, now=now, behind=behind)
    return referral.clocks.answer_due


def rearm(
    session: Session,
    referral: Referral,
    *,
    counting: Counting,
    ladder: Ladder,
    now: datetime,
    behind: Sequence[LadderStep] = (),
) -> None:
    """Count the answer's deadline from another day: every rung may fire again for it, but those `behind`.

    Raises:
        NotWithMinistry: the ministry has answered, or the referral is gone.
    """
    referral = required(session, referral.id)
    take_back(session, referral, now)
    before = referral.clocks.answer_due
    referral.arming += 1
    referral.paused_at = referral.asks_since = None
    for step in behind:
        session.add(
            LadderStep(
                referral_id=referral.id,
                arming=referral.arming,
                rung=step.rung,
                due_on=step.due_on,
                fired_on=step.fired_on,
                skipped=True,
            )
        )
    session.flush()
    _set_clock(session, referral, counting, ladder, now)
    ledger.record(
        session,
        "referral.rearmed",
        subject=("referral", referral.id),
        now=now,
        arming=referral.arming,
        was_due=before.isoformat(),
        answer_due=referral.clocks.answer_due.isoformat(),
    )


def hold(session: Session, referral: Referral, *, now: datetime) -> None:
    """A request of the ministry waits for our decision: the clock runs, the ladder holds still.

    Raises:
        NotWithMinistry: as for `pause`.
        WaitsForUs: as for `pause`.
    """
    referral = required(session, referral.id, idle=True)
    take_back(session, referral, now)
    referral.asks_since = now


def release(session: Session, referral: Referral, *, now: datetime) -> None:
    """The request is decided: the ladder goes on, and the next sweep finds what is due."""
    referral = queries.locked(session, referral.id)
    referral.asks_since = None
    if referral.status in CHASED:
        referral.next_action_on = seoul_date(now)


def _set_clock(
    session: Session, referral: Referral, counting: Counting, ladder: Ladder, now: datetime
) -> None:
    today = seoul_date(now)
    for column, value in answer_values(counting, calendar()).items():
        setattr(referral, column, value)
    if referral.clocks.answer_due >= today:
        # It may be crossed again, which is told again.
        referral.overdue_noted_on = None
    referral.next_action_on = decide(
        ladder,
        referral.clocks,
        fired=queries.fired(session, referral),
        today=today,
        shift=calendar().shift,
    ).look_again(today)


def take_back(session: Session, referral: Referral, now: datetime) -> Sequence[Rung]:
    """Rungs that a sweep has claimed and whose message has not left: they fall due again later.

    Otherwise a question in the hours before the mail, or while an escalation waits for its approval,
    would cost the case that rung for good. The notice says what is still true of the others.
    """
    rungs = queries.take_back_unsent(session, referral)
    if rungs:
        ledger.record(
            session,
            "referral.chase_taken_back",
            subject=("referral", referral.id),
            now=now,
            rungs=[rung.value for rung in rungs],
        )
    return rungs

"""What a ministry does: acknowledge (접수) and respond (회신)."""

from collections.abc import Sequence
from datetime import date, datetime

from gongmun import ledger
from gongmun.calendar import calendar
from gongmun.clock import SEOUL, seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError, InvalidTransition
from gongmun.ledger import Actor
from gongmun.referrals import queries
from gongmun.referrals.ladder import Ladder, decide
from gongmun.referrals.life import Event, Status
from gongmun.referrals.models import Referral, Response, ResponseDecision
from gongmun.text import clean, clean_line

_REASON_LIMIT = 10_000
_REGISTRATION_LIMIT = 60
# A promise needs a date: "we will review it" without one is sent back (DOMAIN.md, response checks).
NEEDS_DATE = frozenset(
    {
        ResponseDecision.ACCEPTED,
        ResponseDecision.PARTIALLY_ACCEPTED,
        ResponseDecision.LONG_TERM_REVIEW,
    }
)


class BeforeDispatch(GongmunError):
    """Something a ministry is said to have done before it was sent anything."""

    code = "referral.before_dispatch"
    ko = "공문을 발송한 {dispatched} 이전의 일시는 기록할 수 없습니다. 일시를 확인해 주십시오."
    en = "The document was dispatched at {dispatched}; nothing before that can be recorded."


class ResponseIncomplete(GongmunError):
    """A response that cannot be taken as it is."""

    code = "response.incomplete"
    ko = "회신을 접수할 수 없습니다({field}): {reason_ko}"
    en = "The response cannot be taken ({field}): {reason_en}"


def acknowledge(
    db: Database,
    document_id: int,
    *,
    registration_number: str | None,
    now: datetime,
    ladder: Ladder,
) -> Sequence[int]:
    """Record that the ministry has the document: all its dispatched referrals are acknowledged.

    Returns the ids of the referrals that this call acknowledged; a second call finds none.
    `registration_number` is the ministry's own (접수번호).
    """
    number = clean_line(registration_number or "")[:_REGISTRATION_LIMIT] or None
    today = seoul_date(now)
    done: list[int] = []
    with db.transaction() as session:
        for referral in queries.of_document(session, document_id):
            if referral.status is not Status.DISPATCHED:
                continue
            _require_dispatched(referral, now)
            if not queries.move(
                session,
                referral,
                Event.ACKNOWLEDGED,
                acknowledged_at=now,
                registration_number=number,
            ):
                continue
            # The acknowledgement's rungs are out of the way; look again when the answer's are due.
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
                actor=Actor.MINISTRY,
                document_id=document_id,
            )
            done.append(referral.id)
    return done


def respond(
    db: Database,
    referral_id: int,
    *,
    decision: ResponseDecision,
    reason: str,
    promised_on: date | None,
    now: datetime,
) -> Response:
    """Record the ministry's decision on one referral; its clocks and ladder end.

    Raises:
        ResponseIncomplete: no reason, or no date where something is promised, or one in the past.
        InvalidTransition: the referral is not with the ministry (not dispatched, or answered).
    """
    reason = clean(reason)
    _check(decision, reason, promised_on, today=seoul_date(now))
    with db.transaction() as session:
        referral = queries.by_id(session, referral_id)
        _require_dispatched(referral, now)
        if not queries.move(
            session, referral, Event.ANSWERED, answered_at=now, next_action_on=None
        ):
            raise InvalidTransition(
                thing_ko=f"이송 {referral_id}",
                thing_en=f"referral {referral_id}",
                status=referral.status.value,
                event=Event.ANSWERED.value,
            )
        response = Response(
            referral_id=referral.id,
            decision=decision,
            reason=reason,
            promised_on=promised_on,
            received_at=now,
        )
        session.add(response)
        session.flush()
        ledger.record(
            session,
            "referral.answered",
            subject=("referral", referral.id),
            now=now,
            actor=Actor.MINISTRY,
            response_id=response.id,
            decision=decision.value,
            promised_on=promised_on.isoformat() if promised_on else None,
        )
    return response


def _require_dispatched(referral: Referral, now: datetime) -> None:
    if referral.dispatched_at is not None and now < referral.dispatched_at:
        raise BeforeDispatch(
            dispatched=f"{referral.dispatched_at.astimezone(SEOUL):%Y-%m-%d %H:%M}"
        )


def _check(
    decision: ResponseDecision, reason: str, promised_on: date | None, *, today: date
) -> None:
    if not reason:
        raise ResponseIncomplete(
            field="reason",
            reason_ko="결정의 사유를 적어 주십시오.",
            reason_en="Give the reason for the decision.",
        )
    if len(reason) > _REASON_LIMIT:
        raise ResponseIncomplete(
            field="reason",
            reason_ko=f"사유는 {_REASON_LIMIT:,}자 이내로 적고 나머지는 붙임으로 보내 주십시오.",
            reason_en=f"Keep the reason within {_REASON_LIMIT:,} characters; send more as a file.",
        )
    if decision in NEEDS_DATE and promised_on is None:
        raise ResponseIncomplete(
            field="promised_on",
            reason_ko="수용·일부수용·중장기 검토에는 이행(검토) 예정일이 필요합니다.",
            reason_en="An acceptance or a long-term review needs the date by which it is done.",
        )
    if promised_on is not None and promised_on < today:
        raise ResponseIncomplete(
            field="promised_on",
            reason_ko="예정일이 오늘보다 앞섭니다. 날짜를 확인해 주십시오.",
            reason_en="The promised date is in the past. Check it.",
        )

"""Extensions (연장) of the answer's deadline: asked for by the ministry, decided by a coordinator.

Only while the clock runs, and no later than on the due day itself: a period that is over cannot be made
longer, and the days of silence are published as they were. A request that came in time may be decided
after that day. The request leaves the clock running and keeps the ladder quiet until the decision.

A clock has as many requests as its rule allows extensions (one, unless the rule says otherwise), granted
or not: else a ministry could keep the ladder quiet by asking again and again.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.answers import request_queries
from gongmun.answers.letters import draft_extension
from gongmun.answers.models import Channel, Extension, RequestStatus
from gongmun.answers.telling import tell
from gongmun.answers.undecided import REASON, REASON_LIMIT, filled, lapse, to_decide
from gongmun.calendar import Counting, DeadlineRule, calendar, latest_extension, rule
from gongmun.clock import seoul_date
from gongmun.db import Database, DatabaseUnavailable
from gongmun.documents import Decision, drafting, record_decision
from gongmun.documents import queries as document_queries
from gongmun.documents.life import ISSUED
from gongmun.documents.models import Approval
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.clocks import is_late
from gongmun.referrals.ladder import Ladder
from gongmun.referrals.life import CHASED
from gongmun.referrals.models import Referral
from gongmun.referrals.pausing import hold, note_receipt, rearm, release, required

EXTENSION_INTENT = "extension"

log = logging.getLogger(__name__)


class ExtensionTooLate(GongmunError):
    """A request for more time when the time is over."""

    code = "extension.too_late"
    ko = "회신 기한({due})이 지나 연장을 요청할 수 없습니다. 지금 회신해 주십시오. 기한이 지난 날수는 공개됩니다."
    en = "The answer was due on {due}: it is too late to extend. Please answer now."


class ExtensionUsed(GongmunError):
    """A request where the rule has no extension left."""

    code = "extension.used"
    ko = "이송 {referral_id}번의 회신 기한은 더 연장할 수 없습니다(연장 요청 가능 횟수: {limit}회). 기한까지 회신해 주십시오."
    en = "The deadline of referral {referral_id} cannot be extended again (limit: {limit}). Please answer by it."


class ExtensionOutOfRange(GongmunError):
    """A new due day that is not later than the present one, has passed, or is later than the rule allows."""

    code = "extension.out_of_range"
    ko = "연장 기한은 {earliest}부터 {latest}까지의 날짜로 정해 주십시오. 그런 날짜가 없으면 연장할 수 없습니다."
    en = "Choose a day from {earliest} to {latest}. Where there is none, the time cannot be extended."


def longest(session: Session, referral: Referral) -> date | None:
    """The latest day that a ministry may ask for; None where it may not ask for more time now.

    Whether the due day has passed is for `request` to see.
    """
    if referral.status not in CHASED or referral.paused_at or referral.asks_since:
        return None
    counted = _rule(referral)
    if request_queries.extensions_used(session, referral.id) >= counted.extensions:
        return None
    return latest(referral)


def latest(referral: Referral) -> date:
    """The latest day to which the answer of a referral may be extended, by its rule."""
    return latest_extension(_rule(referral), referral.clocks.answer_due, calendar())


def request(
    db: Database, referral_id: int, *, until: date, reason: str, channel: Channel, now: datetime
) -> Extension:
    """Take a ministry's request for more time, until the end of the day `until`.

    A day off stands for the next working day. A ministry that asks has the document: it counts as
    acknowledged.

    Raises:
        RequestIncomplete: no reason, or one that is too long.
        NotFound, NotWithMinistry: there is no such referral with a ministry.
        WaitsForUs: a question or a request about it is open.
        ExtensionTooLate: the due day is over, or the time on it.
        ExtensionUsed: there was a request already.
        ExtensionOutOfRange: `until` is not after the due day, or too late.
    """
    reason = filled(REASON, reason, REASON_LIMIT)
    with db.transaction() as session:
        referral = required(session, referral_id, idle=True)
        due = referral.clocks.answer_due
        if is_late(referral.counting.due_at(calendar()), now):
            raise ExtensionTooLate(due=due)
        lapse(session, [referral_id], now=now)
        last = longest(session, referral)
        if last is None:
            raise ExtensionUsed(referral_id=referral_id, limit=_rule(referral).extensions)
        extension = Extension(
            referral_id=referral_id,
            arming=referral.arming,
            until=_within(until, after=due, latest=last),
            reason=reason,
            channel=channel,
            requested_at=now,
            status=RequestStatus.REQUESTED,
            old_due=due,
        )
        note_receipt(session, referral, now=now)
        hold(session, referral, now=now)
        session.add(extension)
        session.flush()
        _record(session, "referral.extension_requested", extension, Actor.MINISTRY, now)
    return extension


def decide(
    db: Database,
    extension_id: int,
    *,
    decision: Decision | str,
    name: str,
    reason: str,
    ladder: Ladder,
    now: datetime,
    new_due: date | None = None,
) -> Extension:
    """Record a coordinator's decision: approve grants, return refuses.

    Granted: the answer is due on `new_due`, else on the day that was asked for, and the ladder begins
    anew. Refused: the old day stands, and the ladder goes on. Either way a numbered document that tells
    of it is drafted and approved here, and issued and mailed by the sweep (forums.issuing).

    Raises:
        NotFound: no such request.
        RequestDecided: it is decided, or the ministry has answered meanwhile.
        DecisionIncomplete, DecisionUnknown: the form is not filled in.
        ExtensionOutOfRange: the new day is not after the old one, has passed, or is later than allowed.
    """
    today = seoul_date(now)
    with db.transaction() as session:
        extension = request_queries.extension(session, extension_id)
        referral = to_decide(session, extension)
        # A holiday that was declared since has moved the day that is to be extended.
        extension.old_due = referral.clocks.answer_due
        approval = record_decision(session, decision=decision, name=name, reason=reason, now=now)
        if approval.decision is Decision.APPROVE:
            extension.new_due = _within(
                new_due or extension.until,
                after=max(extension.old_due, today - timedelta(days=1)),
                latest=latest(referral),
            )
            extension.status = RequestStatus.GRANTED
        else:
            extension.status = RequestStatus.REFUSED
        extension.decided_at, extension.approval_id = now, approval.id
        document = draft_extension(session, extension, referral, approval, now=now)
        drafting.approve(session, document, approval, now)
        extension.document_id = document.id
        _settle(session, extension, referral, approval, ladder, now)
    return extension


def _settle(
    session: Session,
    extension: Extension,
    referral: Referral,
    approval: Approval,
    ladder: Ladder,
    now: datetime,
) -> None:
    _record(
        session,
        f"referral.extension_{extension.status.value}",
        extension,
        Actor.COORDINATOR,
        now,
        approval_id=approval.id,
        document_id=extension.document_id,
    )
    if extension.new_due is not None:
        counting = Counting.days(extension.new_due)
        rearm(session, referral, counting=counting, ladder=ladder, now=now)
    else:
        release(session, referral, now=now)


def send_extensions(db: Database, *, now: datetime) -> Sequence[int]:
    """Put the mail of every issued decision into the outbox; the ids of the mails.

    One that fails does not hold up the others; a second call finds what is left.
    """
    with db.reading() as session:
        waiting = [extension.id for extension in request_queries.unsent_extensions(session)]
    queued: list[int] = []
    for extension_id in waiting:
        try:
            with db.transaction() as session:
                dispatch_id = _send(session, extension_id, now)
            if dispatch_id is not None:
                queued.append(dispatch_id)
        except DatabaseUnavailable:
            raise
        except GongmunError as error:
            log.warning("extension %s: %s", extension_id, error)
    return queued


def _send(session: Session, extension_id: int, now: datetime) -> int | None:
    extension = request_queries.extension(session, extension_id)
    assert extension.document_id is not None
    document = document_queries.by_id(session, extension.document_id)
    if document.status not in ISSUED:
        return None
    referral = referral_queries.by_id(session, extension.referral_id)
    dispatch = tell(
        session,
        referral,
        intent=EXTENSION_INTENT,
        key=f"extension:{extension_id}",
        context={"extension": extension},
        now=now,
        document=document,
    )
    return dispatch.id if dispatch else None


def _rule(referral: Referral) -> DeadlineRule:
    """The rule that the referral's clock was started by."""
    assert referral.dispatched_at is not None
    return rule(referral.answer_rule, seoul_date(referral.dispatched_at))


def _within(day: date, *, after: date, latest: date) -> date:
    """`day`, or the next working day where it is one off, if it lies after `after` and not too late.

    `latest` is a working day itself.
    """
    if not after < day <= latest:
        earliest = calendar().shift(after, 1)
        raise ExtensionOutOfRange(earliest=earliest, latest=latest)
    return calendar().shift(day, 0)


def _record(
    session: Session,
    kind: str,
    extension: Extension,
    actor: Actor,
    now: datetime,
    **data: int | None,
) -> None:
    ledger.record(
        session,
        kind,
        subject=("referral", extension.referral_id),
        now=now,
        actor=actor,
        extension_id=extension.id,
        old_due=extension.old_due.isoformat(),
        until=extension.until.isoformat(),
        new_due=extension.new_due.isoformat() if extension.new_due else None,
        **data,
    )

"""What a proposer says of an answer: whether it was one (평가), and once that it be examined again (재검토)."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import limits
from gongmun.access.limits import Trial
from gongmun.answers.telling import tell
from gongmun.calendar import Deadline, calendar, deadline, rule
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError, NotFound
from gongmun.followups import proposer_queries, queries
from gongmun.followups.models import Answered, Reexamination
from gongmun.ledger import Actor
from gongmun.referrals import pausing
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.ladder import Ladder
from gongmun.referrals.life import Event, Status
from gongmun.referrals.models import Referral, Response, ResponseDecision, ResponseStatus
from gongmun.referrals.succeeding import pass_on
from gongmun.text import clean

REASON_LIMIT = 3_000
COMMENT_LIMIT = 2_000
REEXAMINATION_RULE = "reexamination"
REEXAMINATION_INTENT = "reexamination"


class ReexaminationReasonMissing(GongmunError):
    """A request without its reason."""

    code = "reexamination.reason_missing"
    ko = "재검토를 요청하시는 이유를 적어 주십시오."
    en = "Say why it should be examined again."


class ProposerTextTooLong(GongmunError):
    """More than is taken of a proposer's words."""

    code = "proposer.text_too_long"
    ko = "{limit:,}자 이내로 줄여 주십시오."
    en = "Please keep it within {limit:,} characters."


class AlreadyReexamined(GongmunError):
    """A second request for the same referral."""

    code = "reexamination.once"
    ko = "재검토는 한 번만 요청하실 수 있습니다. {requested}에 이미 요청하셨습니다."
    en = "Re-examination can be asked for once; it was on {requested}."


class ReexaminationTooLate(GongmunError):
    """A request after its period."""

    code = "reexamination.too_late"
    ko = "재검토를 요청하실 수 있는 기간이 {until}에 끝났습니다. 의견은 답변 평가에 남기실 수 있습니다."
    en = "Re-examination could be asked for until {until}. You can still say what you think of the answer."


class NothingToReexamine(GongmunError):
    """There is no published refusal."""

    code = "reexamination.no_refusal"
    ko = "수용이 어렵다는 답변이 공개된 제안만 재검토를 요청하실 수 있습니다."
    en = "Only a published refusal can be examined again."


def rate(
    db: Database,
    response_id: int,
    *,
    suggestion_id: int,
    answered: Answered,
    comment: str,
    now: datetime,
) -> None:
    """Write down what the proposer says of a published response; the last word counts.

    Raises:
        NotFound: it is not a published response to this suggestion.
        TooManyAttempts: it was changed too often in a short time.
        ProposerTextTooLong: the comment is.
    """
    comment = clean(comment)
    if len(comment) > COMMENT_LIMIT:
        raise ProposerTextTooLong(limit=COMMENT_LIMIT)
    with db.transaction() as session:
        _published(session, response_id, suggestion_id)
        limits.check(session, Trial.RATING_BY_SUGGESTION, str(suggestion_id), now)
        limits.note(session, Trial.RATING_BY_SUGGESTION, str(suggestion_id), now)
        proposer_queries.put_rating(
            session,
            {
                "response_id": response_id,
                "answered": answered,
                "comment": comment,
                "rated_at": now,
            },
        )
        ledger.record(
            session,
            "response.rated",
            subject=("response", response_id),
            now=now,
            actor=Actor.PROPOSER,
            answered=answered.value,
        )


def _published(session: Session, response_id: int, suggestion_id: int) -> Response:
    found = queries.response(session, response_id)
    if (
        found is None
        or found.status is not ResponseStatus.PUBLISHED
        or referral_queries.by_id(session, found.referral_id).suggestion_id != suggestion_id
    ):
        raise NotFound(thing_ko=f"회신 {response_id}", thing_en=f"response {response_id}")
    return found


def last_day(refusal: Response) -> Deadline:
    """Until when a published refusal may be asked to be examined again."""
    assert refusal.decided_at is not None
    return deadline(
        rule(REEXAMINATION_RULE, seoul_date(refusal.decided_at)), refusal.decided_at, calendar()
    )


def refusal_of(session: Session, referral: Referral) -> Response | None:
    """The published refusal that stands; None where the answer is another, or there is none."""
    published = next(iter(queries.published_responses(session, referral.id)), None)
    refused = (
        published is not None
        and referral.status is Status.CLOSED
        and published.decision is ResponseDecision.NOT_ACCEPTED
    )
    return published if refused else None


def reexamine(
    db: Database,
    referral_id: int,
    *,
    suggestion_id: int,
    reason: str,
    ladder: Ladder,
    now: datetime,
) -> date:
    """Put a refused referral before its ministry again: once, and within the period of the rule.

    The refusal stays published. The answer's clock starts anew by the referral's own rule, and the
    ministry has a mail with the reason. Returns the day by which it has to answer.

    Raises:
        NotFound: it is no referral of this suggestion.
        ReexaminationReasonMissing, ProposerTextTooLong: the reason is.
        AlreadyReexamined, NothingToReexamine, ReexaminationTooLate: see there.
    """
    reason = clean(reason)
    if not reason:
        raise ReexaminationReasonMissing()
    if len(reason) > REASON_LIMIT:
        raise ProposerTextTooLong(limit=REASON_LIMIT)
    with db.transaction() as session:
        referral = referral_queries.locked(session, referral_id)
        if referral.suggestion_id != suggestion_id:
            raise NotFound(thing_ko=f"이송 {referral_id}", thing_en=f"referral {referral_id}")
        refusal = _allowed(session, referral, now)
        session.add(
            Reexamination(
                referral_id=referral.id, response_id=refusal.id, reason=reason, requested_at=now
            )
        )
        due = deadline(rule(referral.answer_rule, seoul_date(now)), now, calendar())
        # The ministry that refused may be no more.
        pass_on(session, referral, now=now)
        referral_queries.move(session, referral, Event.REOPENED, answered_at=None)
        pausing.rearm(session, referral, counting=due.counting, ladder=ladder, now=now)
        assert refusal.decided_at is not None
        dispatch = tell(
            session,
            referral,
            intent=REEXAMINATION_INTENT,
            key=f"reexamination:{referral.id}",
            context={"published_on": seoul_date(refusal.decided_at), "reason": reason},
            now=now,
        )
        ledger.record(
            session,
            "referral.reopened",
            subject=("referral", referral.id),
            now=now,
            actor=Actor.PROPOSER,
            response_id=refusal.id,
            answer_due=due.due.isoformat(),
            dispatch_id=dispatch.id if dispatch else None,
        )
    return due.due


def _allowed(session: Session, referral: Referral, now: datetime) -> Response:
    before = proposer_queries.reexamination(session, referral.id)
    if before is not None:
        day = seoul_date(before.requested_at)
        raise AlreadyReexamined(requested=day)
    refusal = refusal_of(session, referral)
    if refusal is None:
        raise NothingToReexamine()
    until = last_day(refusal).due
    if seoul_date(now) > until:
        raise ReexaminationTooLate(until=until)
    return refusal

"""What questions, extensions and transfers have in common: checked texts, decisions, and their ends."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.answers import request_queries
from gongmun.answers.models import Extension, Question, RequestStatus, Transfer
from gongmun.errors import GongmunError
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.life import CHASED
from gongmun.referrals.models import Referral
from gongmun.text import Bilingual, clean

# A reason is printed on a document's line, a question is not.
REASON_LIMIT = 1_000
QUESTION_LIMIT = 5_000

REASON = Bilingual(ko="요청 사유", en="reason")
QUESTION = Bilingual(ko="질의 내용", en="question")
ANSWER = Bilingual(ko="답변", en="answer")


class RequestIncomplete(GongmunError):
    """A question, request or answer without its text, or with one that is too long."""

    code = "request.incomplete"
    ko = "처리하지 않았습니다. ‘{field_ko}’ 항목을 {limit}자 이내로 입력해 주십시오."
    en = "Nothing was recorded. Fill in '{field_en}' with 1 to {limit} characters."


class RequestDecided(GongmunError):
    """A decision on something that is decided, or that the ministry's answer has ended."""

    code = "request.decided"
    ko = "이송 {referral_id}번의 이 요청은 이미 처리되었거나 기관의 회신으로 끝났습니다. 처음 처리가 유지됩니다."
    en = "This request about referral {referral_id} is decided already, or ended by the ministry's answer."


def filled(field: Bilingual, text: str, limit: int) -> str:
    """`text`, cleaned.

    Raises:
        RequestIncomplete: nothing is left of it, or it is too long.
    """
    cleaned = clean(text)
    if not 0 < len(cleaned) <= limit:
        raise RequestIncomplete(field_ko=field.ko, field_en=field.en, limit=f"{limit:,}")
    return cleaned


def to_decide(session: Session, request: Question | Extension | Transfer) -> Referral:
    """The referral of an open question or request, both locked and read anew.

    Raises:
        RequestDecided: it is not open any more.
    """
    # Whoever changes a request holds its referral's lock: one lock, so that nobody waits in a circle.
    referral = referral_queries.locked(session, request.referral_id)
    session.refresh(request)
    if not is_open(request, referral):
        raise RequestDecided(referral_id=referral.id)
    return referral


def is_open(request: Question | Extension | Transfer, referral: Referral) -> bool:
    """Whether this question or request about that referral waits for a decision."""
    done = request.answered_at if isinstance(request, Question) else request.decided_at
    mark = referral.asks_since
    if isinstance(request, Question):  # its clock stands still for it, or only the ladder does
        mark = mark or referral.paused_at
    return done is None and mark is not None and referral.status in CHASED


def lapse(session: Session, referral_ids: Collection[int], *, now: datetime) -> None:
    """The ministry has answered: what it had asked about these referrals is decided no more.

    In the transaction that takes the answers, which holds the referrals' locks. Called again it finds
    nothing.
    """
    for request in request_queries.undecided(session, referral_ids):
        if isinstance(request, Question):
            request.answered_at = now
        else:
            request.status, request.decided_at = RequestStatus.LAPSED, now
        ledger.record(
            session,
            f"{type(request).__name__.lower()}.lapsed",
            subject=(type(request).__name__.lower(), request.id),
            now=now,
            referral_id=request.referral_id,
        )
    # The next one is added in this transaction too, and there may be one undecided at a time.
    session.flush()

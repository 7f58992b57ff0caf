"""Decisions (결재) of coordinators: named, with a reason, never empty."""

from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.documents.models import Approval, Decision
from gongmun.errors import GongmunError
from gongmun.text import clean_line

NAME_LIMIT = 60
REASON_LIMIT = 1000

_FIELDS_KO = {"name": "결재자 성명", "reason": "사유"}


class DecisionIncomplete(GongmunError):
    """A form without a name or a reason, or with one that is too long."""

    code = "approval.incomplete"
    ko = "결재를 처리하지 않았습니다. '{field_ko}' 항목을 {limit}자 이내로 입력해 주십시오."
    en = "No decision was recorded. Fill in '{field}' with 1 to {limit} characters."


class DecisionUnknown(GongmunError):
    """A decision that is neither to approve nor to return."""

    code = "approval.unknown_decision"
    ko = "결재를 처리하지 않았습니다. '결정' 항목은 approve(승인) 또는 return(반려)이어야 합니다."
    en = "No decision was recorded. 'decision' must be approve or return."


def record_decision(
    session: Session, *, decision: Decision | str, name: str, reason: str, now: datetime
) -> Approval:
    """Write down what a coordinator decided; the row has its id afterwards.

    Raises:
        DecisionUnknown: `decision` is neither approve nor return.
        DecisionIncomplete: name or reason is empty or too long.
    """
    try:
        decided = Decision(decision)
    except ValueError:
        raise DecisionUnknown() from None
    approval = Approval(
        decision=decided,
        name=_filled("name", name, NAME_LIMIT),
        reason=_filled("reason", reason, REASON_LIMIT),
        at=now,
    )
    session.add(approval)
    session.flush()
    ledger.record(
        session,
        "approval.recorded",
        subject=("approval", approval.id),
        now=now,
        actor=ledger.Actor.COORDINATOR,
        decision=decided.value,
    )
    return approval


def _filled(field: str, value: str, limit: int) -> str:
    cleaned = clean_line(value)
    if not 0 < len(cleaned) <= limit:
        raise DecisionIncomplete(field=field, field_ko=_FIELDS_KO[field], limit=limit)
    return cleaned

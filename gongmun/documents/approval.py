"""Decisions (결재) of coordinators: named, with a reason, never empty."""

from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.decisions import answered_for
from gongmun.documents.models import Approval, Decision
from gongmun.errors import GongmunError


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
    name, reason = answered_for(name, reason)
    approval = Approval(decision=decided, name=name, reason=reason, at=now)
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

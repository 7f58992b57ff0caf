"""Decide on a drafted document that stands for itself (결재): approved it may be issued, returned it is discarded."""

from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.documents.approval import record_decision
from gongmun.documents.drafting import approve, discard
from gongmun.documents.models import Approval, Decision, Document


def decide(
    session: Session,
    document: Document,
    *,
    decision: Decision | str,
    name: str,
    reason: str,
    now: datetime,
) -> Approval:
    """Record a coordinator's decision and carry it out; the caller has seen that the document is drafted.

    Raises:
        DecisionIncomplete, DecisionUnknown: the form is not filled in; nothing is recorded.
        InvalidTransition: the document was discarded.
    """
    approval = record_decision(session, decision=decision, name=name, reason=reason, now=now)
    if approval.decision is Decision.APPROVE:
        approve(session, document, approval, now)
    else:
        discard(session, document, now)
    return approval

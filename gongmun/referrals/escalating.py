"""Decide on an escalation (상향 통보): it goes to the parent body only if a coordinator says so."""

from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import Decision, Document, DocumentKind, drafting, record_decision
from gongmun.documents import queries as document_queries
from gongmun.documents.life import Status as DocumentStatus
from gongmun.errors import GongmunError, NotFound
from gongmun.ledger import Actor
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import notice_queries, queries
from gongmun.referrals.chasing import NobodyAbove
from gongmun.referrals.drafting_notices import superiors
from gongmun.referrals.ladder import Rung
from gongmun.referrals.letters import refresh_document
from gongmun.referrals.models import Notice, NoticeKind


class EscalationDecided(GongmunError):
    """A second decision on the same escalation."""

    code = "escalation.decided"
    ko = "상향 통보 문서 {document_id}번은 이미 처리되었습니다(상태: {status})."
    en = "The escalation in document {document_id} is decided already (status: {status})."


class EscalationMoot(GongmunError):
    """Everything the escalation lists has been answered meanwhile, or waits for us."""

    code = "escalation.moot"
    ko = "상향 통보 문서 {document_id}번의 모든 건이 그사이 회신되었거나 기관의 질의·요청으로 멈추어 통보하지 않습니다. 다음 점검에서 목록에서 빠집니다."
    en = "All that document {document_id} lists has been answered, or waits for us; there is nothing to escalate. The next sweep takes it off the list."


def decide_escalation(
    db: Database,
    document_id: int,
    *,
    decision: Decision | str,
    name: str,
    reason: str,
    now: datetime,
) -> Document:
    """Record a coordinator's decision on a drafted escalation.

    Approved: what was answered meanwhile is left out, and the rest may be issued by the next sweep.
    Returned: the document is discarded; the ladder does not escalate these referrals again.

    Raises:
        NotFound: no escalation with this document.
        EscalationDecided: it was decided before.
        EscalationMoot: everything in it has been answered, or waits for us.
        NobodyAbove: the parent body is no more, and its successor is not known.
        DecisionIncomplete, DecisionUnknown: the form is not filled in; nothing is recorded.
    """
    with db.transaction() as session:
        notice = queries.notice_of_document(session, document_id)
        if notice is None and _is_escalation(session, document_id):
            raise EscalationMoot(document_id=document_id)
        if notice is None or notice.kind is not NoticeKind.ESCALATION:
            raise NotFound(
                thing_ko=f"상향 통보 {document_id}", thing_en=f"escalation {document_id}"
            )
        document = document_queries.locked(session, document_id)
        if document.status is not DocumentStatus.DRAFTED:
            raise EscalationDecided(document_id=document_id, status=document.status.value)
        approval = record_decision(session, decision=decision, name=name, reason=reason, now=now)
        if approval.decision is Decision.APPROVE:
            _refresh(session, notice, document, now)
            drafting.approve(session, document, approval, now)
        else:
            drafting.discard(session, document, now)
        ledger.record(
            session,
            f"escalation.{'approved' if approval.decision is Decision.APPROVE else 'returned'}",
            subject=("document", document_id),
            now=now,
            actor=Actor.COORDINATOR,
            approval_id=approval.id,
        )
    return document


def _is_escalation(session: Session, document_id: int) -> bool:
    """Whether it is one, of which all steps were taken back (see pausing)."""
    return document_queries.by_id(session, document_id).kind is DocumentKind.ESCALATION


def _refresh(session: Session, notice: Notice, document: Document, now: datetime) -> None:
    """Let the draft say the case as it stands today."""
    waiting = [line.referral_id for line in notice_queries.lines(session, notice) if line.holds]
    if not waiting:
        raise EscalationMoot(document_id=document.id)
    today = seoul_date(now)
    ministry = organisation_queries.by_id(session, notice.organisation_id)
    above = superiors(session, [ministry], today)[ministry.id]
    if above is None:
        raise NobodyAbove(code=ministry.code)
    notice.addressee_id = above.id
    refresh_document(session, notice, document, Rung.ESCALATION, waiting, now=now)

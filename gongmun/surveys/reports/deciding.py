"""Decide on the report of a wave (결재): its quotes, and whether it is published. Knows no statistics."""

from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.db import Database
from gongmun.documents import (
    INTERNAL_CODE,
    Decision,
    DocumentKind,
    Reference,
    decide,
    draft,
    record_decision,
)
from gongmun.documents import queries as document_queries
from gongmun.documents.life import Status as DocumentStatus
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.surveys.fieldwork import queries as field_queries
from gongmun.surveys.fieldwork.life import Event, Status
from gongmun.surveys.reports import queries
from gongmun.surveys.reports.figures import Figures, from_json
from gongmun.surveys.reports.letters import report_context
from gongmun.surveys.reports.models import SurveyReport

_BEFORE_PUBLICATION = (Status.WEIGHTED, Status.REPORTED)


class ReportNotWaiting(GongmunError):
    """A decision on a report that does not wait for one."""

    code = "surveys.report_not_waiting"
    ko = "설문 주기 {cycle}의 보고서는 결재를 기다리고 있지 않습니다(상태: {status}). 'gongmun wave reports'를 확인해 주십시오."
    en = "The report of survey cycle {cycle} does not wait for a decision (status: {status}). See `gongmun wave reports`."


class ReportFixed(GongmunError):
    """A report that cannot be drafted again, because the answers do not say any more what they were weighted by."""

    code = "surveys.report_fixed"
    ko = (
        "설문 주기 {cycle}은(는) 보관 기간이 지나 보고서를 다시 만들 수 없습니다. 기안된 그대로 승인하거나 승인하지 않을 수 "
        "있습니다."
    )
    en = (
        "The days of survey cycle {cycle} are over, so its report cannot be made again. Approve it as it is drafted, or "
        "leave it."
    )


class QuotesFixed(GongmunError):
    """A quote is decided on after the report was approved."""

    code = "surveys.quotes_fixed"
    ko = "이미 승인한 보고서의 인용은 바꿀 수 없습니다(설문 주기 {cycle})."
    en = "The report of survey cycle {cycle} is approved; its quotes cannot be changed."


def approve_quote(db: Database, quote_id: int, *, name: str, reason: str, now: datetime) -> int:
    """A coordinator lets a quote be printed; the id of its wave. A second call changes nothing.

    The report says it once it is drafted again: see `drafting.draft_report`.

    Raises:
        NotFound: there is no such quote.
        QuotesFixed: the report is approved.
        DecisionIncomplete: no name or no reason.
    """
    with db.transaction() as session:
        quote = queries.quote(session, quote_id)
        if not _is_open(session, quote.cycle_id):
            raise QuotesFixed(cycle=quote.cycle_id)
        if quote.approval_id is None:
            approval = record_decision(
                session, decision=Decision.APPROVE, name=name, reason=reason, now=now
            )
            quote.approval_id = approval.id
            ledger.record(
                session,
                "survey_quote.approved",
                subject=("survey_quote", quote.id),
                now=now,
                actor=Actor.COORDINATOR,
                approval_id=approval.id,
            )
        return quote.cycle_id


def _is_open(session: Session, cycle_id: int) -> bool:
    """Whether a report is still to be approved. It is locked: a quote comes before a decision on it, or after it."""
    report = queries.report_of(session, cycle_id)
    if field_queries.cycle(session, cycle_id).status not in _BEFORE_PUBLICATION:
        return False
    if report.document_id is None:
        return True
    document = document_queries.by_id(session, report.document_id)
    return document.status is DocumentStatus.DRAFTED


def decide_report(
    db: Database,
    cycle_id: int,
    *,
    decision: Decision | str,
    name: str,
    reason: str,
    now: datetime,
) -> None:
    """Record a coordinator's decision on a drafted report.

    Approved, it is issued and published by the next sweep, with the quotes that were approved until now. Returned,
    its document is discarded and another one drafted.

    Raises:
        NotFound: there is no such wave, or it has no report.
        ReportNotWaiting: it was decided before, or is not drafted.
        ReportFixed: it is returned, and what it would be made of again is gone.
        DecisionIncomplete, DecisionUnknown: the form is not filled in; nothing is recorded.
    """
    with db.transaction() as session:
        report = queries.report_of(session, cycle_id)
        cycle = field_queries.cycle(session, cycle_id)
        status = cycle.status
        if status is not Status.REPORTED or report.document_id is None:
            raise ReportNotWaiting(cycle=cycle_id, status=status.value)
        refresh(session, cycle_id, now)
        document = document_queries.locked(session, report.document_id)
        if document.status is not DocumentStatus.DRAFTED:
            raise ReportNotWaiting(cycle=cycle_id, status=document.status.value)
        approval = decide(session, document, decision=decision, name=name, reason=reason, now=now)
        if approval.decision is Decision.RETURN and cycle.archived_at is not None:
            raise ReportFixed(cycle=cycle_id)
        report.approval_id = approval.id
        if approval.decision is Decision.APPROVE:
            ledger.record(
                session,
                "survey_report.approved",
                subject=("survey_cycle", cycle_id),
                now=now,
                actor=Actor.COORDINATOR,
                approval_id=approval.id,
            )
            return
        report.document_id = None
        field_queries.move(
            session,
            cycle_id,
            Status.REPORTED,
            Event.RETURNED,
            now,
            actor=Actor.COORDINATOR,
            values={"reported_at": None},
            approval_id=approval.id,
        )


def refresh(session: Session, cycle_id: int, now: datetime) -> None:
    """Bring the drafted document up to date with the quotes that were approved since; quiet without a draft."""
    report = queries.find_report(session, cycle_id)
    status = field_queries.cycle(session, cycle_id).status
    if report is not None and report.figures is not None and status is Status.REPORTED:
        report.document_id = draft_document(session, report, from_json(report.figures), now)


def draft_document(session: Session, report: SurveyReport, figures: Figures, now: datetime) -> int:
    """Draft the document of a report, or bring its draft up to date; its id."""
    context = report_context(
        figures,
        queries.approved_quotes(session, report.cycle_id),
        now=now,
        references=_references(session, report.cycle_id),
    )
    return draft(
        session,
        kind=DocumentKind.SURVEY_REPORT,
        key=f"survey_report:{report.cycle_id}:{report.drafts}",
        recipient_code=INTERNAL_CODE,
        context=context,
        now=now,
    ).id


def _references(session: Session, cycle_id: int) -> tuple[Reference, ...]:
    """The report of the wave before, if there is one."""
    before = queries.wave_before(session, field_queries.cycle(session, cycle_id))
    report = queries.find_report(session, before.id) if before else None
    if report is None or report.document_id is None:
        return ()
    return (document_queries.by_id(session, report.document_id).reference,)

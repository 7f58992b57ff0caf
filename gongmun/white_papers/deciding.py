"""Decide on the white paper of a year (결재): nothing is published before."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import (
    Decision,
    Document,
    DocumentKind,
    Status,
    WhitePaperContext,
    decide,
    draft,
)
from gongmun.documents import queries as document_queries
from gongmun.documents.contexts import from_json
from gongmun.errors import GongmunError, NotFound
from gongmun.ledger import Actor
from gongmun.white_papers import queries


class WhitePaperNotWaiting(GongmunError):
    """A decision on a white paper that does not wait for one."""

    code = "white_papers.not_waiting"
    ko = "{year}년 백서는 결재를 기다리고 있지 않습니다(상태: {status}). 'gongmun white-paper draft {year}'로 먼저 기안해 주십시오."
    en = "The white paper of {year} does not wait for a decision (status: {status}). Draft it first: `gongmun white-paper draft {year}`."


def decide_white_paper(
    db: Database,
    year: int,
    *,
    decision: Decision | str,
    name: str,
    reason: str,
    now: datetime,
) -> int:
    """Record a coordinator's decision on a drafted white paper; the id of its document.

    Approved, it may be issued with the figures that were shown: they are not counted anew. Returned, its document is
    discarded.

    Raises:
        NotFound: there is no white paper of the year.
        WhitePaperNotWaiting: it was decided before.
        DecisionIncomplete, DecisionUnknown: the form is not filled in; nothing is recorded.
    """
    with db.transaction() as session:
        document = document_queries.locked(session, latest(session, year).id)
        if document.status is not Status.DRAFTED:
            raise WhitePaperNotWaiting(year=year, status=document.status.value)
        _date(session, document, now)
        approval = decide(session, document, decision=decision, name=name, reason=reason, now=now)
        approved = approval.decision is Decision.APPROVE
        ledger.record(
            session,
            "white_paper.approved" if approved else "white_paper.returned",
            subject=("document", document.id),
            now=now,
            actor=Actor.COORDINATOR,
            approval_id=approval.id,
        )
        return document.id


def latest(session: Session, year: int) -> Document:
    """The last draft of a year's white paper, wherever it stands; NotFound where there is none."""
    drafts = queries.of_year(session, year)
    if not drafts:
        raise NotFound(thing_ko=f"{year}년 백서", thing_en=f"white paper of {year}")
    return drafts[-1]


def context_of(document: Document) -> WhitePaperContext:
    """What a white paper says."""
    context = from_json(document.kind, document.context)
    assert isinstance(context, WhitePaperContext)
    return context


def _date(session: Session, document: Document, now: datetime) -> None:
    """Print the day of the decision beside it, not that of the draft."""
    context = context_of(document)
    letter = replace(context.letter, decided_on=seoul_date(now))
    draft(
        session,
        kind=DocumentKind.WHITE_PAPER,
        key=document.key,
        recipient_code=document.recipient_code,
        context=replace(context, letter=letter),
        now=now,
    )

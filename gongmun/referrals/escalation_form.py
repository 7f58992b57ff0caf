"""The form on which a coordinator decides on an escalation (상향 통보), as the Prefect UI shows it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.decisions import Kind, Matter, Pending
from gongmun.documents import DocumentKind, EscalationContext
from gongmun.documents import queries as document_queries
from gongmun.documents.contexts import from_json
from gongmun.documents.decision_form import DECISION_FORM
from gongmun.documents.life import Status
from gongmun.documents.names import STATUSES
from gongmun.errors import NotFound
from gongmun.text import Bilingual, korean_date

_HOW = Bilingual(
    ko="먼저 `gongmun escalation show {number}` 명령으로 내용을 읽어 주십시오. 승인하면 다음 독촉 점검에서 상급기관에 "
    "보내고, 반려하면 이 건들은 다시 상향 통보하지 않습니다.",
    en="Read it first, with gongmun escalation show {number}. Approved, it goes to the parent body with the next "
    "chase; returned, these referrals are not escalated again.",
)


def pending(session: Session) -> Sequence[Pending]:
    """The escalations that wait for a decision, oldest first."""
    return [
        Pending(kind=Kind.ESCALATION, number=document.id)
        for document in document_queries.drafted_escalations(session)
    ]


def matter(session: Session, document_id: int) -> Matter:
    """What the form shows of one escalation, by its document; NotFound where it is none."""
    document = document_queries.by_id(session, document_id)
    context = from_json(document.kind, document.context)
    if document.kind is not DocumentKind.ESCALATION or not isinstance(context, EscalationContext):
        raise NotFound(thing_ko=f"상향 통보 {document_id}", thing_en=f"escalation {document_id}")
    return Matter(
        title=Bilingual(
            ko=f"상향 통보 문서 {document_id}번", en=f"Escalation in document {document_id}"
        ),
        standing=STATUSES[document.status],
        is_open=document.status is Status.DRAFTED,
        facts={
            Bilingual(ko="수신", en="to"): document.recipient_code,
            Bilingual(ko="미회신 기관", en="no answer from"): context.ministry_name.ko,
            Bilingual(ko="미회신 제안", en="unanswered"): ", ".join(
                item.reference for item in context.items
            ),
            Bilingual(ko="기안", en="drafted"): korean_date(
                seoul_date(document.created_at), weekday=True
            ),
        },
        how=Bilingual(ko=_HOW.ko.format(number=document_id), en=_HOW.en.format(number=document_id)),
        form=DECISION_FORM,
    )

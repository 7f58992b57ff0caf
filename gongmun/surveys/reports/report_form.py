"""The form on which a coordinator decides on the report of a wave (결과 보고서), as the Prefect UI shows it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.decisions import Kind, Matter, Pending
from gongmun.documents import queries as document_queries
from gongmun.documents.decision_form import DECISION_FORM
from gongmun.documents.life import Status as DocumentStatus
from gongmun.surveys.fieldwork import queries as field_queries
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.names import STATUSES
from gongmun.surveys.reports import queries
from gongmun.text import Bilingual, korean_date

_HOW = Bilingual(
    ko="먼저 `gongmun document preview {document}` 명령으로 보고서를 읽고, 인용할 응답은 `gongmun wave quotes {number}` 로 "
    "확인해 주십시오. 승인하면 다음 점검(publish-survey-report)에서 시행하여 공개하고, 반려하면 다시 기안합니다.",
    en="Read it first, with gongmun document preview {document}, and see the answers to be quoted with gongmun wave "
    "quotes {number}. Approved, it is issued and published by the next publish-survey-report; returned, it is "
    "drafted again.",
)


def pending(session: Session) -> Sequence[Pending]:
    """The waves whose reports wait for a decision, the first to close first."""
    return [
        Pending(kind=Kind.REPORT, number=cycle_id, occasion=f"{report.drafts}")
        for cycle_id in field_queries.cycles_in(session, {Status.REPORTED})
        if (report := queries.find_report(session, cycle_id)) is not None
        and _is_drafted(session, report.document_id)
    ]


def matter(session: Session, cycle_id: int) -> Matter:
    """What the form shows of one wave's report; NotFound where there is no such wave, or no report of it."""
    report = queries.report_of(session, cycle_id)
    cycle = field_queries.cycle(session, cycle_id)
    series = field_queries.series_of(session, cycle_id)
    document = report.document_id
    waits = cycle.status is Status.REPORTED and _is_drafted(session, document)
    return Matter(
        title=Bilingual(
            ko=f"설문 회차 {cycle_id}번의 결과 보고서", en=f"The report of wave {cycle_id}"
        ),
        standing=STATUSES[cycle.status],
        is_open=waits,
        facts={
            Bilingual(ko="설문", en="survey"): Bilingual(
                ko=f"{series.title_ko} {cycle.wave}회차", en=f"{series.title_en}, wave {cycle.wave}"
            ),
            Bilingual(ko="문서", en="document"): document or "-",
            Bilingual(ko="기안 차수", en="draft"): report.drafts,
            Bilingual(ko="기안", en="drafted"): (
                korean_date(seoul_date(report.drafted_at), weekday=True)
                if report.drafted_at
                else "-"
            ),
            Bilingual(ko="승인한 인용", en="quotes approved"): len(
                queries.approved_quotes(session, cycle_id)
            ),
        },
        how=Bilingual(
            ko=_HOW.ko.format(document=document, number=cycle_id),
            en=_HOW.en.format(document=document, number=cycle_id),
        ),
        form=DECISION_FORM,
    )


def _is_drafted(session: Session, document_id: int | None) -> bool:
    return (
        document_id is not None
        and document_queries.by_id(session, document_id).status is DocumentStatus.DRAFTED
    )

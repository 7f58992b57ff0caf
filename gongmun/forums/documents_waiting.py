"""What documents wait for of a person: approvals, what could not be issued, and what every document here lacks."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from gongmun.documents import DocumentKind
from gongmun.documents import queries as document_queries
from gongmun.forums.ministries_waiting import Waiting
from gongmun.referrals import queries as referral_queries
from gongmun.settings import settings
from gongmun.text import Bilingual

CHASE = "prefect deployment run chase-referrals/chase-referrals"
# What issues a document of this kind again; nothing drafts the others yet.
_ISSUED_BY = {
    DocumentKind.OUTCOME: "gongmun outcome issue",
    DocumentKind.CORRECTION: "gongmun outcome issue",
    DocumentKind.EXTENSION: "gongmun outcome issue",
    DocumentKind.FIRST_REMINDER: CHASE,
    DocumentKind.SECOND_REMINDER: CHASE,
    DocumentKind.ESCALATION: CHASE,
    DocumentKind.WHITE_PAPER: "gongmun white-paper issue",
}


def to_approve(session: Session) -> Sequence[Waiting]:
    """Documents that are drafted and wait for a decision, and corrections that were decided and not issued."""
    return [*_escalations(session), *_corrections(session), *_reports(session)]


def not_issued(session: Session) -> Sequence[Waiting]:
    """Documents that could not be issued, and settings without which none is, or none can be checked."""
    return [*_documents(session), *_key(session), *_portal(session)]


def _escalations(session: Session) -> Iterator[Waiting]:
    for document in document_queries.drafted_escalations(session):
        yield Waiting(
            what=Bilingual(ko=f"결재 대기: {document.title}", en="to approve: an escalation"),
            remedy=f"gongmun escalation show {document.id}",
            run=f"DECIDE escalation {document.id}",
        )


def _corrections(session: Session) -> Iterator[Waiting]:
    for document in document_queries.drafted(session, DocumentKind.CORRECTION):
        yield Waiting(
            what=Bilingual(ko=f"결재 대기: {document.title}", en="to approve: a correction"),
            remedy=f"gongmun document show {document.id}",
        )
    for document_id in referral_queries.unsent_corrections(session):
        yield Waiting(
            what=Bilingual(
                ko=f"시행 대기: 정정 문서 {document_id}",
                en=f"approved, not issued yet: correction {document_id}",
            ),
            remedy="gongmun outcome issue",
        )


def _reports(session: Session) -> Iterator[Waiting]:
    for document in document_queries.drafted(session, DocumentKind.SURVEY_REPORT):
        # Its key is `survey_report:WAVE:DRAFT`.
        wave_id = document.key.split(":")[1]
        yield Waiting(
            what=Bilingual(
                ko=f"결재 대기: {document.title}(문서 {document.id})",
                en=f"to approve: a survey's report, document {document.id}",
            ),
            remedy=f"gongmun wave approve {wave_id} --name … --reason …",
            run=f"DECIDE survey report {wave_id}",
        )
    for document in document_queries.drafted(session, DocumentKind.WHITE_PAPER):
        yield Waiting(
            what=Bilingual(ko=f"결재 대기: {document.title}", en="to approve: a white paper"),
            remedy=f"gongmun white-paper show {document.context['year']}",
        )


def _documents(session: Session) -> Iterator[Waiting]:
    for document in document_queries.with_problems(session):
        yield Waiting(
            what=Bilingual(
                ko=f"문서 시행 실패: {document.number or document.id} {document.problem_ko}",
                en=f"document {document.number or document.id} was not issued: {document.problem_en}",
            ),
            remedy=_ISSUED_BY.get(document.kind, f"gongmun document show {document.id}"),
        )


def _key(session: Session) -> Iterator[Waiting]:
    """An agency that signed before and has no key here: nothing is issued, see `SigningKeyMissing`."""
    signing = settings().signing
    if not (signing.names_a_key or signing.unsigned) and document_queries.any_signed(session):
        yield Waiting(
            what=Bilingual(
                ko="이 환경에서는 공문을 시행하지 않습니다: 전에는 서명하였으나 여기에는 서명 키가 설정되지 않았습니다.",
                en="no documents are issued from here: earlier ones are signed, and no key is set here",
            ),
            remedy="GONGMUN_SIGNING__KEY=…",
        )


def _portal(session: Session) -> Iterator[Waiting]:
    """What is printed without the means to check it cannot be mended afterwards."""
    if settings().public_url is None and document_queries.any_approved(session):
        yield Waiting(
            what=Bilingual(
                ko="공문에 QR 코드와 확인 주소가 인쇄되지 않습니다: 공문 확인 화면의 주소가 설정되지 않았습니다.",
                en="documents are printed without QR code and address: that of the portal is not set",
            ),
            remedy="GONGMUN_PUBLIC_URL=https://…",
        )

"""States in both languages, where only the command line shows them."""

from collections.abc import Mapping
from datetime import datetime

from gongmun.calendar import calendar, hours
from gongmun.clock import SEOUL
from gongmun.documents import DocumentKind
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.health import Standing
from gongmun.mail.models import HoldReason, Proof
from gongmun.text import Bilingual, english_date, korean_date

OUTCOMES: Mapping[OutcomeStatus, Bilingual] = {
    OutcomeStatus.DRAFTED: Bilingual(ko="결재 대기", en="drafted"),
    OutcomeStatus.APPROVED: Bilingual(ko="승인", en="approved"),
    OutcomeStatus.RETURNED: Bilingual(ko="반려", en="returned"),
    OutcomeStatus.ISSUED: Bilingual(ko="시행", en="issued"),
}

KINDS: Mapping[DocumentKind, Bilingual] = {
    DocumentKind.OUTCOME: Bilingual(ko="결과 통보", en="outcome"),
    DocumentKind.FIRST_REMINDER: Bilingual(ko="1차 독촉", en="first reminder"),
    DocumentKind.SECOND_REMINDER: Bilingual(ko="2차 독촉", en="second reminder"),
    DocumentKind.ESCALATION: Bilingual(ko="상향 통보", en="escalation"),
    DocumentKind.CORRECTION: Bilingual(ko="정정 통보", en="correction"),
    DocumentKind.EXTENSION: Bilingual(ko="기한 연장", en="extension"),
    DocumentKind.SUBMISSION: Bilingual(ko="안건 제출", en="submission"),
    DocumentKind.SURVEY_REPORT: Bilingual(ko="설문조사 결과 보고", en="survey report"),
    DocumentKind.WHITE_PAPER: Bilingual(ko="백서", en="white paper"),
}

STANDINGS: Mapping[Standing, Bilingual] = {
    Standing.WELL: Bilingual(ko="정상", en="well"),
    Standing.CARE: Bilingual(ko="주의", en="care"),
    Standing.WRONG: Bilingual(ko="이상", en="wrong"),
}

PROOFS: Mapping[Proof, Bilingual] = {
    Proof.DSN: Bilingual(ko="수신 서버의 도달 통지", en="notice of the ministry's server"),
    Proof.RELAY_LOG: Bilingual(ko="중계 서버 기록", en="the relay's log"),
    Proof.JOURNAL: Bilingual(ko="발송 사본함(발송만 확인)", en="the journal: it left, no more"),
}

HOLDS: Mapping[HoldReason, Bilingual] = {
    HoldReason.NO_MAILBOX: Bilingual(ko="연락처 없음", en="no mailbox"),
    HoldReason.BAD_ADDRESS: Bilingual(ko="잘못된 주소", en="not a usable address"),
    HoldReason.NO_LINK: Bilingual(ko="접속 링크 없음(만료)", en="no link, or expired"),
    HoldReason.ATTACHMENT_UNREADABLE: Bilingual(ko="붙임 파일 이상", en="attachment unreadable"),
    HoldReason.RESTORED: Bilingual(
        ko="복원: 백업 이후에 이미 나갔을 수 있음", en="restored: it may have left after the backup"
    ),
}


def in_working_hours(now: datetime) -> Bilingual:
    """When mail that keeps working hours goes into the outbox: by now, or not before the next of them."""
    begin = hours.opening(now, calendar())
    if begin <= now:
        return Bilingual(ko="지금", en="now")
    at = begin.astimezone(SEOUL)
    return Bilingual(
        ko=f"{korean_date(at.date(), weekday=True)} {at:%H:%M} 이후 근무시간에",
        en=f"in working hours, not before {at:%H:%M} on {english_date(at.date(), weekday=True)}",
    )

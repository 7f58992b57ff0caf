"""What alarms are called in mails, and what a coordinator does about each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gongmun.briefing.models import AlarmKind
from gongmun.text import Bilingual


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """The name of a kind of alarm, and the command that leads on; `{id}` is what stands behind the subject's dot."""

    name: Bilingual
    remedy: str


WORDS: Mapping[AlarmKind, Words] = {
    AlarmKind.REFERRAL_OVERDUE: Words(
        name=Bilingual(ko="회신 기한 경과", en="answer overdue"),
        remedy="gongmun referral show {id}",
    ),
    AlarmKind.DISPATCH_UNCERTAIN: Words(
        name=Bilingual(ko="발송 여부 불명", en="nobody knows whether it left"),
        remedy="gongmun mail show {id}",
    ),
    AlarmKind.DISPATCH_UNDELIVERABLE: Words(
        name=Bilingual(ko="배달되지 않은 메일", en="undeliverable mail"),
        remedy="gongmun mail show {id}",
    ),
    AlarmKind.CONTACT_BOUNCED: Words(
        name=Bilingual(ko="메일이 반송되는 연락처", en="mail to a contact comes back"),
        remedy="gongmun waiting",
    ),
    AlarmKind.APPROVAL_OVERDUE: Words(
        name=Bilingual(
            ko="근무일 2일 넘게 결정을 기다림",
            en="waits for a decision for more than two working days",
        ),
        remedy="gongmun waiting",
    ),
    AlarmKind.REPORT_WAITING: Words(
        name=Bilingual(ko="결재를 기다리는 설문 보고서", en="a survey's report waits for approval"),
        remedy="gongmun wave reports",
    ),
    AlarmKind.SWEEP_MISSED: Words(
        name=Bilingual(ko="제때 실행되지 않은 반복 작업", en="a sweep that did not run"),
        remedy="gongmun doctor",
    ),
}

# The first part of an alarm's subject.
SUBJECTS: Mapping[str, Bilingual] = {
    "referral": Bilingual(ko="이송", en="referral"),
    "dispatch": Bilingual(ko="발송", en="dispatch"),
    "contact": Bilingual(ko="연락처", en="contact"),
    "outcome": Bilingual(ko="결과", en="outcome"),
    "document": Bilingual(ko="문서", en="document"),
    "extension": Bilingual(ko="연장 요청", en="request for more time"),
    "transfer": Bilingual(ko="이관 요청", en="request for a transfer"),
    "sweep": Bilingual(ko="반복 작업", en="sweep"),
}


class RunState(StrEnum):
    """What became of a run that did not go as it should."""

    FAILED = "Failed"
    CRASHED = "Crashed"
    LATE = "Late"  # it did not begin
    MISSED = "Missed"  # there was none


RUN_STATES: Mapping[RunState, Bilingual] = {
    RunState.FAILED: Bilingual(ko="실패한 실행", en="a run that failed"),
    RunState.CRASHED: Bilingual(ko="중단된 실행", en="a run that crashed"),
    RunState.LATE: Bilingual(ko="시작되지 않은 실행", en="a run that did not begin"),
    RunState.MISSED: Bilingual(ko="실행되지 않은 배포", en="a deployment that did not run"),
}

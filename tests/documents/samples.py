"""Contexts of every kind, as the forums and referrals rooms build them."""

from datetime import date
from typing import Any

from gongmun.documents import (
    Context,
    DocumentKind,
    EscalationContext,
    HistoryLine,
    Letter,
    OutcomeContext,
    OverdueItem,
    ReminderContext,
    Role,
    Rung,
    SuggestionItem,
)
from gongmun.documents.sheet import Imprint

# Titles and texts written for these tests.
_SUGGESTIONS = [
    (
        "어린이 보호구역 횡단보도에 바닥 신호등을 설치해 주세요",
        (
            "학교 앞 횡단보도는 아침마다 아이들로 붐빕니다. 휴대전화를 보며 걷는 학생이 많아 신호가 바뀐 것을 "
            "모르고 건너는 일이 잦습니다.\n바닥 신호등을 어린이 보호구역부터 설치하고, 설치 기준과 순서를 "
            "공개해 주시기 바랍니다. 비용이 문제라면 사고가 잦은 곳부터 시작해도 좋겠습니다."
        ),
        "교통안전",
    ),
    (
        "시내버스 정류장 안내기에 휠체어 이용 가능 버스를 표시해 주세요",
        (
            "저상버스가 몇 분 뒤에 오는지 알 수 없어 휠체어를 이용하는 가족은 늘 30분씩 먼저 나갑니다. 안내기와 "
            "앱에 저상버스 여부와 빈자리를 함께 표시하면 기다리는 시간이 크게 줄어듭니다."
        ),
        "장애인 이동권",
    ),
    (
        "이륜차 전면 번호판 시범 사업을 확대해 주세요",
        (
            "배달 이륜차의 신호 위반을 단속하기 어렵습니다. 전면 번호판이나 스티커형 식별 번호를 도입하고, 시범 "
            "사업의 결과를 국민에게 공개해 주시기 바랍니다."
        ),
        "교통안전",
    ),
    (
        "농어촌 수요응답형 버스를 전화로도 부를 수 있게 해 주세요",
        (
            "앱을 쓰지 못하는 어르신은 수요응답형 버스를 부를 수 없습니다. 마을 회관의 단추나 대표 전화로도 부를 "
            "수 있어야 합니다."
        ),
        "대중교통",
    ),
]

NOTED = Imprint(number="공론소통과-1234", issued_on=date(2026, 10, 12), approver="이결재")


def letter(**changes: Any) -> Letter:
    """A letter to one ministry."""
    values: dict[str, Any] = {
        "recipient": "국토교통부장관",
        "handling": "교통안전정책과장",
        "title": "「생활 속 불편, 함께 고치기」 열린소통포럼 결과 통보 및 시민 제안 검토 요청",
        "decided_on": date(2026, 10, 12),
        "references": ("공론소통과-871(2026. 8. 3.)",),
        "legal_basis": (
            "「국민 제안 규정」 제10조(제안의 심사 등)",
            "「민원 처리에 관한 법률 시행령」 제14조(건의민원의 처리기간)",
        ),
    }
    return Letter(**values | changes)


def suggestion(number: int = 1, **changes: Any) -> SuggestionItem:
    """One of the sample suggestions."""
    title, body, topic = _SUGGESTIONS[(number - 1) % len(_SUGGESTIONS)]
    leads = number % 3 != 0
    values: dict[str, Any] = {
        "reference": f"제안 2026-{number}",
        "title": title,
        "body": body,
        "topic": topic,
        "role": Role.LEAD if leads else Role.COOPERATING,
        "lead_name": "국토교통부" if leads else "행정안전부",
        "cooperating_names": ("경찰청", "행정안전부") if number % 2 else (),
    }
    return SuggestionItem(**values | changes)


def outcome(count: int = 1, **changes: Any) -> OutcomeContext:
    """The outcome of a forum with `count` suggestions."""
    values: dict[str, Any] = {
        "letter": letter(),
        "forum_title": "생활 속 불편, 함께 고치기",
        "forum_period": (date(2026, 9, 18), date(2026, 9, 19)),
        "suggestions": tuple(suggestion(number) for number in range(1, count + 1)),
        "answer_due": date(2026, 10, 30),
        "answer_due_explanation": "접수한 날부터 근무일 14일, 첫날 포함",
        "acknowledge_within": "문서를 받은 날부터 근무일 3일 이내에 접수 번호를 알려 주시기 바랍니다.",
    }
    return OutcomeContext(**values | changes)


def overdue(number: int = 1, **changes: Any) -> OverdueItem:
    """A suggestion whose answer is late."""
    values: dict[str, Any] = {
        "reference": f"제안 2026-{number}",
        "title": _SUGGESTIONS[(number - 1) % len(_SUGGESTIONS)][0],
        "original_number": "공론소통과-1234",
        "sent_on": date(2026, 10, 12),
        "due_on": date(2026, 10, 30),
        "days_overdue": 1,
    }
    return OverdueItem(**values | changes)


def reminder(rung: Rung = Rung.FIRST, count: int = 2, **changes: Any) -> ReminderContext:
    """A reminder of `count` overdue suggestions."""
    which = "회신 요청" if rung is Rung.FIRST else "회신 재요청"
    values: dict[str, Any] = {
        "letter": letter(
            title=f"시민 제안 검토 결과 {which}",
            references=("공론소통과-1234(2026. 10. 12.)",),
            legal_basis=("「국민 제안 규정」 제10조(제안의 심사 등)",),
            decided_on=date(2026, 11, 2),
        ),
        "rung": rung,
        "items": tuple(overdue(number) for number in range(1, count + 1)),
        "new_due": date(2026, 11, 9),
    }
    return ReminderContext(**values | changes)


def escalation(**changes: Any) -> EscalationContext:
    """The whole case, to the parent body."""
    values: dict[str, Any] = {
        "letter": letter(
            recipient="국무조정실장",
            handling=None,
            title="시민 제안 미회신에 대한 처리 경과 통보",
            references=(
                "공론소통과-1234(2026. 10. 12.)",
                "공론소통과-1301(2026. 11. 2.)",
                "공론소통과-1344(2026. 11. 10.)",
            ),
            decided_on=date(2026, 11, 19),
        ),
        "ministry_name": "국토교통부",
        "items": (overdue(1, days_overdue=14), overdue(2, days_overdue=14)),
        "history": (
            HistoryLine(on=date(2026, 10, 12), text="결과 통보 공문 발송(공론소통과-1234)"),
            HistoryLine(on=date(2026, 10, 14), text="국토교통부 접수(교통안전정책과-5512)"),
            HistoryLine(on=date(2026, 10, 30), text="회신 기한 경과"),
            HistoryLine(on=date(2026, 11, 2), text="1차 회신 요청(공론소통과-1301)"),
            HistoryLine(on=date(2026, 11, 10), text="2차 회신 요청(공론소통과-1344)"),
        ),
    }
    return EscalationContext(**values | changes)


EVERY_KIND: dict[DocumentKind, Context] = {
    DocumentKind.OUTCOME: outcome(4),
    DocumentKind.FIRST_REMINDER: reminder(),
    DocumentKind.SECOND_REMINDER: reminder(Rung.SECOND),
    DocumentKind.ESCALATION: escalation(),
}

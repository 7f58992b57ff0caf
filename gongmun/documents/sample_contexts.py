"""An invented document of each kind, for whoever edits a form and for documentation.

Texts were written for this purpose. Each prints in both languages.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from gongmun.documents.contexts import (
    AgendaItem,
    Case,
    Context,
    Correction,
    CorrectionContext,
    EscalationContext,
    ExtendedItem,
    ExtensionContext,
    HistoryLine,
    OutcomeContext,
    OverdueItem,
    ReminderContext,
    Role,
    Rung,
    SubmissionContext,
    SuggestionItem,
)
from gongmun.documents.letter import Letter, Recipient, Reference
from gongmun.documents.models import DocumentKind
from gongmun.documents.survey_sample import SURVEY_REPORT
from gongmun.documents.white_paper_sample import WHITE_PAPER
from gongmun.text import Bilingual

_OUTCOME = Reference(number="공론소통과-1234", on=date(2026, 10, 12))
_FIRST = Reference(number="공론소통과-1301", on=date(2026, 11, 2))
_SECOND = Reference(number="공론소통과-1344", on=date(2026, 11, 10))
_MINISTRY = Bilingual(ko="국토교통부", en="Ministry of Land, Infrastructure and Transport")
_OTHER_MINISTRY = Bilingual(ko="행정안전부", en="Ministry of the Interior and Safety")
_RECIPIENT = Recipient(
    office=Bilingual(ko="국토교통부장관", en="Minister of Land, Infrastructure and Transport"),
    handling=Bilingual(ko="교통안전정책과장", en="Director, Transport Safety Policy Division"),
)
_RULE = Bilingual(
    ko="「국민 제안 규정」 제10조(제안의 심사 등)",
    en="Regulation on People's Proposals, Article 10 (Review of Proposals)",
)
_SAFETY = Bilingual(ko="교통안전", en="Road safety")

_SUGGESTIONS = (
    SuggestionItem(
        reference="제안 2026-1",
        title="어린이 보호구역 횡단보도에 바닥 신호등을 설치해 주세요",
        body=(
            "학교 앞 횡단보도는 아침마다 아이들로 붐빕니다. 휴대전화를 보며 걷는 학생이 많아 신호가 바뀐 것을 "
            "모르고 건너는 일이 잦습니다.\n바닥 신호등을 어린이 보호구역부터 설치하고, 설치 기준과 순서를 "
            "공개해 주시기 바랍니다. 비용이 문제라면 사고가 잦은 곳부터 시작해도 좋겠습니다."
        ),
        topic=_SAFETY,
        role=Role.LEAD,
        lead_name=_MINISTRY,
        cooperating_names=(Bilingual(ko="경찰청", en="National Police Agency"), _OTHER_MINISTRY),
    ),
    SuggestionItem(
        reference="제안 2026-2",
        title="시내버스 정류장 안내기에 휠체어 이용 가능 버스를 표시해 주세요",
        body=(
            "저상버스가 몇 분 뒤에 오는지 알 수 없어 휠체어를 이용하는 가족은 늘 30분씩 먼저 나갑니다. 안내기와 "
            "앱에 저상버스 여부와 빈자리를 함께 표시하면 기다리는 시간이 크게 줄어듭니다."
        ),
        topic=Bilingual(ko="장애인 이동권", en="Mobility of persons with disabilities"),
        role=Role.LEAD,
        lead_name=_MINISTRY,
    ),
    SuggestionItem(
        reference="제안 2026-3",
        title="이륜차 전면 번호판 시범 사업을 확대해 주세요",
        body=(
            "배달 이륜차의 신호 위반을 단속하기 어렵습니다. 전면 번호판이나 스티커형 식별 번호를 도입하고, 시범 "
            "사업의 결과를 국민에게 공개해 주시기 바랍니다."
        ),
        topic=_SAFETY,
        role=Role.COOPERATING,
        lead_name=_OTHER_MINISTRY,
    ),
)


# A holiday that was declared late gave a day more.
_COUNTED = Bilingual(
    ko="2026. 10. 12.(월)부터 근무일 14일을 계산한 2026. 10. 30.(금)까지입니다. 휴무일이 변경되기 전에는 2026. 10. "
    "29.(목)까지로 안내하였습니다.",
    en="14 working days from 12 October 2026 (Mon) until the end of 30 October 2026 (Fri). Before the days off "
    "changed, 29 October 2026 (Thu) was promised.",
)


def _letter(
    title: Bilingual, decided_on: date, *references: Reference, recipient: Recipient = _RECIPIENT
) -> Letter:
    return Letter(
        recipients=(recipient,),
        title=title,
        decided_on=decided_on,
        references=references,
        legal_basis=(_RULE,),
    )


def _overdue(days: int, *, promised_on: date | None = None) -> tuple[OverdueItem, ...]:
    return tuple(
        OverdueItem(
            reference=suggestion.reference,
            title=suggestion.title,
            original_number=_OUTCOME.number,
            sent_on=_OUTCOME.on,
            due_on=date(2026, 10, 30),
            promised_on=promised_on,
            days_overdue=days,
        )
        for suggestion in _SUGGESTIONS[:2]
    )


def _cases() -> tuple[Case, ...]:
    """Of the first one the ministry asked something, of the second one it said nothing."""
    question = (
        _step(16, "소관 기관 질의", "The ministry asked", "이미 설치한 곳도 제안에 포함됩니까?"),
        _step(16, "질의에 답변", "We answered", "아직 설치하지 않은 어린이 보호구역만 해당합니다."),
    )
    number = _OUTCOME.number
    return tuple(
        Case(
            reference=suggestion.reference,
            title=suggestion.title,
            body=suggestion.body,
            original_number=number,
            sent_on=_OUTCOME.on,
            due_on=date(2026, 10, 30),
            history=(
                _step(12, f"결과 통보 공문 발송({number})", f"Outcome document sent ({number})"),
                *asked,
                _step(30, "회신 기한", "The answer was due"),
                _step(
                    33, f"1차 독촉 공문 발송({_FIRST.number})", f"First reminder ({_FIRST.number})"
                ),
                _step(
                    41,
                    f"2차 독촉 공문 발송({_SECOND.number})",
                    f"Second reminder ({_SECOND.number})",
                ),
                _step(50, "현재까지 회신 없음", "No answer so far"),
            ),
        )
        for suggestion, asked in zip(_SUGGESTIONS, (question, ()), strict=False)
    )


def _step(day: int, ko: str, en: str, words: str = "") -> HistoryLine:
    on = date(2026, 10, 1) + timedelta(days=day - 1)
    return HistoryLine(on=on, text=Bilingual(ko=ko, en=en), words=words)


_CONTEXTS: tuple[Context, ...] = (
    OutcomeContext(
        letter=_letter(
            Bilingual(
                ko="‘생활 속 불편, 함께 고치기’ 열린소통포럼 결과 통보 및 시민 제안 검토 요청",
                en="Outcome of the forum “Mending everyday troubles together” and request for review",
            ),
            date(2026, 10, 12),
            Reference(number="공론소통과-871", on=date(2026, 8, 3)),
        ),
        forum_title=Bilingual(
            ko="생활 속 불편, 함께 고치기", en="Mending everyday troubles together"
        ),
        forum_period=(date(2026, 9, 18), date(2026, 9, 19)),
        suggestions=_SUGGESTIONS,
        answer_due=date(2026, 10, 30),
        answer_due_explanation=Bilingual(
            ko="접수한 날부터 근무일 14일, 첫날 포함",
            en="14 working days from receipt, the first day included",
        ),
        acknowledge_by=date(2026, 10, 15),
    ),
    ReminderContext(
        letter=_letter(
            Bilingual(
                ko="시민 제안 검토 결과 회신 요청",
                en="Request for answers to citizens' suggestions",
            ),
            date(2026, 11, 2),
            _OUTCOME,
        ),
        rung=Rung.FIRST,
        items=_overdue(1),
        new_due=date(2026, 11, 9),
    ),
    ReminderContext(
        letter=_letter(
            Bilingual(
                ko="시민 제안 검토 결과 회신 재요청",
                en="Second request for answers to citizens' suggestions",
            ),
            date(2026, 11, 10),
            _OUTCOME,
            _FIRST,
        ),
        rung=Rung.SECOND,
        items=_overdue(7, promised_on=date(2026, 10, 29)),
        new_due=date(2026, 11, 17),
        counted=(_COUNTED,),
    ),
    EscalationContext(
        letter=_letter(
            Bilingual(
                ko="시민 제안 미회신에 대한 처리 경과 통보",
                en="Report on citizens' suggestions that were not answered",
            ),
            date(2026, 11, 19),
            _OUTCOME,
            _FIRST,
            _SECOND,
            recipient=Recipient(
                office=Bilingual(
                    ko="국무조정실장",
                    en="Minister of the Office for Government Policy Coordination",
                )
            ),
        ),
        ministry_name=_MINISTRY,
        items=_overdue(14),
        cases=_cases(),
    ),
    CorrectionContext(
        letter=_letter(
            Bilingual(
                ko="시민 제안 검토 요청 공문의 정정", en="Correction of a request for review"
            ),
            date(2026, 10, 15),
            _OUTCOME,
        ),
        corrected=_OUTCOME,
        corrected_title=Bilingual(
            ko="열린소통포럼 결과 통보 및 시민 제안 검토 요청",
            en="Outcome of the forum and request for review",
        ),
        reason=Bilingual(
            ko="회신 기한을 잘못 적었습니다.", en="The deadline for the answer was misstated."
        ),
        corrections=(
            Correction(
                place=Bilingual(ko="본문 2. 나. 회신 기한", en="Item 2. b., answer due"),
                stood="2026. 10. 30.(금)까지",
                reads="2026. 11. 2.(월)까지",
            ),
        ),
    ),
    ExtensionContext(
        letter=_letter(
            Bilingual(
                ko="시민 제안 회신 기한 연장 결정 통보", en="Decision on the extension of deadlines"
            ),
            date(2026, 10, 28),
            _OUTCOME,
        ),
        requested_on=date(2026, 10, 26),
        request_reason="관계 기관 협의와 현장 조사에 시간이 더 필요합니다.",
        items=tuple(
            ExtendedItem(
                reference=suggestion.reference,
                title=suggestion.title,
                original_number=_OUTCOME.number,
                due_on=date(2026, 10, 30),
                asked_for=date(2026, 11, 20),
                new_due=new_due,
            )
            for suggestion, new_due in zip(
                _SUGGESTIONS, (date(2026, 11, 13), date(2026, 11, 13), None), strict=True
            )
        ),
        decision_reason=Bilingual(
            ko="현장 조사가 필요한 제안에 한하여 연장합니다.",
            en="Extended only where an on-site survey is needed.",
        ),
    ),
    SubmissionContext(
        letter=_letter(
            Bilingual(
                ko="시민제안위원회 안건 제출", en="Submission to the Citizens' Proposals Committee"
            ),
            date(2026, 12, 1),
            _OUTCOME,
            recipient=Recipient(
                office=Bilingual(
                    ko="시민제안위원회위원장", en="Chair of the Citizens' Proposals Committee"
                )
            ),
        ),
        committee=Bilingual(ko="시민제안위원회", en="Citizens' Proposals Committee"),
        meeting_on=date(2026, 12, 10),
        agenda=tuple(
            AgendaItem(
                reference=suggestion.reference,
                title=suggestion.title,
                body=suggestion.body,
                ministry_name=_MINISTRY,
                position=Bilingual(
                    ko="수용곤란: 예산이 확보되지 않았습니다.",
                    en="Not accepted: no budget was secured.",
                ),
                asked=Bilingual(
                    ko="재검토를 권고할지 심의하여 주시기 바랍니다.",
                    en="Please decide whether to recommend a new review.",
                ),
            )
            for suggestion in _SUGGESTIONS[:2]
        ),
    ),
    SURVEY_REPORT,
    WHITE_PAPER,
)

SAMPLES: Mapping[DocumentKind, Context] = {context.kind: context for context in _CONTEXTS}

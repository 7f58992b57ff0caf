"""An invented report of a survey; see `sample_contexts`."""

from datetime import date

from gongmun.documents.letter import INTERNAL, Letter, Reference
from gongmun.documents.survey_report import (
    Chart,
    SurveyAnswer,
    SurveyChange,
    SurveyDifference,
    SurveyFact,
    SurveyGroup,
    SurveyQuestion,
    SurveyQuote,
    SurveyQuotes,
    SurveyReportContext,
)
from gongmun.text import Bilingual

_TITLE = Bilingual(ko="국민참여 만족도 조사", en="Engagement and satisfaction")
_PARTICIPATION = Bilingual(
    ko="지난 석 달 동안 다음 가운데 어떤 방법으로 정부에 의견을 내셨습니까?",
    en="In the last three months, in which of these ways have you told the government your opinion?",
)
_EASE = Bilingual(
    ko="정책에 관한 정보를 찾아보는 것이 얼마나 어렵거나 쉽습니까?",
    en="How difficult or easy is it to find information about policies?",
)
_WISHES = Bilingual(
    ko="바라시는 점을 적어 주십시오.", en="Please tell us what you would like to see."
)


def _answers(
    *rows: tuple[str, str, int | None, float | None, float | None, float | None],
) -> tuple[SurveyAnswer, ...]:
    return tuple(
        SurveyAnswer(label=Bilingual(ko=ko, en=en), count=count, share=share, low=low, high=high)
        for ko, en, count, share, low, high in rows
    )


_SCALE = _answers(
    ("매우 어려움", "Very difficult", 14, 0.081, 0.046, 0.131),
    ("어려움", "Difficult", 41, 0.228, 0.171, 0.294),
    ("어렵지도 쉽지도 않음", "Neither difficult nor easy", 58, 0.331, 0.264, 0.403),
    ("쉬움", "Easy", 46, 0.262, 0.200, 0.332),
    ("매우 쉬움", "Very easy", 17, 0.098, 0.058, 0.151),
)
_BARS = _answers(
    ("국민신문고 등 온라인 창구", "Online, such as e-People", 62, 0.352, 0.283, 0.426),
    ("포럼, 공청회 또는 설명회 참석", "A forum, hearing or briefing", 31, 0.171, 0.119, 0.234),
    ("국회의원·지방의원에게 연락", "Contact with a member of a parliament", None, None, None, None),
    ("의견을 낸 적 없음", "None of these", 83, 0.477, 0.402, 0.553),
)

SURVEY_REPORT = SurveyReportContext(
    letter=Letter(
        recipients=(INTERNAL,),
        title=Bilingual(
            ko="‘국민참여 만족도 조사’ 2회차 결과 보고",
            en="Report on wave 2 of “Engagement and satisfaction”",
        ),
        decided_on=date(2026, 10, 28),
        references=(Reference(number="공론소통과-982", on=date(2026, 7, 29)),),
    ),
    survey=_TITLE,
    wave=2,
    period=(date(2026, 10, 12), date(2026, 10, 26)),
    answered=178,
    findings=(
        Bilingual(
            ko="정책 정보를 찾기 쉽다는 응답은 36.0%로, 지난 회차와 통계적으로 유의한 차이가 없습니다.",
            en="36.0 % find it easy to get information on policies; the change is not significant.",
        ),
        Bilingual(
            ko="조사 대상 200명 가운데 178명의 응답을 분석하였습니다(응답률 AAPOR RR1 87.5%).",
            en="178 of the 200 people who were invited answered (response rate RR1 87.5 %).",
        ),
    ),
    method=(
        SurveyFact(
            name=Bilingual(ko="모집단", en="Population"),
            value=Bilingual(
                ko="18세 이상 국민 44,380,054명", en="44,380,054 residents of 18 and over"
            ),
        ),
        SurveyFact(
            name=Bilingual(ko="응답률", en="Response rate"),
            value=Bilingual(
                ko="AAPOR RR1 87.5%, RR2 89.0%(대상 200명, 응답 완료 175명, 부분 응답 3명)",
                en="AAPOR RR1 87.5 %, RR2 89.0 % (200 invited, 175 complete, 3 partial)",
            ),
        ),
        SurveyFact(
            name=Bilingual(ko="정확도", en="Precision"),
            value=Bilingual(
                ko="설계효과 1.26, 유효표본 141명, 최대 허용오차 ±8.3%p(95% 신뢰수준)",
                en="Design effect 1.26, effective n 141, margin of error ±8.3 points at most (95 %)",
            ),
        ),
    ),
    questions=(
        SurveyQuestion(
            text=_EASE,
            hint=None,
            chart=Chart.SCALE,
            base=176,
            answers=_SCALE,
            summaries=(
                Bilingual(
                    ko="평균 3.07점(95% 신뢰구간 2.90–3.24)",
                    en="mean 3.07 (95 % interval 2.90–3.24)",
                ),
            ),
            missing=_answers(("모름", "don't know", None, None, None, None)),
        ),
        SurveyQuestion(
            text=_PARTICIPATION,
            hint=Bilingual(ko="해당하는 것을 모두 골라 주십시오.", en="Choose all that apply."),
            chart=Chart.BARS,
            base=178,
            answers=_BARS,
            summaries=(),
            missing=(),
        ),
    ),
    differences=(
        SurveyDifference(
            question=1,
            text=_EASE,
            by=Bilingual(ko="연령대", en="Age group"),
            answers=tuple(answer.label for answer in _SCALE),
            groups=tuple(
                SurveyGroup(label=Bilingual(ko=ko, en=en), base=base, shares=shares)
                for ko, en, base, shares in (
                    ("18~39세", "18–39", 54, (0.041, 0.152, 0.318, 0.334, 0.155)),
                    ("40~59세", "40–59", 68, (0.072, 0.211, 0.356, 0.270, 0.091)),
                    ("60세 이상", "60 and over", 54, (None, 0.330, 0.310, 0.172, None)),
                )
            ),
            test=Bilingual(
                ko="보정한 p = 0.012, Cramér's V = 0.19", en="adjusted p = 0.012, Cramér's V = 0.19"
            ),
        ),
    ),
    compared=6,
    changes=(
        SurveyChange(
            text=_EASE,
            figure=Bilingual(ko="평균", en="mean"),
            before=Bilingual(ko="3.01", en="3.01"),
            after=Bilingual(ko="3.07", en="3.07"),
            difference=Bilingual(ko="+0.06(-0.11~+0.23)", en="+0.06 (-0.11 to +0.23)"),
            is_significant=False,
            people=Bilingual(
                ko="응답 139명 → 142명, 두 번 모두 117명", en="n 139 → 142, 117 in both"
            ),
        ),
    ),
    before=1,
    quotes=(
        SurveyQuotes(
            text=_WISHES,
            quotes=(
                SurveyQuote(
                    words="답변이 언제 오는지 미리 알려 주시면 좋겠습니다.",
                    said_by=Bilingual(ko="비슷한 응답 12건", en="12 similar answers"),
                ),
            ),
        ),
    ),
    published_at=Bilingual(
        ko="https://portal.example/surveys/engagement/2",
        en="https://portal.example/surveys/engagement/2",
    ),
)

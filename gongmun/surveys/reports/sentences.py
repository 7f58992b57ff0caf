"""What a report says of a wave in sentences: what was found, and how it was made."""

from collections.abc import Iterator

from gongmun.documents.dates import english_period, korean_period
from gongmun.documents.survey_report import SurveyFact
from gongmun.surveys.analysis.dispositions import Group
from gongmun.surveys.fieldwork.funnel import Step
from gongmun.surveys.fieldwork.names import FUNNEL
from gongmun.surveys.reports.figures import (
    SCALE,
    ChangeFigure,
    Figure,
    Figures,
    Raking,
    Recruitment,
)
from gongmun.surveys.reports.names import OUTCOMES, STAGES
from gongmun.text import Bilingual

_FINDINGS = 5
# A difference from a margin below this share is told as less than that.
_LITTLE = 1e-6


def findings(figures: Figures) -> Iterator[Bilingual]:
    """What comes first: who answered, the changes that are more than chance, and else means of scales, or shares."""
    method = figures.method
    rates = dict(method.rates)
    if "rr1" in rates:
        yield Bilingual(
            ko=f"조사 대상 {method.invited:,}명 가운데 {method.answered:,}명의 응답을 분석하였습니다(응답률 AAPOR RR1 "
            f"{rates['rr1']:.1%}).",
            en=f"{method.answered:,} answers of {method.invited:,} people to be asked were analysed (AAPOR response "
            f"rate RR1 {rates['rr1']:.1%}).",
        )
    else:
        yield Bilingual(
            ko=f"응답 {method.answered:,}명을 분석하였습니다.",
            en=f"{method.answered:,} answers were analysed.",
        )
    # Of each question the first figure that changed: its mean, where it has one.
    changed: dict[str, ChangeFigure] = {}
    for each in figures.changes:
        if each.is_significant:
            changed.setdefault(each.trend, each)
    told = list(changed.values())[:_FINDINGS]
    for each in told:
        before, after = (printed(v, is_share=each.is_share) for v in (each.before, each.after))
        up = each.difference > 0
        yield Bilingual(
            ko=f"‘{each.text.ko}’의 {each.figure.ko}: {before} → {after}({'상승' if up else '하락'}, 통계적으로 유의함)",
            en=f"“{each.text.en}”, {each.figure.en}: {before} → {after} (a significant {'rise' if up else 'fall'})",
        )
    scales = [
        (question.text, question.mean)
        for question in figures.questions
        if question.mean is not None and question.kind == SCALE and question.trend not in changed
    ]
    for text, mean in scales[: _FINDINGS - len(told)]:
        yield Bilingual(
            ko=f"‘{text.ko}’: {mean_text(mean).ko}", en=f"“{text.en}”: {mean_text(mean).en}"
        )
    if not told and not scales:
        yield from _shares(figures)


def _shares(figures: Figures) -> Iterator[Bilingual]:
    """Where no mean is published: the largest published share of each of the first questions that have one.

    Not called the most frequent answer: what is withheld may be more.
    """
    found = [
        (question.text, max(shares, key=lambda each: each[1]))
        for question in figures.questions
        if (shares := [(o.label, o.share.value) for o in question.options if o.share])
    ]
    for text, (label, share) in found[:_FINDINGS]:
        yield Bilingual(
            ko=f"‘{text.ko}’: ‘{label.ko}’ {share:.1%}",
            en=f"“{text.en}”: “{label.en}” {share:.1%}",
        )
    if not found:
        yield Bilingual(
            ko="응답이 적어 문항별 수치는 공개하지 않습니다.",
            en="There were too few answers to publish figures of the questions.",
        )


def facts(figures: Figures) -> Iterator[SurveyFact]:
    """The method page."""
    method = figures.method
    yield _fact("조사 기간", "Field", _period(figures))
    if method.modes:
        yield _fact(
            "조사 방법",
            "Mode",
            Bilingual(
                ko=", ".join(mode.ko for mode in method.modes),
                en=", ".join(mode.en for mode in method.modes),
            ),
        )
    yield _fact("모집단", "Population", method.population)
    yield _fact("참여단", "Panel", method.panel)
    if method.recruitment is not None:
        yield _fact("참여 단계", "From the invitation on", _steps(method.recruitment))
    yield _fact("조사 대상과 응답", "Outcomes", _outcomes(figures))
    yield _fact("응답률(AAPOR)", "Rates (AAPOR)", _rates(figures))
    if method.recruitment is not None:
        yield _fact("누적 응답률", "Cumulative response rate", _cumulative(method.recruitment))
    yield _fact("가중", "Weights", method.weighting)
    if method.raking is not None:
        yield _fact("가중 과정", "How the weights came about", _raking(method.raking))
    if method.precision is not None:
        cost = method.precision
        yield _fact(
            "정확도",
            "Precision",
            Bilingual(
                ko=f"설계효과 {cost.design_effect:.2f}, 유효표본 {cost.effective_n:.0f}명, 최대 허용오차 ±{cost.margin:.1%}p"
                "(95% 신뢰수준, 비율 50%일 때)",
                en=f"Design effect {cost.design_effect:.2f}, effective n {cost.effective_n:.0f}, margin of error "
                f"±{cost.margin * 100:.1f} points at most (95 %, for a share of 50 %)",
            ),
        )
    if figures.not_compared:
        yield _fact(
            "비교하지 않은 문항",
            "Not compared",
            Bilingual(
                ko="지난 회차와 물은 말이나 묻는 대상이 달라져 비교하지 않았습니다: "
                + ", ".join(f"‘{text.ko}’" for text in figures.not_compared),
                en="Put in other words, or to other people, than in the wave before: "
                + ", ".join(f"“{text.en}”" for text in figures.not_compared),
            ),
        )
    yield _fact(
        "설문지",
        "Questionnaire",
        Bilingual(
            ko=f"{method.questionnaire} {method.version}판. 문항은 물은 말 그대로 옮겼습니다. "
            f"SHA-256 {method.questionnaire_sha256[:16]}…",
            en=f"{method.questionnaire}, version {method.version}; questions stand here as they were put. "
            f"SHA-256 {method.questionnaire_sha256[:16]}…",
        ),
    )
    yield _fact(
        "응답자 보호",
        "Disclosure",
        Bilingual(
            ko="5명 미만인 값과 그 값을 계산해 낼 수 있는 값은 공개하지 않습니다.",
            en="Figures of fewer than 5 people, and those that would give them away, are withheld.",
        ),
    )


def _fact(ko: str, en: str, value: Bilingual) -> SurveyFact:
    return SurveyFact(name=Bilingual(ko=ko, en=en), value=value)


def _period(figures: Figures) -> Bilingual:
    days = (figures.method.first_day, figures.method.last_day)
    return Bilingual(ko=korean_period(days), en=english_period(days))


def _outcomes(figures: Figures) -> Bilingual:
    found = [(OUTCOMES[Group(code)], code, n) for code, n in figures.method.outcomes]
    return Bilingual(
        ko=f"대상 {figures.method.invited:,}명: "
        + ", ".join(f"{name.ko}({code}) {n:,}명" for name, code, n in found),
        en=f"{figures.method.invited:,} people to be asked: "
        + ", ".join(f"{name.en} ({code}) {n:,}" for name, code, n in found),
    )


def _rates(figures: Figures) -> Bilingual:
    names = {"rr1": "RR1", "rr2": "RR2", "coop1": "COOP1", "ref1": "REF1", "con1": "CON1"}
    told = ", ".join(f"{names[name]} {rate:.1%}" for name, rate in figures.method.rates)
    return Bilingual(
        ko=f"{told}. 참여단은 명부로 적격이 확인되므로 e = 1입니다(RR1 = RR3).",
        en=f"{told}. Members of the panel are eligible by its register: e = 1 (RR1 = RR3).",
    )


def _steps(recruitment: Recruitment) -> Bilingual:
    known = [(FUNNEL[Step(name)], count) for name, count in recruitment.steps if count is not None]
    return Bilingual(
        ko=" → ".join(f"{name.ko} {count:,}명" for name, count in known),
        en=" → ".join(f"{name.en} {count:,}" for name, count in known),
    )


def _cumulative(recruitment: Recruitment) -> Bilingual:
    if recruitment.cumulative is None:
        return Bilingual(
            ko="모집 안내를 받은 사람 수를 알 수 없는 모집이므로 계산할 수 없습니다. 위 응답률은 참여단에 대한 것입니다.",
            en="It cannot be told: how many were invited to volunteer is not known. The rates above are of the panel.",
        )
    told = recruitment.stages
    return Bilingual(
        ko=f"{recruitment.cumulative:.1%} = "
        + " × ".join(f"{STAGES[name].ko} {share:.1%}" for name, share in told)
        + "(단계별 비율의 곱, Callegaro와 DiSogra 2008)",
        en=f"{recruitment.cumulative:.1%} = "
        + " × ".join(f"{STAGES[name].en} {share:.1%}" for name, share in told)
        + " (the product of the stages, Callegaro and DiSogra 2008)",
    )


def _raking(raking: Raking) -> Bilingual:
    met = _LITTLE if raking.largest < _LITTLE else raking.largest
    below = (" 미만", "less than ") if raking.largest < _LITTLE else ("", "")
    rounds_ko = f"림가중은 {raking.rounds:,}번 반복하여 수렴하였습니다(기준 비율과의 차이 최대 {met:.4%}{below[0]}). "
    rounds_en = f"Raking converged in {raking.rounds:,} rounds; the largest difference from a margin is {below[1]}{met:.4%}. "
    # Nothing to rake to: the inverse chances as they are, but for the cap.
    ko, en = (rounds_ko, rounds_en) if raking.rounds else ("", "")
    return Bilingual(
        ko=ko + f"상한(중앙값의 {raking.cap:g}배)을 넘어 줄인 가중값은 {raking.trimmed:,}개입니다.",
        en=en
        + f"Weights above the cap ({raking.cap:g} times the median) that were trimmed: {raking.trimmed:,}.",
    )


def mean_text(mean: Figure) -> Bilingual:
    """A mean with its interval."""
    if mean.low is None or mean.high is None:
        return Bilingual(ko=f"평균 {mean.value:.2f}", en=f"mean {mean.value:.2f}")
    return Bilingual(
        ko=f"평균 {mean.value:.2f}(95% 신뢰구간 {mean.low:.2f}~{mean.high:.2f})",
        en=f"mean {mean.value:.2f} (95 % interval {mean.low:.2f} to {mean.high:.2f})",
    )


def people(change: ChangeFigure) -> Bilingual | None:
    """How many people a change rests on; None in a report of before they were counted."""
    if change.n_before is None or change.n_after is None:
        return None
    ko = f"응답 {change.n_before:,}명 → {change.n_after:,}명"
    en = f"n {change.n_before:,} → {change.n_after:,}"
    if change.pairs is not None:
        ko += f", 두 번 모두 {change.pairs:,}명"
        en += f", {change.pairs:,} in both"
    return Bilingual(ko=ko, en=en)


def printed(value: float, *, is_share: bool) -> str:
    """A share in percent, or a mean."""
    return f"{value:.1%}" if is_share else f"{value:.2f}"

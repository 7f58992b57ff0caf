"""How a wave was made (조사 방법), in figures and in sentences: what a reader needs to judge them."""

import numpy as np

from gongmun.clock import seoul_date
from gongmun.surveys.analysis.dispositions import Group, cumulative_rate, rates
from gongmun.surveys.fieldwork.models import Mode
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.panels.models import PanelKind
from gongmun.surveys.questionnaire import Kind as ItemKind
from gongmun.surveys.questionnaire import digest
from gongmun.surveys.reports.figures import Figures, Method, Precision, Raking, Recruitment
from gongmun.surveys.reports.figuring import (
    Counted,
    breakdowns,
    change,
    not_compared,
    questions,
)
from gongmun.surveys.reports.names import MODES
from gongmun.surveys.reports.waves import LoadedWave
from gongmun.text import Bilingual

# By AAPOR's names. Members of the panel are eligible by its register (e = 1), so RR1 is RR3. RR5 is another rate wherever
# a mail did not arrive: it leaves those people out.
RATES = ("rr1", "rr2", "coop1", "ref1", "con1")

# Weights that differ by less are the same.
_SAME = 1e-9


def figures_of(wave: LoadedWave, counted: Counted | None, before: LoadedWave | None) -> Figures:
    """All that may be published of a wave. `before` is the one that it is compared with."""
    then = before.counted() if before is not None and counted is not None else None
    return Figures(
        series=wave.series.code,
        title=Bilingual(ko=wave.series.title_ko, en=wave.series.title_en),
        wave=wave.cycle.wave,
        before=before.cycle.wave if before is not None and then is not None else None,
        method=_method(wave),
        questions=questions(counted) if counted else (),
        breakdowns=breakdowns(counted) if counted else (),
        changes=change(then, counted) if then and counted else (),
        open_questions=tuple(
            (item.code, item.text)
            for _, item in wave.questionnaire.items()
            if item.kind is ItemKind.TEXT
        ),
        not_compared=not_compared(then.questionnaire, wave.questionnaire) if then else (),
    )


def _method(wave: LoadedWave) -> Method:
    cycle, weighed = wave.cycle, wave.weighed
    found = rates(wave.outcomes, e=1.0)
    ended = cycle.closed_at or cycle.closes_at
    precision = weighed.precision if weighed else None
    return Method(
        panel=Bilingual(ko=wave.panel.title_ko, en=wave.panel.title_en),
        population=_population(wave),
        weighting=_weighting(wave),
        modes=tuple(MODES[mode] for mode in Mode if mode in wave.answers.modes),
        first_day=seoul_date(cycle.invited_at or cycle.opens_at),
        last_day=seoul_date(min(cycle.closing_at or ended, ended)),
        invited=sum(wave.invitations.values()),
        answered=len(wave.answers.ids),
        outcomes=tuple(
            (group.value, wave.outcomes[group]) for group in Group if wave.outcomes[group]
        ),
        rates=tuple(
            (name, round(rate, 4)) for name in RATES if (rate := getattr(found, name)) is not None
        ),
        precision=Precision(
            design_effect=round(precision.design_effect, 2),
            effective_n=round(precision.effective_n, 1),
            margin=round(precision.margin, 4),
        )
        if precision
        else None,
        questionnaire=wave.questionnaire.code,
        version=wave.questionnaire.version,
        questionnaire_sha256=digest(wave.questionnaire),
        sheets_sha256=cycle.sheets_sha256 or "",
        recruitment=_recruitment(wave, found.rr1),
        raking=_raking(wave),
    )


def _recruitment(wave: LoadedWave, rr1: float | None) -> Recruitment | None:
    if wave.panel.kind is not PanelKind.DRAWN:
        return None
    told, shares = wave.funnel, wave.funnel.recruitment
    steps = tuple((step.value, count) for step, count in told.steps)
    if shares is None or told.retention is None or rr1 is None:
        return Recruitment(steps=steps, stages=(), cumulative=None)
    recruited, profiled = shares
    stages = (
        ("recruitment", recruited),
        ("profile", profiled),
        ("retention", told.retention),
        ("rr1", rr1),
    )
    return Recruitment(
        steps=steps,
        stages=tuple((name, round(share, 4)) for name, share in stages),
        cumulative=round(cumulative_rate([share for _, share in stages]), 4),
    )


def _population(wave: LoadedWave) -> Bilingual:
    if wave.panel.kind is not PanelKind.DRAWN:
        people, panel = sum(wave.invitations.values()), wave.panel
        return Bilingual(
            ko=f"‘{panel.title_ko}’ 명단에 오른 {people:,}명. 모두가 조사 대상이며(앞선 회차에서 거절한 사람에게는 다시 보내지 않습니다), 결과는 이 명단에 오른 사람들의 의견입니다. "
            "표본을 뽑지 않았으므로 오차와 신뢰구간은 답하지 않은 사람이 무작위로 빠졌다고 볼 때의 참고값입니다.",
            en=f"The {people:,} people on the list “{panel.title_en}”. All of them are to be asked, but who has refused in an earlier wave is not written to again; the results stand for them. "
            "No sample was drawn: errors and intervals tell what they would be if those who did not answer were missing by chance.",
        )
    known = margins()
    return Bilingual(
        ko=f"18세 이상 국민 {known.total:,}명({known.source.ko}). 참여를 희망한 사람 가운데 공개 추첨하였으므로 "
        "희망하지 않은 사람의 의견과 다를 수 있습니다.",
        en=f"{known.total:,} residents ({known.source.en}). Drawn by a public lottery among those who were willing to "
        "take part: who was not may think otherwise.",
    )


def _weighting(wave: LoadedWave) -> Bilingual:
    if wave.weighed is None:
        return Bilingual(ko="가중하지 않았습니다.", en="Not weighted.")
    if not _differ(wave):
        return Bilingual(
            ko="모든 응답의 가중값이 같습니다.", en="All answers have the same weight."
        )
    values, cap = wave.weighed.values, float(wave.weighing["cap"])
    names = wave.weighed.names
    if not names:
        return Bilingual(
            ko="추첨확률의 역수를 가중값으로 하였습니다. 응답이 적어 모집단의 비율에는 맞추지 않았습니다(가중값 "
            f"{values.min():.2f}~{values.max():.2f}, 상한은 중앙값의 {cap:g}배).",
            en="The inverse of the chances of the lottery; too few answers to rake them to the population. "
            f"Weights {values.min():.2f} to {values.max():.2f}, capped at {cap:g} times the median.",
        )
    return Bilingual(
        ko=f"추첨확률의 역수에서 시작하여 {', '.join(name.ko for name in names)} 기준 비율에 맞추었습니다(림가중, "
        f"가중값 {values.min():.2f}~{values.max():.2f}, 상한은 중앙값의 {cap:g}배).",
        en=f"From the inverse of the chances of the lottery, raked to {', '.join(name.en for name in names)}; "
        f"weights {values.min():.2f} to {values.max():.2f}, capped at {cap:g} times the median.",
    )


def _differ(wave: LoadedWave) -> bool:
    """Whether somebody's answer counts for more than another one's."""
    return wave.weighed is not None and float(np.ptp(wave.weighed.values)) > _SAME


def _raking(wave: LoadedWave) -> Raking | None:
    if not _differ(wave):
        return None
    kept = wave.weighing
    return Raking(
        rounds=int(kept["rounds"]),
        largest=float(kept["largest_difference"]),
        trimmed=int(kept["trimmed"]),
        cap=float(kept["cap"]),
    )

"""Weigh a wave (가중치 산출): how the field went, and a weight for every sheet that is counted.

The base weight is the inverse of the chance that the lottery gave to people of the same sex, age group and
province: a sheet has no name, so it cannot have the chance of one person. Who was listed and not drawn stands for
the list: those weights are 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from gongmun.surveys.analysis.dispositions import Disposition, Group, Outcomes, rates, tally
from gongmun.surveys.analysis.errors import RakingUnfinished
from gongmun.surveys.analysis.precision import Floats
from gongmun.surveys.analysis.weighting import Margin, Weights, base_weights, rake
from gongmun.surveys.fieldwork.models import InvitationStatus
from gongmun.surveys.panels.margins import Margins
from gongmun.surveys.reports.populations import Level, levels
from gongmun.text import Bilingual

# No weight above so many times the median.
CAP = 5.0
# Under so many answers nothing is published, and nothing weighted.
LEAST_ANSWERS = 10

Stratum: TypeAlias = tuple[str | None, str | None, str | None]

_NOT_ANSWERED = {
    InvitationStatus.INVITED: Disposition.SILENT_MEMBER,
    InvitationStatus.REFUSED: Disposition.EXPLICIT_REFUSAL,
    InvitationStatus.UNREACHABLE: Disposition.UNDELIVERED,
}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Weighed:
    """The weights of the rows, and the answers with a column for each margin that they were raked to."""

    weights: Weights
    margins: tuple[Margin, ...]
    names: tuple[Bilingual, ...]
    frame: pd.DataFrame


def weigh(
    answers: pd.DataFrame, *, population: Margins | None, chances: Mapping[Stratum, float]
) -> Weighed:
    """Weights for these answers; without a population they are all the same.

    `answers` have the columns `sex`, `age_group` and `province`. `chances` are those of the lottery by stratum; where
    one is not known the mean of the others is taken. The same answers give the same weights.

    Raises:
        NoAnswers: there are none.
        RakingUnfinished: not even the coarsest margins can be met under the cap.
    """
    base = _base(answers, chances)
    of_sex_age, of_places = levels(answers, population) if population else ((), ())
    tries = _tries(of_sex_age, of_places)
    for number, chosen in enumerate(tries, start=1):
        frame = answers.assign(**{each.margin.column: each.categories for each in chosen})
        margins = tuple(each.margin for each in chosen)
        try:
            weights = rake(frame, margins, base=base, cap=CAP if margins else None)
        except RakingUnfinished:
            if number == len(tries):
                raise
            continue
        return Weighed(
            weights=weights,
            margins=margins,
            names=tuple(each.name for each in chosen),
            frame=frame,
        )
    raise AssertionError("there is always a try")


def outcomes(
    sheets: Sequence[Disposition], invitations: Mapping[InvitationStatus, int]
) -> Outcomes:
    """The final dispositions of a wave: of its sheets, and of the invitations from which none came."""
    others = [
        disposition
        for status, disposition in _NOT_ANSWERED.items()
        for _ in range(invitations.get(status, 0))
    ]
    return tally([*sheets, *others])


def weighing_json(weighed: Weighed | None, field: Outcomes) -> dict[str, object]:
    """What is kept of it: the rates, and how the raking went."""
    found = rates(field, e=1.0)
    kept: dict[str, object] = {
        "outcomes": {group.value: field[group] for group in Group},
        "rates": {
            name: getattr(found, name)
            for name in ("rr1", "rr2", "rr5", "rr6", "coop1", "coop3", "ref1", "con1")
        },
    }
    if weighed is None:
        return kept
    fit, values = weighed.weights.fit, weighed.weights.values
    return kept | {
        "margins": [{"ko": name.ko, "en": name.en} for name in weighed.names],
        "rounds": fit.rounds,
        "largest_difference": fit.largest,
        "trimmed": fit.trimming.count if fit.trimming else 0,
        "cap": CAP,
        "design_effect": fit.precision.design_effect,
        "effective_n": fit.precision.effective_n,
        "margin_of_error": fit.precision.margin,
        "least": float(values.min()),
        "most": float(values.max()),
        "n": int(values.size),
    }


def _base(answers: pd.DataFrame, chances: Mapping[Stratum, float]) -> Floats:
    if not chances:
        return np.ones(len(answers))
    known = {stratum: chance for stratum, chance in chances.items() if chance > 0}
    strata = zip(answers["sex"], answers["age_group"], answers["province"], strict=True)
    mean = sum(known.values()) / len(known)
    return base_weights(np.array([min(known.get(each, mean), 1.0) for each in strata]))


def _tries(of_sex_age: Sequence[Level], of_places: Sequence[Level]) -> Sequence[Sequence[Level]]:
    """The finest first; then the provinces give way before sex and age do."""
    return [
        [level for level in (one, other) if level is not None]
        for one in (*of_sex_age, None)
        for other in (*of_places, None)
    ]

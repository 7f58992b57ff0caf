"""Weigh a wave (가중치 산출): how the field went, and a weight for every sheet that is counted.

The base weight is the inverse of the chance that the lottery gave to people of the same sex, age group and
province: a sheet has no name, so it cannot have the chance of one person. Who was listed and not drawn stands for
the list: those weights are 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from gongmun.surveys.analysis.dispositions import Disposition, Group, Outcomes, rates, tally
from gongmun.surveys.analysis.errors import RakingUnfinished
from gongmun.surveys.analysis.precision import Floats, Precision, precision
from gongmun.surveys.analysis.weighting import Fit, Margin, base_weights, rake
from gongmun.surveys.fieldwork.models import InvitationStatus
from gongmun.surveys.panels.margins import Margins
from gongmun.surveys.reports.populations import Level, levels
from gongmun.text import Bilingual

# No weight above so many times the median, whether there is a margin to rake to or not.
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
    """The weights of the rows, and the answers with a column for each margin that they were raked to.

    `fit` is how the raking went; None where it was done before, see `weighed_before`. `trimmed` counts the weights that
    were above the cap and are lower now.
    """

    values: Floats
    precision: Precision
    margins: tuple[Margin, ...]
    names: tuple[Bilingual, ...]
    frame: pd.DataFrame
    fit: Fit | None
    trimmed: int


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
        frame, margins = _placed(answers, chosen)
        start, cap = (base, CAP) if margins else (np.minimum(base, CAP * np.median(base)), None)
        try:
            weights = rake(frame, margins, base=start, cap=cap)
        except RakingUnfinished:
            if number == len(tries):
                raise
            continue
        return Weighed(
            values=weights.values,
            precision=weights.fit.precision,
            margins=margins,
            names=tuple(each.name for each in chosen),
            frame=frame,
            fit=weights.fit,
            trimmed=int((base > start).sum())
            if weights.fit.trimming is None
            else weights.fit.trimming.count,
        )
    raise AssertionError("there is always a try")


def weighed_before(
    answers: pd.DataFrame, weights: Sequence[float], *, population: Margins, kept: Mapping[str, Any]
) -> Weighed:
    """The weights as they stand on the sheets, one a row of `answers`, with the margins that `kept` names.

    What is published rests on these: the chances in the panel and the margins of a release may be others by now. `kept`
    is what `weighing_json` wrote of them. A margin that is not known any more takes no credit in the variance.
    """
    named = {each["ko"] for each in kept["margins"]}
    found = levels(answers, population) if named else ()
    chosen = [level for each in found for level in each if level.name.ko in named]
    frame, margins = _placed(answers, chosen)
    values = np.array(weights, dtype=np.float64)
    return Weighed(
        values=values,
        precision=precision(values),
        margins=margins,
        names=tuple(each.name for each in chosen),
        frame=frame,
        fit=None,
        trimmed=int(kept["trimmed"]),
    )


def _placed(
    answers: pd.DataFrame, chosen: Sequence[Level]
) -> tuple[pd.DataFrame, tuple[Margin, ...]]:
    """The answers with a column for each of these margins."""
    frame = answers.assign(**{each.margin.column: each.categories for each in chosen})
    return frame, tuple(each.margin for each in chosen)


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


def outcomes_before(kept: Mapping[str, Any]) -> Outcomes:
    """The outcomes that `weighing_json` wrote down."""
    return Outcomes(counts={Group(code): n for code, n in kept["outcomes"].items()})


def weighing_json(weighed: Weighed | None, field: Outcomes) -> dict[str, Any]:
    """What is kept of it: the rates, and how the raking went."""
    found = rates(field, e=1.0)
    kept: dict[str, Any] = {
        "outcomes": {group.value: field[group] for group in Group},
        "rates": {
            name: getattr(found, name)
            for name in ("rr1", "rr2", "rr5", "rr6", "coop1", "coop3", "ref1", "con1")
        },
    }
    if weighed is None or weighed.fit is None:
        return kept
    fit, values = weighed.fit, weighed.values
    return kept | {
        "margins": [{"ko": name.ko, "en": name.en} for name in weighed.names],
        "rounds": fit.rounds,
        "largest_difference": fit.largest,
        "trimmed": weighed.trimmed,
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

"""The first table of a report: each item's weighted shares, means and top-2-box, with what is missing.

Shares are linearised with the design's strata, clusters and raking; their intervals are Korn and Graubard's,
which hold for small shares and for none at all. Means of numbers come from `variance`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gongmun.surveys.analysis import variance
from gongmun.surveys.analysis.designs import Design, degrees_of_freedom
from gongmun.surveys.analysis.linearising import Linearisation, totals
from gongmun.surveys.analysis.precision import Estimate
from gongmun.surveys.analysis.shares import Shares, combined, mean, shares
from gongmun.surveys.analysis.variables import (
    MISSING_LABELS,
    OUTSIDE,
    Coded,
    Kind,
    Missing,
    Option,
    Variable,
    coded,
    missing,
    numbers,
)
from gongmun.text import Bilingual

SMALL_BASE = 30
_TOP = 2
# Of a scale of two or three points the two highest are no top.
_LEAST_POINTS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """An option's answers, unweighted, and its weighted share of the base; None where they are withheld."""

    option: Option
    n: int | None
    estimate: Estimate | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingShare:
    """Persons without an answer of one kind; `share` is of all rows, weighted. They are not in the base."""

    kind: Missing
    label: Bilingual
    n: int
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Topline:
    """One question of one answer each: for a MULTIPLE item one a option, whose `part` it is.

    `base` counts those who answered, `base_text` says so. `mean` is over the option codes of a SCALE, or over
    the values of a NUMBER, which has no shares. `top` is the share of the two highest points of a SCALE of
    four points and more. `base` is None where the whole is withheld. Without `has_kinds` it is not told of which
    kinds missing answers are, and `missing` is empty.
    """

    name: str
    variable: Variable
    part: Option | None
    base: int | None
    base_text: Bilingual
    shares: tuple[Share, ...]
    missing: tuple[MissingShare, ...]
    mean: Estimate | None
    top: Estimate | None
    has_kinds: bool = True

    @property
    def is_small(self) -> bool:
        """Whether the base is too small to build on: under 30."""
        return self.base is not None and self.base < SMALL_BASE


def toplines(
    answers: pd.DataFrame, variables: Sequence[Variable], ready: Linearisation
) -> tuple[Topline, ...]:
    """The topline of every question of `variables`, in their order.

    `answers` has the rows of the design. A question that nobody answered has a base of 0 and no shares.

    Raises:
        ColumnsMissing, UnknownAnswers: the codebook and the answers do not agree.
    """
    return tuple(line for variable in variables for line in _lines(answers, variable, ready))


def _lines(answers: pd.DataFrame, variable: Variable, ready: Linearisation) -> Iterator[Topline]:
    gone = _missing(answers, variable, ready.design)
    if variable.kind is Kind.NUMBER:
        values = numbers(answers, variable)
        base = int(np.count_nonzero(~np.isnan(values)))
        average = variance.mean(ready.design, values) if base > 1 else None
        yield Topline(
            name=variable.name,
            variable=variable,
            part=None,
            base=base,
            base_text=_base_text(variable, base),
            shares=(),
            missing=gone,
            mean=average,
            top=None,
        )
        return
    for question in coded(answers, variable):
        yield _topline(question, ready, gone)


def _topline(question: Coded, ready: Linearisation, gone: tuple[MissingShare, ...]) -> Topline:
    variable, inside = question.variable, question.codes >= 0
    base = int(np.count_nonzero(inside))
    listed: tuple[Share, ...] = ()
    average = top = None
    if base:
        df = degrees_of_freedom(ready.design, inside)
        found = shares(totals(ready, question.codes, len(question.options)))
        estimates = found.estimates(np.full(found.values.size, float(df)))
        listed = tuple(
            Share(option=option, n=int(n), estimate=estimate)
            for option, n, estimate in zip(question.options, found.counts, estimates, strict=True)
        )
        if variable.kind is Kind.SCALE:
            average, top = _scale(question, ready, found, df)
    return Topline(
        name=question.name,
        variable=variable,
        part=question.option,
        base=base,
        base_text=_base_text(variable, base),
        shares=listed,
        missing=gone,
        mean=average,
        top=top,
    )


def _scale(
    question: Coded, ready: Linearisation, found: Shares, df: int
) -> tuple[Estimate | None, Estimate | None]:
    """The mean of the points, and the share of the two highest: never of "don't know" in a base."""
    points = np.array([option.code for option in question.options], dtype=np.float64)
    is_point = points >= 0
    if not is_point.all():
        codes = np.where(question.codes < int(is_point.sum()), question.codes, OUTSIDE)
        inside = codes >= 0
        if not inside.any():
            return None, None
        df = degrees_of_freedom(ready.design, inside)
        points = points[is_point]
        found = shares(totals(ready, codes, points.size))
    average = mean(found, points, df=df)
    if points.size < _LEAST_POINTS:
        return average, None
    highest = (points >= np.sort(points)[-_TOP]).astype(np.float64)
    return average, combined(found, highest, df=df)


def _missing(answers: pd.DataFrame, variable: Variable, design: Design) -> tuple[MissingShare, ...]:
    kinds, total = missing(answers, variable), design.weights.sum()
    return tuple(
        MissingShare(
            kind=kind,
            label=MISSING_LABELS[kind],
            n=int(np.count_nonzero(kinds == kind)),
            share=float(design.weights[kinds == kind].sum() / total),
        )
        for kind in Missing
        if kind not in variable.base and (kinds == kind).any()
    )


def _base_text(variable: Variable, base: int) -> Bilingual:
    with_ko = "".join(f", '{MISSING_LABELS[kind].ko}' 포함" for kind in sorted(variable.base))
    with_en = "".join(f", with '{MISSING_LABELS[kind].en}'" for kind in sorted(variable.base))
    return Bilingual(
        ko=f"이 문항에 답한 사람 {base:,}명 기준{with_ko}",
        en=f"Base: the {base:,} who answered this question{with_en}",
    )

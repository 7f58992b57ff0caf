"""Weights: inverse chances, raked to the margins of the population, trimmed, normalised.

Raking is iterative proportional fitting (Deming and Stephan, 1940). Trimming caps a weight at some times the
median and rakes again, until both hold. Nothing unconverged is returned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gongmun.surveys.analysis.errors import (
    ChancesImpossible,
    ColumnsMissing,
    MarginsDisagree,
    MarginsUnfit,
    NoAnswers,
    RakingUnfinished,
)
from gongmun.surveys.analysis.precision import Floats, Precision, precision
from gongmun.text import Bilingual

Codes = NDArray[np.int64]
_TOLERANCE = 1e-9
_ROUNDS = 1_000
# Rounds of cutting and raking again; each is a whole raking.
_CUTS = 200
_CAP_TOLERANCE = 1e-3
_SAME_TOTAL = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class Margin:
    """How many of the population are in each category of a column; shares will do as well.

    The categories are the values of the column, names or codes.
    """

    column: str
    targets: Mapping[str, float] | Mapping[int, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class CellFit:
    """A category of a margin: answers in it, its share before and after, the population's share."""

    column: str
    category: str
    n: int
    before: float
    after: float
    target: float

    @property
    def difference(self) -> float:
        """The relative difference that is left."""
        return abs(self.after / self.target - 1) if self.target else abs(self.after)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trimming:
    """What capping cost: `count` weights stand at the cap of `times` the median.

    `moved` is the share of all weight that was cut off and given to others, `precision_before` what the
    weights were worth without it.
    """

    times: float
    cap: float
    count: int
    moved: float
    precision_before: Precision


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """How raking went: rounds, the largest relative difference of a cell, all cells, what trimming did."""

    rounds: int
    largest: float
    cells: tuple[CellFit, ...]
    trimming: Trimming | None
    precision: Precision


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Weights:
    """The final weights, one a row, with a mean of 1; and how they came about."""

    values: Floats
    fit: Fit


def base_weights(chances: Floats) -> Floats:
    """The inverse of each person's chance of selection.

    Raises:
        ChancesImpossible: a chance that is not in ]0, 1].
    """
    wrong = ~((chances > 0) & (chances <= 1))
    if wrong.any():
        raise ChancesImpossible(count=int(wrong.sum()))
    return 1.0 / chances


def rake(
    answers: pd.DataFrame,
    margins: Sequence[Margin],
    *,
    base: Floats | None = None,
    cap: float | None = None,
    tolerance: float = _TOLERANCE,
    rounds: int = _ROUNDS,
) -> Weights:
    """Weights that reproduce every margin, from `base` (1 each where there is none), with a mean of 1.

    `cap`: no weight above this many times the median, to a thousandth. `tolerance`: the relative difference that no cell
    may exceed.

    Raises:
        NoAnswers: no rows, or base weights that are not above 0.
        ColumnsMissing: a margin's column is not there.
        MarginsDisagree: the margins do not add up to one population.
        MarginsUnfit: an answer has no target, or a category of the population has no answer; says which
            categories to collapse.
        RakingUnfinished: the margins, or margins and cap, cannot all be met.
    """
    weights = np.ones(len(answers)) if base is None else base.astype(np.float64)
    if not weights.size or not (weights > 0).all():
        raise NoAnswers(what=f"n = {weights.size}")
    coded = [_coded(answers, margin) for margin in _agreed(margins)]
    before = weights
    weights, done = _fitted(weights, coded, tolerance, rounds)
    trimming = None
    if cap is not None:
        untrimmed = weights
        weights, more = _trimmed(weights, coded, cap, tolerance, rounds)
        done += more
        trimming = _trimming(untrimmed, weights, cap)
    cells = _cells(before, weights, margins, coded)
    fit = Fit(
        rounds=done,
        largest=max((cell.difference for cell in cells), default=0.0),
        cells=cells,
        trimming=trimming,
        precision=precision(weights),
    )
    return Weights(values=weights, fit=fit)


def margin_codes(answers: pd.DataFrame, margins: Sequence[Margin]) -> tuple[Codes, ...]:
    """The category of each row in each margin, as numbers: what a `Design` wants to know of the raking.

    Raises:
        ColumnsMissing: a margin's column is not there.
        MarginsUnfit: as `rake`.
    """
    return tuple(_coded(answers, margin).codes for margin in margins)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Coded:
    margin: Margin
    codes: Codes
    shares: Floats


def _agreed(margins: Sequence[Margin]) -> Sequence[Margin]:
    totals = {margin.column: sum(margin.targets.values()) for margin in margins}
    if totals and max(totals.values()) > min(totals.values()) * (1 + _SAME_TOTAL):
        raise MarginsDisagree(
            totals=", ".join(f"{name} {total:g}" for name, total in totals.items())
        )
    return margins


def _coded(answers: pd.DataFrame, margin: Margin) -> _Coded:
    if margin.column not in answers.columns:
        raise ColumnsMissing(columns=margin.column)
    targets = {name: target for name, target in margin.targets.items() if target > 0}
    codes: Codes = (
        pd.Index(list(targets)).get_indexer(pd.Index(answers[margin.column])).astype(np.int64)
    )
    counts = np.bincount(codes[codes >= 0], minlength=len(targets))
    names = [str(name) for name in targets]
    empty = [
        f"{names[at]} (+ {_neighbour(names, counts, at)})"
        for at in np.flatnonzero(counts == 0).tolist()
    ]
    strange = sorted({str(value) for value in answers[margin.column][codes < 0]})
    if empty or strange:
        ko = (("응답 없는 범주", empty), ("기준에 없는 범주", strange))
        en = (("categories without an answer", empty), ("categories without a target", strange))
        raise MarginsUnfit(
            what_ko=f"{margin.column}: "
            + "; ".join(f"{t} {', '.join(w)}" for t, w in ko if w)
            + ".",
            what_en=f"{margin.column}: "
            + "; ".join(f"{t} {', '.join(w)}" for t, w in en if w)
            + ".",
        )
    shares = np.array(list(targets.values()), dtype=np.float64)
    return _Coded(margin=margin, codes=codes, shares=shares / shares.sum())


def _neighbour(names: Sequence[str], counts: Codes, at: int) -> str:
    """The category listed nearest that has answers; of two the one with fewer."""
    others: list[int] = np.flatnonzero(counts).tolist()
    return names[min(others, key=lambda other: (abs(other - at), counts[other]))] if others else "-"


def _fitted(
    weights: Floats, coded: Sequence[_Coded], tolerance: float, rounds: int
) -> tuple[Floats, int]:
    # The mean is 1 throughout: a cap in weights would otherwise move with the total.
    total = float(weights.size)
    weights = weights * (total / weights.sum())
    for done in range(rounds):
        worst, where = _worst(weights, coded, total)
        if worst <= tolerance:
            return weights, done
        for each in coded:
            held = np.bincount(each.codes, weights, minlength=each.shares.size)
            weights = weights * (each.shares * total / held)[each.codes]
    worst, where = _worst(weights, coded, total)
    if worst <= tolerance:
        return weights, rounds
    raise RakingUnfinished(iterations=rounds, difference=f"{worst:.2%}", cell=where)


def _worst(weights: Floats, coded: Sequence[_Coded], total: float) -> tuple[float, str]:
    worst, where = 0.0, ""
    for each in coded:
        held = np.bincount(each.codes, weights, minlength=each.shares.size)
        differences = np.abs(held / (each.shares * total) - 1)
        at = int(differences.argmax())
        if differences[at] > worst:
            name = [name for name, target in each.margin.targets.items() if target > 0][at]
            worst, where = float(differences[at]), f"{each.margin.column}={name}"
    return worst, where


def _trimmed(
    weights: Floats, coded: Sequence[_Coded], times: float, tolerance: float, rounds: int
) -> tuple[Floats, int]:
    """The cap is of the median before trimming, so that it stands still while the weights move."""
    cap, done = times * float(np.median(weights)), 0
    for _ in range(_CUTS):
        if weights.max() <= cap * (1 + _CAP_TOLERANCE):
            return weights, done
        weights, more = _fitted(np.minimum(weights, cap), coded, tolerance, rounds)
        done += more
    raise RakingUnfinished(
        iterations=done,
        difference=f"{weights.max() / cap - 1:.2%}",
        cell=str(Bilingual(ko=f"상한 {times:g}배", en=f"the cap of {times:g} times")),
    )


def _trimming(before: Floats, after: Floats, times: float) -> Trimming:
    cap = times * float(np.median(before))
    return Trimming(
        times=times,
        cap=cap,
        count=int((before > cap).sum()),
        moved=float(np.maximum(before - cap, 0).sum() / before.sum()),
        precision_before=precision(before),
    )


def _cells(
    before: Floats, after: Floats, margins: Sequence[Margin], coded: Sequence[_Coded]
) -> tuple[CellFit, ...]:
    cells = []
    for margin, each in zip(margins, coded, strict=True):
        names = [name for name, target in margin.targets.items() if target > 0]
        held = [np.bincount(each.codes, w, minlength=len(names)) / w.sum() for w in (before, after)]
        counts = np.bincount(each.codes, minlength=len(names))
        cells += [
            CellFit(
                column=margin.column,
                category=str(name),
                n=int(counts[at]),
                before=float(held[0][at]),
                after=float(held[1][at]),
                target=float(each.shares[at]),
            )
            for at, name in enumerate(names)
        ]
    return tuple(cells)

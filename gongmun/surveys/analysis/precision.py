"""How sure a figure is: design effect of weights, effective n, margins, intervals, Holm's correction."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from gongmun.surveys.analysis.errors import NoAnswers

Floats = NDArray[np.float64]
LEVEL = 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A figure with its design-based standard error and interval at 95 %.

    `deff` is the variance beside that of a simple random sample drawn with replacement, None where that
    has none. `df` are the degrees of freedom: persons (or clusters) less strata, of those in the base.
    `n` counts the answers in the base, unweighted.
    """

    value: float
    se: float
    low: float
    high: float
    df: int
    n: int
    deff: float | None

    @property
    def margin(self) -> float:
        """The margin of error at 95 %: t times the standard error."""
        return critical(self.df) * self.se


@dataclass(frozen=True, kw_only=True, slots=True)
class Precision:
    """What the weights cost: Kish's design effect 1 + cv², the n that is left, and the margin at 50 %.

    `margin` is a share: 0.078 is 7.8 percentage points.
    """

    n: int
    design_effect: float
    effective_n: float
    margin: float


def precision(weights: Floats) -> Precision:
    """By Kish (1965, section 11.7): deff = n Σw² / (Σw)², effective n = (Σw)² / Σw².

    Raises:
        NoAnswers: no weight above 0.
    """
    kept = weights[weights > 0]
    if not kept.size:
        raise NoAnswers(what="Σw = 0")
    effective = float(kept.sum() ** 2 / (kept @ kept))
    return Precision(
        n=kept.size,
        design_effect=kept.size / effective,
        effective_n=effective,
        margin=margin_of_error(0.5, effective),
    )


def margin_of_error(share: float, effective_n: float) -> float:
    """Half the width of the normal 95 % interval of a share, as a share."""
    return float(special.ndtri(0.5 + LEVEL / 2) * np.sqrt(share * (1 - share) / effective_n))


def critical(df: int) -> float:
    """Student's t for a two-sided interval at 95 %; NaN without degrees of freedom."""
    return float(special.stdtrit(df, 0.5 + LEVEL / 2)) if df > 0 else float("nan")


def korn_graubard(
    shares: Floats, errors: Floats, *, n: Floats, df: Floats
) -> tuple[Floats, Floats]:
    """95 % intervals of shares that hold for small ones, also for 0 and 1.

    Clopper and Pearson's with the effective sample size, adjusted for the degrees of freedom and cut at n
    (Korn and Graubard, Survey Methodology 24 (1998) 193; cut as in the NCHS Data Presentation Standards for
    Proportions, Vital Health Stat 2(175), 2017). For a share of 0 or 1 the effective size is n. NaN where
    there are no degrees of freedom.
    """
    tail = (1 - LEVEL) / 2
    p = np.clip(shares, 0.0, 1.0)
    inside = (p > _EDGE) & (p < 1 - _EDGE) & (errors > _EDGE)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_design = np.where(inside, p * (1 - p) / errors**2, n)
        several = (n > 1) & (df > 0)
        ratio = special.stdtrit(np.maximum(n - 1, 1), tail) / special.stdtrit(
            np.maximum(df, 1), tail
        )
    size = np.where(inside, np.minimum(n, of_design * np.where(several, ratio**2, 1.0)), n)
    hits = np.where(p <= _EDGE, 0.0, np.where(p >= 1 - _EDGE, size, size * p))
    low = np.where(
        hits > 0, special.betaincinv(np.maximum(hits, _EDGE), size - hits + 1, tail), 0.0
    )
    rest = np.maximum(size - hits, _EDGE)
    high = np.where(size - hits > 0, special.betaincinv(hits + 1, rest, 1 - tail), 1.0)
    # Without variance inside of 0 and 1 there is nothing to be unsure of: one value fills a calibrated cell.
    certain = (p > _EDGE) & (p < 1 - _EDGE) & (errors <= _EDGE)
    low, high = np.where(certain, p, low), np.where(certain, p, high)
    return np.where(df > 0, low, np.nan), np.where(df > 0, high, np.nan)


# A share or error that is 0 but for rounding.
_EDGE = 1e-12


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's step-down adjusted p-values (Scandinavian Journal of Statistics 6 (1979) 65), in their order.

    NaN is no test: it stays NaN and is not counted.
    """
    given = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(given.size, np.nan)
    tested = np.flatnonzero(~np.isnan(given))
    order = tested[np.argsort(given[tested], kind="stable")]
    steps = given[order] * np.arange(order.size, 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return tuple(adjusted.tolist())

"""Shares, means and their errors from totals of cells, by the delta method."""

from dataclasses import dataclass

import numpy as np

from gongmun.surveys.analysis.linearising import Totals
from gongmun.surveys.analysis.precision import (
    Estimate,
    Floats,
    critical,
    korn_graubard,
)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Shares:
    """Shares of cells in their base, with covariances; `bases` are the answers in each one's base.

    `values` is NaN where a base is empty; its rows of `covariance` are 0.
    """

    values: Floats
    covariance: Floats
    counts: Floats
    bases: Floats

    @property
    def errors(self) -> Floats:
        """Standard errors."""
        return np.sqrt(np.clip(np.diag(self.covariance), 0.0, None))

    def estimates(self, df: Floats) -> tuple[Estimate, ...]:
        """Each share with its Korn-Graubard interval; `df` are those of its base."""
        values = np.where(np.isnan(self.values), 0.0, self.values)
        errors = self.errors
        low, high = korn_graubard(values, errors, n=self.bases, df=df)
        with np.errstate(divide="ignore", invalid="ignore"):
            simple = values * (1 - values) / (self.bases - 1)
            deff = np.where((simple > _NOTHING) & (self.bases > 1), errors**2 / simple, np.nan)
        return tuple(
            Estimate(
                value=float(self.values[at]),
                se=float(errors[at]),
                low=float(low[at]),
                high=float(high[at]),
                df=int(df[at]),
                n=int(self.bases[at]),
                deff=None if np.isnan(deff[at]) else float(deff[at]),
            )
            for at in range(values.size)
        )


_NOTHING = 1e-15


def shares(found: Totals, columns: int = 1) -> Shares:
    """The share of each cell in its column's total.

    The cells are those of a table of `columns` columns, row by row; one column is the whole as base.
    """
    rows = found.totals.size // columns
    column = np.tile(np.arange(columns), rows)
    bases = np.bincount(column, found.totals, minlength=columns)
    counts = np.bincount(column, found.counts, minlength=columns)
    filled = bases[column] > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        values = found.totals / bases[column]
        slope = np.where(filled, 1 / bases[column], 0.0)
    known = np.where(filled, values, 0.0)
    same = column[:, None] == column[None, :]
    jacobian = slope[:, None] * (np.eye(column.size) - same * known[:, None])
    return Shares(
        values=values,
        covariance=jacobian @ found.covariance @ jacobian.T,
        counts=found.counts.astype(np.float64),
        bases=counts[column].astype(np.float64),
    )


def mean(found: Shares, values: Floats, *, df: int) -> Estimate:
    """The mean of a score over the cells of one base, with a t interval.

    `deff` is beside a simple random sample of the same spread.
    """
    value = float(found.values @ values)
    se = max(float(values @ found.covariance @ values), 0.0) ** 0.5
    n = int(found.bases[0])
    spread = float(found.values @ (values - value) ** 2)
    half = critical(df) * se
    return Estimate(
        value=value,
        se=se,
        low=value - half,
        high=value + half,
        df=df,
        n=n,
        deff=se**2 * (n - 1) / spread if n > 1 and spread > _NOTHING else None,
    )


def combined(found: Shares, cells: Floats, *, df: int) -> Estimate:
    """The share of several cells of one base together; `cells` is 1 where a cell belongs, else 0."""
    n = found.bases[:1]
    together = Shares(
        values=np.array([found.values @ cells]),
        covariance=np.array([[cells @ found.covariance @ cells]]),
        counts=np.array([found.counts @ cells]),
        bases=n,
    )
    return together.estimates(np.array([float(df)]))[0]

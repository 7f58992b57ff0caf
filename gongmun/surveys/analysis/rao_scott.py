"""Is a table more than chance? Rao and Scott's test, and the strength of what it finds.

The second-order corrected test in its F form (Rao and Scott, Annals of Statistics 12 (1984) 46; Thomas and
Rao, JASA 82 (1987) 630), as R's `svychisq` has it: design effects of the contrasts that stand for
interaction, estimated at the observed shares.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from gongmun.surveys.analysis.linearising import Totals
from gongmun.surveys.analysis.precision import Floats
from gongmun.surveys.analysis.shares import shares


@dataclass(frozen=True, kw_only=True, slots=True)
class TableTest:
    """Rao-Scott F with its degrees of freedom; `v` is Cramér's V of the weighted table, 0 to 1."""

    f: float
    df1: float
    df2: float
    p: float
    v: float


def rao_scott(found: Totals, *, columns: int, df: int) -> TableTest | None:
    """The test of independence of rows and columns; None where there is nothing to test.

    `found` holds the cells row by row; rows and columns without an answer are left out. `df`: the design's
    degrees of freedom in the base.
    """
    table = found.totals.reshape(-1, columns)
    kept_rows, kept_columns = table.sum(axis=1) > 0, table.sum(axis=0) > 0
    rows, cols = int(kept_rows.sum()), int(kept_columns.sum())
    if rows < 2 or cols < 2 or df < 1:
        return None
    kept = (kept_rows[:, None] & kept_columns[None, :]).ravel()
    within = Totals(
        totals=found.totals[kept],
        covariance=found.covariance[np.ix_(kept, kept)],
        counts=found.counts[kept],
    )
    cells = shares(within)
    n = float(within.counts.sum())
    p = cells.values.reshape(rows, cols)
    expected = np.outer(p.sum(axis=1), p.sum(axis=0))
    pearson = float(((p - expected) ** 2 / expected).sum())
    effects = _design_effects(cells.values, cells.covariance * n, rows, cols)
    trace, square = float(np.trace(effects)), float(np.trace(effects @ effects))
    v = float(np.sqrt(pearson / (min(rows, cols) - 1)))
    if trace <= 0 or square <= 0:
        return None
    f, df1 = n * pearson / trace, trace**2 / square
    df2 = df1 * df
    return TableTest(f=f, df1=df1, df2=df2, p=float(special.fdtrc(df1, df2, f)), v=min(v, 1.0))


def adjusted_residuals(found: Totals, *, columns: int) -> Floats:
    """How far each cell's share is from independence, in design-based standard errors; rows by columns.

    The error is that of share less product of its margins, by the delta method. NaN where a cell cannot
    differ.
    """
    cells = shares(found)
    p = np.where(np.isnan(cells.values), 0.0, cells.values)
    rows = p.size // columns
    table = p.reshape(rows, columns)
    row, column = np.divmod(np.arange(p.size), columns)
    of_rows, of_columns = table.sum(axis=1), table.sum(axis=0)
    jacobian = (
        np.eye(p.size)
        - (row[:, None] == row[None, :]) * of_columns[column][:, None]
        - (column[:, None] == column[None, :]) * of_rows[row][:, None]
    )
    variance = np.einsum("ij,jk,ik->i", jacobian, cells.covariance, jacobian)
    difference = p - of_rows[row] * of_columns[column]
    with np.errstate(divide="ignore", invalid="ignore"):
        residuals = np.where(variance > _NOTHING, difference / np.sqrt(variance), np.nan)
    return residuals.reshape(rows, columns)


_NOTHING = 1e-20


def _design_effects(p: Floats, covariance: Floats, rows: int, columns: int) -> Floats:
    """The matrix of generalised design effects of the interactions of a table of shares `p`.

    `covariance` is n times that of the shares.
    """
    row, column = np.divmod(np.arange(p.size), columns)
    main = np.hstack(
        [
            np.ones((p.size, 1)),
            (row[:, None] == np.arange(1, rows)).astype(np.float64),
            (column[:, None] == np.arange(1, columns)).astype(np.float64),
        ]
    )
    both = (
        (row[:, None, None] == np.arange(1, rows)[None, :, None])
        & (column[:, None, None] == np.arange(1, columns)[None, None, :])
    ).reshape(p.size, -1)
    basis, _ = np.linalg.qr(main)
    contrasts = both - basis @ (basis.T @ both)
    # A cell without an answer takes part in no contrast, as in R.
    inverse = np.divide(1.0, p, out=np.zeros_like(p), where=p > 0)
    simple = contrasts.T @ (inverse[:, None] * contrasts)
    scaled = inverse[:, None] * contrasts
    # With many cells empty some contrasts are of nothing: the pseudo-inverse leaves them out.
    effects: Floats = np.linalg.pinv(simple, hermitian=True) @ (scaled.T @ covariance @ scaled)
    return effects

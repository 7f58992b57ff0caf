"""Items by demographics: column shares, Rao-Scott tests with Holm's correction, and which cells stand out.

The family of the correction is all tables of one call: the items of the report by its demographics.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from gongmun.surveys.analysis.designs import degrees_of_freedom
from gongmun.surveys.analysis.linearising import Linearisation, totals
from gongmun.surveys.analysis.precision import Estimate, Floats, holm
from gongmun.surveys.analysis.rao_scott import TableTest, adjusted_residuals, rao_scott
from gongmun.surveys.analysis.shares import Shares, mean, shares
from gongmun.surveys.analysis.toplines import SMALL_BASE
from gongmun.surveys.analysis.variables import OUTSIDE, Coded, Codes, Kind, Option, Variable, coded

_SIGNIFICANT = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class CrossCell:
    """Answers of one option in one group: unweighted n, and the weighted share of the group.

    `estimate` is None where the group has no answer; all are None where they are withheld. `residual` is the distance from independence in
    design-based standard errors; `stands_out` where it passes a Bonferroni bound of the table's cells and
    the table's own adjusted test is significant at 5 %.
    """

    option: Option
    n: int | None
    estimate: Estimate | None
    residual: float | None
    stands_out: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CrossColumn:
    """A group of the demographic: its answers to the item, unweighted, their cells, the mean of a SCALE.

    `base` is None where it is withheld.
    """

    group: Option
    base: int | None
    cells: tuple[CrossCell, ...]
    mean: Estimate | None

    @property
    def is_small(self) -> bool:
        """Whether the base is too small to build on: under 30."""
        return self.base is not None and self.base < SMALL_BASE


@dataclass(frozen=True, kw_only=True, slots=True)
class Crosstab:
    """A question by a demographic.

    `test` is None where there is nothing to test, or where a cell is withheld; `p_adjusted` is Holm's. `base`
    is None where the whole is withheld.
    """

    name: str
    variable: Variable
    part: Option | None
    by: Variable
    base: int | None
    columns: tuple[CrossColumn, ...]
    test: TableTest | None
    p_adjusted: float | None

    @property
    def is_significant(self) -> bool:
        """Whether the table differs from independence at 5 % after the correction."""
        return self.p_adjusted is not None and self.p_adjusted < _SIGNIFICANT


def crosstabs(
    answers: pd.DataFrame,
    variables: Sequence[Variable],
    demographics: Sequence[Variable],
    ready: Linearisation,
) -> tuple[Crosstab, ...]:
    """Each question of `variables` by each demographic, in their order.

    A demographic is a SINGLE; rows without one are outside of its tables. A NUMBER has no crosstab.

    Raises:
        ColumnsMissing, UnknownAnswers: the codebook and the answers do not agree.
    """
    groups = [group for each in demographics for group in coded(answers, each)]
    tables = [
        _table(question, group, ready)
        for variable in variables
        for question in coded(answers, variable)
        for group in groups
    ]
    adjusted = holm([table.test.p if table.test else float("nan") for table in tables])
    return tuple(
        _marked(replace(table, p_adjusted=None if np.isnan(p) else p))
        for table, p in zip(tables, adjusted, strict=True)
    )


def _table(question: Coded, group: Coded, ready: Linearisation) -> Crosstab:
    rows, columns = len(question.options), len(group.options)
    inside = (question.codes >= 0) & (group.codes >= 0)
    cells: Codes = np.where(inside, question.codes * columns + group.codes, OUTSIDE)
    found = totals(ready, cells, rows * columns)
    df = degrees_of_freedom(ready.design, inside) if inside.any() else 0
    within = shares(found, columns)
    dfs = _column_dfs(ready, group.codes, inside, columns)
    # Rows of the table lie one after the other: the degrees of freedom of the columns repeat.
    estimates = within.estimates(np.tile(dfs, rows))
    residuals = adjusted_residuals(found, columns=columns) if inside.any() else None
    return Crosstab(
        name=question.name,
        variable=question.variable,
        part=question.option,
        by=group.variable,
        base=int(np.count_nonzero(inside)),
        columns=tuple(
            CrossColumn(
                group=option,
                base=int(within.bases[at]),
                cells=tuple(
                    _cell(
                        question.options[row],
                        int(found.counts[row * columns + at]),
                        estimates[row * columns + at],
                        None if residuals is None else float(residuals[row, at]),
                    )
                    for row in range(rows)
                ),
                mean=_mean(question, within, at, columns, int(dfs[at])),
            )
            for at, option in enumerate(group.options)
        ),
        test=rao_scott(found, columns=columns, df=df),
        p_adjusted=None,
    )


def _cell(option: Option, n: int, estimate: Estimate, residual: float | None) -> CrossCell:
    return CrossCell(
        option=option,
        n=n,
        estimate=estimate if estimate.n else None,
        residual=None if residual is None or np.isnan(residual) else residual,
        stands_out=False,
    )


def _mean(question: Coded, within: Shares, at: int, columns: int, df: int) -> Estimate | None:
    """The mean of the points in a column; a base with "don't know" in it has none."""
    if question.variable.kind is not Kind.SCALE or question.variable.base or not within.bases[at]:
        return None
    here = np.arange(at, within.values.size, columns)
    column = Shares(
        values=within.values[here],
        covariance=within.covariance[np.ix_(here, here)],
        counts=within.counts[here],
        bases=within.bases[here],
    )
    points = np.array([option.code for option in question.options], dtype=np.float64)
    return mean(column, points, df=df)


def _column_dfs(
    ready: Linearisation, groups: Codes, inside: NDArray[np.bool_], columns: int
) -> Floats:
    design = ready.design
    if design.clusters is None and design.strata is None:
        counts = np.bincount(groups[inside], minlength=columns)
        return np.maximum(counts - 1, 0).astype(np.float64)
    return np.array(
        [
            max(degrees_of_freedom(design, inside & (groups == at)), 0)
            if (inside & (groups == at)).any()
            else 0
            for at in range(columns)
        ],
        dtype=np.float64,
    )


def _marked(table: Crosstab) -> Crosstab:
    """The table with the cells that stand out, once its adjusted test is known."""
    tested = [
        cell.residual
        for column in table.columns
        for cell in column.cells
        if cell.residual is not None
    ]
    if not table.is_significant or not tested:
        return table
    bound = _bound(len(tested))
    return replace(
        table,
        columns=tuple(
            replace(
                column,
                cells=tuple(
                    replace(
                        cell, stands_out=cell.residual is not None and abs(cell.residual) > bound
                    )
                    for cell in column.cells
                ),
            )
            for column in table.columns
        ),
    )


def _bound(tests: int) -> float:
    return float(special.ndtri(1 - _SIGNIFICANT / (2 * tests)))

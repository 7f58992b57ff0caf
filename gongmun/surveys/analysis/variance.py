"""Standard errors by the library `svy`: the only module that imports it, and none of its types leave.

Variances are linearised (Taylor), with strata, clusters and the finite population correction. Raked weights
are credited: the scores are centred in the raking's margins, as R's `survey` does for a raked design, instead
of by replicates. `linearising` has the same for many tables at once; what is no table, a mean of numbers, a
total, a ratio, is taken from here.
"""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from svy import Design as SvyDesign
from svy import Sample
from svy.core.design import WgtAdjustment
from svy.errors import SvyError

from gongmun.surveys.analysis.designs import Design
from gongmun.surveys.analysis.errors import EstimateRefused, NoAnswers
from gongmun.surveys.analysis.precision import Estimate, Floats
from gongmun.surveys.analysis.rao_scott import TableTest

Codes = NDArray[np.int64]
Rows = NDArray[np.bool_]
_WEIGHT, _BEFORE, _STRATUM, _CLUSTER, _POPULATION = (
    "w",
    "before",
    "stratum",
    "cluster",
    "population",
)


def mean(design: Design, values: Floats, *, inside: Rows | None = None) -> Estimate:
    """The mean of `values` over the rows `inside` of a domain (all of them without one).

    A NaN is outside.

    Raises:
        NoAnswers: nothing is inside.
        EstimateRefused: the library refused.
    """
    (estimate,) = _estimates("mean", design, {"y": values}, _inside(values, inside), deff="wr")
    return estimate


def total(design: Design, values: Floats, *, inside: Rows | None = None) -> Estimate:
    """The weighted total of `values`, in the weights' own scale; raises as `mean`."""
    (estimate,) = _estimates("total", design, {"y": values}, _inside(values, inside))
    return estimate


def ratio(design: Design, above: Floats, below: Floats, *, inside: Rows | None = None) -> Estimate:
    """The ratio of two weighted totals; raises as `mean`."""
    rows = _inside(above + below, inside)
    (estimate,) = _estimates("ratio", design, {"y": above, "x": below}, rows, x="x")
    return estimate


def proportions(
    design: Design, codes: Codes, *, inside: Rows | None = None
) -> Mapping[int, Estimate]:
    """The share of each code, with Korn-Graubard intervals; a code below 0 is outside; raises as `mean`."""
    rows = (codes >= 0) if inside is None else inside & (codes >= 0)
    present = np.unique(codes[rows]).tolist()
    found = _estimates("prop", design, {"y": codes}, rows, ci_method="korn-graubard", deff="wr")
    return dict(zip(present, found, strict=True))


def rao_scott(design: Design, rows: Codes, columns: Codes) -> TableTest | None:
    """Rao-Scott's F test of two columns of codes, None where one of them has a single value.

    Rows with a code below 0 are outside; raises as `mean`.
    """
    inside = (rows >= 0) & (columns >= 0)
    _check(inside)
    if min(np.unique(codes[inside]).size for codes in (rows, columns)) < 2:
        return None
    sample = _sample(design, {"row": rows, "column": columns}, inside)
    stats = _asked(
        "rao_scott",
        lambda: sample.categorical.tabulate("row", "column", where=pl.col("inside")).stats,
    )
    table = np.zeros((int(rows.max()) + 1, int(columns.max()) + 1))
    np.add.at(table, (rows[inside], columns[inside]), design.weights[inside])
    return TableTest(
        f=float(stats.f.value),
        df1=float(stats.f.df_num),
        df2=float(stats.f.df_den),
        p=float(stats.f.p_value),
        v=_cramers_v(table),
    )


def _cramers_v(table: Floats) -> float:
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0] / table.sum()
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    return float(np.sqrt(((table - expected) ** 2 / expected).sum() / (min(table.shape) - 1)))


def _inside(values: Floats, inside: Rows | None) -> Rows:
    there: Rows = ~np.isnan(values)
    return there if inside is None else inside & there


def _check(inside: Rows) -> None:
    if not inside.any():
        raise NoAnswers(what="n = 0")


def _estimates(
    what: str,
    design: Design,
    columns: Mapping[str, NDArray[Any]],
    inside: Rows,
    *,
    x: str | None = None,
    **options: Any,
) -> tuple[Estimate, ...]:
    _check(inside)
    filled = {name: np.where(inside, values, 0) for name, values in columns.items()}
    sample = _sample(design, filled, inside)
    call = getattr(sample.estimation, what)
    names = ("y",) if x is None else ("y", x)
    found = _asked(what, lambda: call(*names, where=pl.col("inside"), **options).to_polars())
    return tuple(
        Estimate(
            value=row["est"],
            se=row["se"],
            low=row["lci"],
            high=row["uci"],
            df=int(row["df"]),
            n=int(np.count_nonzero(inside)),
            deff=_deff(row),
        )
        for row in found.iter_rows(named=True)
    )


def _deff(row: Mapping[str, Any]) -> float | None:
    deff = row.get("deff")
    return float(deff) if deff is not None and np.isfinite(deff) else None


def _asked(what: str, call: Callable[[], Any]) -> Any:
    """The library's answer. Its findings about a sample are not ours to print; its errors become ours."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call()
    except (SvyError, ValueError, ArithmeticError) as refused:
        reason = str(refused).strip().splitlines()
        raise EstimateRefused(what=what, reason=reason[0] if reason else "-") from refused


def _sample(design: Design, columns: Mapping[str, NDArray[Any]], inside: Rows) -> Sample:
    data: dict[str, Any] = {**columns, "inside": inside, _WEIGHT: design.weights}
    parts: dict[str, Any] = {"wgt": _WEIGHT}
    for name, part, values in (
        (_STRATUM, "stratum", design.strata),
        (_CLUSTER, "psu", design.clusters),
        (_POPULATION, "pop_size", design.population),
    ):
        if values is not None:
            data[name] = values
            parts[part] = name
    if design.margins:
        cells = {f"margin{at}": codes for at, codes in enumerate(design.margins)}
        data |= {**cells, _BEFORE: np.ones(design.rows)}
        parts["wgt_adjustment"] = WgtAdjustment(
            kind="raking", prev_wgt=_BEFORE, new_wgt=_WEIGHT, cells=tuple(cells)
        )
    return _asked("design", lambda: Sample(pl.DataFrame(data), SvyDesign(**parts)))  # type: ignore[no-any-return]

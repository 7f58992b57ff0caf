"""What R's `survey` says of the California schools (its vignette and help pages), to four digits."""

import numpy as np
import pytest

from gongmun.surveys.analysis import rao_scott, variance
from gongmun.surveys.analysis.designs import Design, degrees_of_freedom
from gongmun.surveys.analysis.linearising import contributions, linearise, totals
from tests.surveys.analysis import california


def _alone(design: Design, values: np.ndarray) -> tuple[float, float]:
    """Mean and standard error without svy."""
    weights = design.weights
    mean = float(values @ weights / weights.sum())
    parts = contributions(linearise(design), (values - mean) / weights.sum())
    return mean, float(np.sqrt(parts @ parts))


@pytest.mark.parametrize(
    ("margins", "mean", "se"),
    [
        ((california.TYPES, california.SCHOOL_WIDE), 641.230, 23.704),
        ((california.TYPES,), 642.311, 23.921),
    ],
)
def test_raked_and_poststratified(
    margins: tuple[california.Margin, ...], mean: float, se: float
) -> None:
    schools = california.clustered()
    design = california.raked_design(schools, *margins)
    values = schools["api00"].to_numpy(dtype=float)
    found = variance.mean(design, values)
    assert (found.value, found.se) == pytest.approx((mean, se), abs=6e-4)
    assert _alone(design, values) == pytest.approx((found.value, found.se), rel=1e-9)


def test_clusters() -> None:
    schools = california.clustered()
    design, values = california.clustered_design(schools), schools["api00"].to_numpy(dtype=float)
    found = variance.mean(design, values)
    assert (found.value, found.se) == pytest.approx((644.169, 23.542), abs=6e-4)
    assert found.df == degrees_of_freedom(design, values > 0) == 14
    assert _alone(design, values) == pytest.approx((found.value, found.se), rel=1e-9)


def test_strata() -> None:
    schools = california.stratified()
    design, values = california.stratified_design(schools), schools["api00"].to_numpy(dtype=float)
    found = variance.mean(design, values)
    assert (found.value, found.se) == pytest.approx((662.2874, 9.4089), abs=6e-5)
    assert _alone(design, values) == pytest.approx((found.value, found.se), rel=1e-9)
    # R's 1.2045 is beside a sample without replacement; ours, as `deff`, beside one with.
    fraction = 200 / design.weights.sum()
    assert found.deff is not None
    assert found.deff / (1 - fraction) == pytest.approx(1.2045, abs=6e-5)


def test_the_test_of_rao_and_scott() -> None:
    schools = california.stratified()
    design = california.stratified_design(schools)
    rows, columns = california.codes(schools["school_wide"]), california.codes(schools["stype"])
    known = (17.247, 1.8287, 360.248)
    theirs = variance.rao_scott(design, rows, columns)
    assert theirs is not None
    assert (theirs.f, theirs.df1, theirs.df2) == pytest.approx(known, abs=6e-4)
    found = totals(linearise(design), rows * 3 + columns, 6)
    ours = rao_scott.rao_scott(found, columns=3, df=197)
    assert ours is not None
    assert (ours.f, ours.df1, ours.df2, ours.p, ours.v) == pytest.approx(
        (theirs.f, theirs.df1, theirs.df2, theirs.p, theirs.v), rel=1e-9
    )

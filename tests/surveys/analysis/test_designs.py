import numpy as np
import pytest

from gongmun.surveys.analysis import variance
from gongmun.surveys.analysis.designs import Design, degrees_of_freedom
from gongmun.surveys.analysis.errors import DesignUnfit, EstimateRefused, NoAnswers
from gongmun.surveys.analysis.linearising import contributions, linearise, totals
from tests.surveys.analysis import california


def test_a_stratum_alone_is_named() -> None:
    with pytest.raises(DesignUnfit, match=r"\(2\)"):
        Design(weights=np.ones(5), strata=np.array([0, 0, 1, 1, 2]))
    with pytest.raises(DesignUnfit, match="smaller"):
        Design(weights=np.ones(3), population=np.full(3, 2.0))
    with pytest.raises(DesignUnfit, match="weight"):
        Design(weights=np.array([1.0, 0.0]))
    with pytest.raises(DesignUnfit, match="rows"):
        Design(weights=np.ones(3), strata=np.zeros(2, dtype=np.int64))


def test_clusters_of_one_number_in_two_strata_are_two() -> None:
    design = Design(
        weights=np.ones(8),
        strata=np.array([0, 0, 0, 0, 1, 1, 1, 1]),
        clusters=np.array([0, 0, 1, 1, 0, 0, 1, 1]),
    )
    assert degrees_of_freedom(design, np.ones(8, dtype=bool)) == 2
    assert degrees_of_freedom(design, np.arange(8) < 2) == 0


def test_totals_and_ratios_of_svy() -> None:
    schools = california.stratified()
    design = california.stratified_design(schools)
    enrolled = schools["enroll"].to_numpy(dtype=float)
    # R: svytotal(~enroll, dstrat) is 3687178, SE 114642.
    found = variance.total(design, enrolled)
    assert (found.value, found.se) == pytest.approx((3_687_178, 114_642), abs=0.6)
    # R: svyratio(~api00, ~api99, dstrat) by its definition.
    above, below = (schools[c].to_numpy(dtype=float) for c in ("api00", "api99"))
    ratio = variance.ratio(design, above, below)
    weights = design.weights
    value = (weights @ above) / (weights @ below)
    parts = contributions(linearise(design), (above - value * below) / (weights @ below))
    assert (ratio.value, ratio.se) == pytest.approx((value, (parts @ parts) ** 0.5), rel=1e-9)


def test_means_of_domains() -> None:
    schools = california.clustered()
    design = california.raked_design(schools, california.TYPES)
    values, kinds = schools["api00"].to_numpy(dtype=float), california.codes(schools["stype"])
    for code in (0, 1, 2):
        inside = kinds == code
        estimate = variance.mean(design, values, inside=inside)
        base = design.weights[inside].sum()
        mean = design.weights[inside] @ values[inside] / base
        parts = contributions(linearise(design), np.where(inside, values - mean, 0.0) / base)
        assert (estimate.value, estimate.se) == pytest.approx(
            (mean, (parts @ parts) ** 0.5), rel=1e-9
        )
        assert estimate.n == int(inside.sum())


def test_the_many_way_and_the_one_way_agree_on_clusters() -> None:
    schools = california.clustered()
    design = california.raked_design(schools, california.TYPES, california.SCHOOL_WIDE)
    ready = linearise(design)
    cells = california.codes(schools["improved"])
    found = totals(ready, cells, 2)
    for cell in (0, 1):
        parts = contributions(ready, (cells == cell) * 1.0)
        assert found.covariance[cell, cell] == pytest.approx(parts @ parts, rel=1e-9)


def test_what_svy_refuses_is_ours() -> None:
    design = Design(weights=np.ones(4))
    with pytest.raises(NoAnswers):
        variance.mean(design, np.full(4, np.nan))
    with pytest.raises(EstimateRefused) as refused:
        variance.mean(design, np.array([1.0, 2.0, np.inf, 3.0]))
    assert "(mean)" in refused.value.message_en
    assert variance.rao_scott(design, np.array([0, 0, 0, 0]), np.array([0, 1, 0, 1])) is None

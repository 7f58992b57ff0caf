import numpy as np
import pytest
from scipy import stats

from gongmun.surveys.analysis.precision import critical, holm, korn_graubard, margin_of_error


def test_holm_by_hand() -> None:
    # 0.01 * 4, 0.02 * 3 = 0.06, 0.03 * 2 stays 0.06, 0.2.
    assert holm([0.03, 0.01, float("nan"), 0.2, 0.02]) == pytest.approx(
        (0.06, 0.04, float("nan"), 0.2, 0.06), nan_ok=True
    )
    assert holm([0.5, 0.9]) == (1.0, 1.0)
    assert holm([]) == ()


def test_korn_graubard_of_a_simple_sample_is_clopper_and_pearson() -> None:
    # 3 of 50 without weights: the effective size is 49 and a t ratio of 1.
    p, n = 3 / 50, 50
    low, high = korn_graubard(
        np.array([p]), np.array([(p * (1 - p) / n) ** 0.5]), n=np.array([n]), df=np.array([n - 1])
    )
    exact = stats.binomtest(3, 50).proportion_ci(0.95, method="exact")
    assert (low[0], high[0]) == pytest.approx((exact.low, exact.high), rel=1e-9)


def test_korn_graubard_holds_at_the_ends() -> None:
    low, high = korn_graubard(
        np.array([0.0, 1.0, 0.3]),
        np.zeros(3),
        n=np.array([40.0] * 3),
        df=np.array([39.0, 39.0, 0.0]),
    )
    exact = stats.binomtest(0, 40).proportion_ci(0.95, method="exact")
    assert (low[0], high[0]) == pytest.approx((0, exact.high))
    assert (low[1], high[1]) == pytest.approx((1 - exact.high, 1))
    assert np.isnan(low[2])
    assert np.isnan(high[2])


def test_margins_by_hand() -> None:
    assert margin_of_error(0.5, 1000) == pytest.approx(0.0309896, rel=1e-5)
    assert critical(10) == pytest.approx(2.228139, rel=1e-6)
    assert np.isnan(critical(0))

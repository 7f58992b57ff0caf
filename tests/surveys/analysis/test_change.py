import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gongmun.surveys.analysis.change import Wave, changes
from gongmun.surveys.analysis.designs import Design
from gongmun.surveys.analysis.errors import DesignUnfit, PairKeysRepeated, TrendBroken
from gongmun.surveys.analysis.precision import holm
from gongmun.surveys.analysis.variables import Kind, Variable
from tests.surveys.analysis.answers import SCALE, SEVERAL, options, panel, raked, single, text

_TREND = Variable(name="x", kind=Kind.NUMBER, label=text("x"), columns=("x",), trend="x")


def _wave(values: np.ndarray, keys: list[str | None], weights: np.ndarray | None = None) -> Wave:
    return Wave(
        answers=pd.DataFrame({"x": values}),
        design=Design(weights=np.ones(len(values)) if weights is None else weights),
        variables=[_TREND],
        pair_keys=keys,
    )


def test_without_overlap_it_is_two_samples() -> None:
    rng = np.random.default_rng(1)
    old, new = rng.normal(5, 2, 80), rng.normal(5.5, 1, 120)
    (found,) = changes(
        _wave(old, [f"a{i}" for i in range(80)]), _wave(new, [f"b{i}" for i in range(120)])
    )
    welch = stats.ttest_ind(new, old, equal_var=False)
    assert found.difference == pytest.approx(new.mean() - old.mean())
    assert found.difference / found.se == pytest.approx(welch.statistic)
    assert (found.covariance, found.pairs, found.df) == (0, 0, 79)


def test_with_the_same_persons_it_is_the_paired_test() -> None:
    rng = np.random.default_rng(2)
    old = rng.normal(5, 2, 60)
    new = old + rng.normal(0.3, 0.5, 60)
    keys: list[str | None] = [f"p{i}" for i in range(60)]
    order = rng.permutation(60)
    (found,) = changes(_wave(old, keys), _wave(new[order], [keys[i] for i in order]))
    paired = stats.ttest_rel(new, old)
    assert found.difference / found.se == pytest.approx(paired.statistic)
    assert found.p == pytest.approx(paired.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(paired.confidence_interval()))
    assert found.pairs == 60


def test_half_of_them_by_hand() -> None:
    # Kish: C = n12 S12 / (n1 n2), with the deviations from each wave's mean.
    old, new = np.array([1.0, 3.0, 5.0, 7.0]), np.array([2.0, 4.0, 6.0, 12.0])
    (found,) = changes(_wave(old, ["a", "b", "c", "d"]), _wave(new, ["c", "d", "e", None]))
    # Deviations of c and d: 1 and 3 before, -4 and -2 after; (1 * -4 + 3 * -2) / 16 * 4/3.
    assert found.covariance == pytest.approx(-10 / 16 * 4 / 3)
    variance = old.var(ddof=1) / 4 + new.var(ddof=1) / 4 + 2 * 10 / 16 * 4 / 3
    assert found.se == pytest.approx(variance**0.5)
    assert found.pairs == 2


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), overlap=st.integers(0, 40))
def test_no_overlap_makes_a_negative_variance(seed: int, overlap: int) -> None:
    rng = np.random.default_rng(seed)
    old, weights = rng.normal(size=40), rng.uniform(0.2, 5, 40)
    new = np.where(np.arange(40) < overlap, old, rng.normal(size=40))
    keys: list[str | None] = [f"p{i}" for i in range(40)]
    others: list[str | None] = [key if i < overlap else f"n{i}" for i, key in enumerate(keys)]
    (found,) = changes(_wave(old, keys, weights), _wave(new, others, weights))
    alone = changes(_wave(old, keys, weights), _wave(new, [None] * 40, weights))[0]
    assert 0 <= found.se < 2 * alone.se
    assert found.covariance**2 <= (alone.se**2 / 2) ** 2 * (1 + 1e-9)
    if overlap == 40:
        assert found.se == pytest.approx(0, abs=1e-7)
        assert found.p == 1


@pytest.mark.parametrize("overlap", [0, 100, 200])
def test_intervals_cover_what_they_say(overlap: int) -> None:
    # A panel of 200 asked twice, some of them replaced; opinions are correlated 0.7, and truly rise by 0.2.
    rng = np.random.default_rng(overlap)
    covered, runs = 0, 400
    weights = rng.uniform(0.5, 2.0, 200)
    for _ in range(runs):
        person = rng.normal(size=(400 - overlap, 1)) * 0.7**0.5
        both = person + rng.normal(size=(400 - overlap, 2)) * 0.3**0.5
        keys: list[str | None] = [f"p{i}" for i in range(400 - overlap)]
        before = _wave(both[:200, 0], keys[:200], weights)
        after = _wave(both[-200:, 1] + 0.2, keys[-200:], weights)
        (found,) = changes(before, after)
        covered += found.low <= 0.2 <= found.high
    # 95 % but for three standard errors of the simulation.
    assert covered / runs == pytest.approx(0.95, abs=0.034)


def test_raked_waves_of_a_panel() -> None:
    old, new = panel(300, seed=1), panel(300, seed=2)
    keys: list[str | None] = [f"p{i}" for i in range(300)]
    waves = [
        Wave(answers=a, design=raked(a), variables=[SCALE, SEVERAL], pair_keys=keys)
        for a in (old, new)
    ]
    mean, top = changes(*waves)
    assert (mean.figure.en, top.figure.en) == ("mean", "top-2-box")
    assert mean.hits_before is None
    assert top.hits_after == int((new["q1"] >= 4).sum())
    assert (mean.p_adjusted, top.p_adjusted) == pytest.approx(holm([mean.p, top.p]))
    assert 0 < mean.pairs < mean.n_before


def test_shares_of_options() -> None:
    item = single("q", 1, 2, trend="place")
    old = Wave(
        answers=pd.DataFrame({"q": [1] * 30 + [2] * 10}),
        design=Design(weights=np.ones(40)),
        variables=[item],
        pair_keys=[None] * 40,
    )
    new = Wave(
        answers=pd.DataFrame({"q": [1] * 10 + [2] * 30}),
        design=Design(weights=np.ones(40)),
        variables=[item],
        pair_keys=[None] * 40,
    )
    first, second = changes(old, new)
    assert (first.before, first.after, first.option) == (0.75, 0.25, 1)
    assert second.difference == pytest.approx(0.5)
    assert first.is_significant


def test_only_the_same_trend_code_is_compared() -> None:
    answers = panel(50)
    keys: list[str | None] = [None] * 50
    reworded = single("q1", 1, 2, 3, 4, 5, kind=Kind.SCALE, trend="trust-2")
    old = Wave(
        answers=answers, design=raked(answers, strata=False), variables=[SCALE], pair_keys=keys
    )
    new = Wave(answers=answers, design=old.design, variables=[reworded], pair_keys=keys)
    assert changes(old, new) == ()
    broken = single("q1", 1, 2, 3, 4, 5, 6, kind=Kind.SCALE, trend="trust")
    with pytest.raises(TrendBroken, match="trust"):
        changes(old, Wave(answers=answers, design=old.design, variables=[broken], pair_keys=keys))
    assert options(1) != options(2)


def test_keys_and_designs_that_do_not_fit() -> None:
    values = np.arange(4.0)
    with pytest.raises(PairKeysRepeated):
        changes(_wave(values, ["a", "a", "b", None]), _wave(values, [None] * 4))
    with pytest.raises(DesignUnfit):
        changes(_wave(values, ["a"]), _wave(values, [None] * 4))
    clusters = Wave(
        answers=pd.DataFrame({"x": values}),
        design=Design(weights=np.ones(4), clusters=np.array([0, 0, 1, 1])),
        variables=[_TREND],
        pair_keys=[None] * 4,
    )
    with pytest.raises(DesignUnfit, match="clusters"):
        changes(clusters, clusters)

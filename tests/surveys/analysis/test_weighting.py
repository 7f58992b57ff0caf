import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongmun.surveys.analysis.errors import (
    ChancesImpossible,
    ColumnsMissing,
    MarginsDisagree,
    MarginsUnfit,
    NoAnswers,
    RakingUnfinished,
)
from gongmun.surveys.analysis.precision import precision
from gongmun.surveys.analysis.weighting import Margin, base_weights, rake
from tests.surveys.analysis import california


def _shares(frame: pd.DataFrame, column: str, weights: np.ndarray) -> dict[str, float]:
    held = pd.Series(weights).groupby(frame[column].to_numpy()).sum()
    return (held / held.sum()).to_dict()


def test_the_margins_are_met_and_the_mean_is_one() -> None:
    schools = california.clustered()
    found = rake(schools, (california.TYPES, california.SCHOOL_WIDE), base=schools["pw"].to_numpy())
    assert found.values.mean() == pytest.approx(1)
    assert _shares(schools, "stype", found.values) == pytest.approx(
        {"E": 4421 / 6194, "H": 755 / 6194, "M": 1018 / 6194}, rel=1e-8
    )
    assert _shares(schools, "school_wide", found.values)["No"] == pytest.approx(
        1072 / 6194, rel=1e-8
    )
    assert found.fit.largest <= 1e-9
    assert 2 < found.fit.rounds < 100
    cell = next(cell for cell in found.fit.cells if cell.category == "H")
    assert (cell.n, cell.before) == (14, pytest.approx(14 / 183))
    assert (cell.after, cell.target) == pytest.approx((755 / 6194, 755 / 6194))


def test_poststratification_by_hand() -> None:
    frame = pd.DataFrame({"sex": ["F"] * 30 + ["M"] * 70})
    found = rake(frame, [Margin(column="sex", targets={"F": 51, "M": 49})])
    assert found.values[0] == pytest.approx(0.51 / 0.30)
    assert found.values[-1] == pytest.approx(0.49 / 0.70)
    # Kish by hand: Σw = 100, Σw² = 30 * 1.7² + 70 * 0.7² = 121.
    assert found.fit.precision.design_effect == pytest.approx(1.21)
    assert found.fit.precision.effective_n == pytest.approx(100 / 1.21)
    assert found.fit.precision.margin == pytest.approx(
        1.959964 * (0.25 * 1.21 / 100) ** 0.5, rel=1e-6
    )


def test_a_panel_of_200() -> None:
    # FINDINGS: about ±7.8 points at a design effect of 1.26.
    weights = np.repeat([1 - 0.26**0.5, 1 + 0.26**0.5], 100)
    found = precision(weights)
    assert found.design_effect == pytest.approx(1.26)
    assert found.margin == pytest.approx(0.0778, abs=1e-4)


def test_trimming_keeps_margins_and_cap() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "sex": rng.choice(["F", "M"], 400, p=[0.75, 0.25]),
            "age": rng.choice(["a", "b", "c"], 400, p=[0.55, 0.35, 0.1]),
        }
    )
    margins = [
        Margin(column="sex", targets={"F": 50, "M": 50}),
        Margin(column="age", targets={"a": 50, "b": 38, "c": 12}),
    ]
    free = rake(frame, margins)
    base = rng.uniform(0.3, 3.0, 400)
    wild, tame = rake(frame, margins, base=base), rake(frame, margins, base=base, cap=3.0)
    assert free.fit.trimming is None
    trimming = tame.fit.trimming
    assert trimming is not None
    assert wild.values.max() > trimming.cap * 1.2
    assert tame.values.max() <= trimming.cap * 1.001
    assert trimming.count == int((wild.values > trimming.cap).sum()) > 0
    assert 0 < trimming.moved < 0.2
    assert tame.fit.largest <= 1e-9
    assert tame.fit.precision.design_effect < trimming.precision_before.design_effect


def test_never_silently_unconverged() -> None:
    # Nobody is both F and old, nobody both M and young: the margins of sex fix those of age.
    frame = pd.DataFrame({"sex": ["F"] * 5 + ["M"] * 5, "age": ["young"] * 5 + ["old"] * 5})
    margins = [
        Margin(column="sex", targets={"F": 50, "M": 50}),
        Margin(column="age", targets={"young": 40, "old": 60}),
    ]
    with pytest.raises(RakingUnfinished, match=r"sex=|age="):
        rake(frame, margins, rounds=50)
    with pytest.raises(RakingUnfinished, match="상한"):
        rake(
            pd.DataFrame({"sex": ["F"] * 9 + ["M"]}),
            [Margin(column="sex", targets={"F": 50, "M": 50})],
            cap=2.0,
        )


def test_what_to_collapse_is_said() -> None:
    frame = pd.DataFrame({"age": ["20s"] * 5 + ["30s"] * 3 + ["50s"]})
    margin = Margin(column="age", targets={"20s": 1, "30s": 1, "40s": 1, "50s": 1})
    with pytest.raises(MarginsUnfit, match=r"40s \(\+ 50s\)"):
        rake(frame, [margin])
    with pytest.raises(MarginsUnfit, match="without a target 50s"):
        rake(frame, [Margin(column="age", targets={"20s": 1, "30s": 1})])


def test_what_does_not_fit_is_refused() -> None:
    frame = pd.DataFrame({"sex": ["F", "M"]})
    both = {"F": 50.0, "M": 50.0}
    with pytest.raises(MarginsDisagree, match="sex 100, gender 90"):
        rake(
            frame, [Margin(column="sex", targets=both), Margin(column="gender", targets={"F": 90})]
        )
    with pytest.raises(ColumnsMissing):
        rake(frame, [Margin(column="gender", targets=both)])
    with pytest.raises(NoAnswers):
        rake(frame[:0], [Margin(column="sex", targets=both)])
    with pytest.raises(NoAnswers):
        rake(frame, [Margin(column="sex", targets=both)], base=np.array([1.0, 0.0]))
    with pytest.raises(ChancesImpossible):
        base_weights(np.array([0.1, 0.0]))
    assert base_weights(np.array([0.1, 0.5])).tolist() == [10.0, 2.0]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(60, 300))
def test_raking_meets_any_margins_that_can_be_met(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"a": rng.choice(list("xyz"), n), "b": rng.choice(list("pq"), n)})
    # What some weights have as margins can be met.
    true = rng.uniform(0.5, 3.0, n)
    margins = [Margin(column=c, targets=_shares(frame, c, true)) for c in ("a", "b")]
    found = rake(frame, margins)
    for margin in margins:
        assert _shares(frame, margin.column, found.values) == pytest.approx(
            dict(margin.targets), rel=1e-8
        )

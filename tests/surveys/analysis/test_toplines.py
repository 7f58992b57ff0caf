import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gongmun.surveys.analysis import variance
from gongmun.surveys.analysis.designs import Design
from gongmun.surveys.analysis.errors import ColumnsMissing, UnknownAnswers
from gongmun.surveys.analysis.linearising import linearise
from gongmun.surveys.analysis.precision import Estimate
from gongmun.surveys.analysis.toplines import toplines
from gongmun.surveys.analysis.variables import Kind, Missing, coded
from tests.surveys.analysis.answers import (
    ALL,
    NUMBER,
    RANKING,
    SCALE,
    SEVERAL,
    options,
    panel,
    plain,
    raked,
    single,
)


def _figures(estimate: Estimate) -> tuple[float, ...]:
    return (estimate.value, estimate.se, estimate.low, estimate.high, estimate.df)


@pytest.mark.parametrize("strata", [True, False])
def test_shares_and_means_are_those_of_svy(strata: bool) -> None:
    answers = panel(600)
    design = raked(answers, strata=strata)
    scale, *_, ranking, number = toplines(answers, ALL, linearise(design))
    (question,) = coded(answers, SCALE)
    theirs = variance.proportions(design, question.codes)
    for at, share in enumerate(scale.shares):
        assert share.estimate is not None
        assert _figures(share.estimate) == pytest.approx(_figures(theirs[at]), rel=1e-9)
        assert share.estimate.deff == pytest.approx(theirs[at].deff, rel=1e-9)
        assert share.n == int((answers["q1"] == share.option.code).sum())
    values = np.where(answers["q1"] > 0, answers["q1"], np.nan)
    assert scale.mean is not None
    assert _figures(scale.mean) == pytest.approx(_figures(variance.mean(design, values)), rel=1e-9)
    assert scale.mean.deff == pytest.approx(variance.mean(design, values).deff, rel=1e-9)
    top = np.where(answers["q1"] > 0, (answers["q1"] >= 4) * 1, -1)
    assert scale.top is not None
    assert _figures(scale.top) == pytest.approx(
        _figures(variance.proportions(design, top)[1]), rel=1e-9
    )
    assert sum(share.n or 0 for share in ranking.shares) == 600
    assert number.shares == ()
    assert number.mean is not None
    assert number.base == int((answers["q4"] >= 0).sum())


def test_clusters_too() -> None:
    answers = panel(300)
    clusters = np.random.default_rng(2).integers(0, 40, 300)
    weights = raked(answers).weights
    design = Design(weights=weights, clusters=clusters)
    (line,) = toplines(answers, [SCALE], linearise(design))
    (question,) = coded(answers, SCALE)
    theirs = variance.proportions(design, question.codes)
    for at, share in enumerate(line.shares):
        assert share.estimate is not None
        assert _figures(share.estimate) == pytest.approx(_figures(theirs[at]), rel=1e-9)


def test_missing_is_told_apart_and_out_of_the_base() -> None:
    answers = pd.DataFrame({"q1": [1, 2, 2, 5, -8, -8, -9, np.nan, -7, -6]})
    weights = np.arange(1.0, 11.0)
    (line,) = toplines(answers, [SCALE], linearise(Design(weights=weights)))
    assert line.base == 4
    assert [(each.kind, each.n) for each in line.missing] == [
        (Missing.NOT_ASKED, 1),
        (Missing.REFUSED, 1),
        (Missing.DONT_KNOW, 2),
        (Missing.NOT_ANSWERED, 2),
    ]
    assert line.missing[2].share == pytest.approx(11 / 55)
    assert [share.n for share in line.shares] == [1, 2, 0, 0, 1]
    # Weights 1, 2 + 3, 4 of 10.
    assert [share.estimate and share.estimate.value for share in line.shares] == pytest.approx(
        [0.1, 0.5, 0, 0, 0.4]
    )
    assert line.mean is not None
    assert line.mean.value == pytest.approx((1 + 2 * 5 + 5 * 4) / 10)
    assert "4명" in line.base_text.ko


def test_dont_know_in_the_base_where_the_codebook_says_so() -> None:
    answers = pd.DataFrame({"q1": [1, 2, 4, 5, -8, -8, -9, 4]})
    item = single("q1", 1, 2, 3, 4, 5, kind=Kind.SCALE, base=frozenset({Missing.DONT_KNOW}))
    (line,) = toplines(answers, [item], linearise(plain(answers)))
    assert line.base == 7
    assert [share.option.code for share in line.shares] == [1, 2, 3, 4, 5, -8]
    assert line.shares[-1].estimate is not None
    assert line.shares[-1].estimate.value == pytest.approx(2 / 7)
    assert [each.kind for each in line.missing] == [Missing.NOT_ANSWERED]
    # Nobody scores minus eight.
    assert line.mean is not None
    assert (line.mean.value, line.mean.n) == (pytest.approx(16 / 5), 5)
    assert line.top is not None
    assert line.top.value == pytest.approx(3 / 5)
    assert "모름" in line.base_text.ko


def test_a_small_share_without_weights_has_the_exact_interval() -> None:
    answers = pd.DataFrame({"q1": [1] * 2 + [2] * 98 + [-9] * 10})
    (line,) = toplines(answers, [single("q1", 1, 2, 3)], linearise(plain(answers)))
    rare, _, none = line.shares
    exact = stats.binomtest(2, 100).proportion_ci(0.95, method="exact")
    assert rare.estimate is not None
    assert (rare.estimate.low, rare.estimate.high) == pytest.approx(
        (exact.low, exact.high), rel=0.02
    )
    assert rare.estimate.margin == pytest.approx(1.98 * (0.02 * 0.98 / 99) ** 0.5, rel=0.05)
    assert none.estimate is not None
    assert (none.estimate.low, none.estimate.high) == pytest.approx(
        (0, stats.binomtest(0, 100).proportion_ci(0.95, method="exact").high)
    )


def test_options_of_several_are_questions_of_their_own() -> None:
    answers = panel(200)
    lines = toplines(answers, [SEVERAL], linearise(plain(answers)))
    assert [line.name for line in lines] == ["q2.1", "q2.2", "q2.3"]
    for line, column in zip(lines, SEVERAL.columns, strict=True):
        asked = answers[column] >= 0
        assert line.base == int(asked.sum())
        assert line.shares[0].n == int((answers[column] == 1).sum())
        assert line.shares[0].estimate is not None
        assert line.shares[0].estimate.value == pytest.approx(answers[column][asked].mean())


def test_a_ranking_counts_what_stands_first() -> None:
    answers = pd.DataFrame({"q3_rank1": [1, 2, -9, -7], "q3_rank2": [2, 1, -9, -7]})
    (line,) = toplines(answers, [RANKING], linearise(plain(answers)))
    assert [share.n for share in line.shares] == [1, 1, 0]
    assert line.base == 2


def test_nobody_answered() -> None:
    answers = pd.DataFrame({"q1": [-6, -6, -6], "q4": [np.nan, -6, -6]})
    lines = toplines(answers, [SCALE, NUMBER], linearise(plain(answers)))
    assert [(line.base, line.shares, line.mean) for line in lines] == [(0, (), None)] * 2


def test_answers_that_the_codebook_does_not_know() -> None:
    ready = linearise(Design(weights=np.ones(3)))
    with pytest.raises(UnknownAnswers, match="7"):
        toplines(pd.DataFrame({"q1": [1, 7, 2]}), [SCALE], ready)
    with pytest.raises(UnknownAnswers, match=r"1\.5"):
        toplines(pd.DataFrame({"q1": [1, 1.5, 2]}), [SCALE], ready)
    with pytest.raises(ColumnsMissing, match="q1"):
        toplines(pd.DataFrame({"q9": [1, 2, 2]}), [SCALE], ready)


def test_options_need_no_order() -> None:
    answers = pd.DataFrame({"q1": [3, 3, 1, 2]})
    item = single("q1", 3, 1, 2)
    (line,) = toplines(answers, [item], linearise(plain(answers)))
    assert item.options == options(3, 1, 2)
    assert [share.n for share in line.shares] == [2, 1, 1]


def test_the_margins_have_no_error_left() -> None:
    answers = panel(400)
    design = raked(answers, strata=False)
    sex = single("sex", 1, 2)
    (line,) = toplines(answers, [sex], linearise(design))
    assert line.shares[0].estimate is not None
    assert line.shares[0].estimate.value == pytest.approx(0.5)
    assert line.shares[0].estimate.se == pytest.approx(0, abs=1e-9)

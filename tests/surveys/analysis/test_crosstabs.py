import numpy as np
import pandas as pd
import pytest

from gongmun.surveys.analysis import variance
from gongmun.surveys.analysis.crosstabs import crosstabs
from gongmun.surveys.analysis.designs import Design
from gongmun.surveys.analysis.linearising import linearise, totals
from gongmun.surveys.analysis.precision import holm
from gongmun.surveys.analysis.rao_scott import adjusted_residuals, rao_scott
from gongmun.surveys.analysis.variables import coded
from tests.surveys.analysis.answers import AGE, ALL, SCALE, SEX, panel, plain, raked, single


@pytest.mark.parametrize("strata", [True, False])
def test_columns_and_tests_are_those_of_svy(strata: bool) -> None:
    answers = panel(700)
    design = raked(answers, strata=strata)
    (table,) = crosstabs(answers, [SCALE], [SEX], linearise(design))
    rows, groups = next(coded(answers, SCALE)).codes, next(coded(answers, SEX)).codes
    theirs = variance.rao_scott(design, rows, groups)
    assert theirs is not None
    assert table.test is not None
    assert (
        table.test.f,
        table.test.df1,
        table.test.df2,
        table.test.p,
        table.test.v,
    ) == pytest.approx((theirs.f, theirs.df1, theirs.df2, theirs.p, theirs.v), rel=1e-8)
    for at, column in enumerate(table.columns):
        inside = groups == at
        shares = variance.proportions(design, rows, inside=inside)
        for row, cell in enumerate(column.cells):
            assert cell.estimate is not None
            assert (
                cell.estimate.value,
                cell.estimate.se,
                cell.estimate.low,
                cell.estimate.df,
            ) == pytest.approx(
                (shares[row].value, shares[row].se, shares[row].low, shares[row].df), rel=1e-9
            )
            assert cell.n == int(((rows == row) & inside).sum())
        points = np.where(rows >= 0, rows + 1.0, np.nan)
        mean = variance.mean(design, points, inside=inside)
        assert column.mean is not None
        assert (column.mean.value, column.mean.se) == pytest.approx((mean.value, mean.se), rel=1e-9)
        assert column.base == int((inside & (rows >= 0)).sum())


def test_without_weights_it_is_nearly_pearsons() -> None:
    # Of a simple random sample the design effects are n / (n - 1), and the residual is Haberman's.
    answers = panel(500)
    (table,) = crosstabs(answers, [SCALE], [SEX], linearise(plain(answers)))
    counts = np.array([[cell.n for cell in column.cells] for column in table.columns]).T
    n = counts.sum()
    rows, columns = counts.sum(axis=1, keepdims=True) / n, counts.sum(axis=0, keepdims=True) / n
    pearson = float(((counts / n - rows * columns) ** 2 / (rows * columns)).sum() * n)
    assert table.test is not None
    assert table.test.f * 4 == pytest.approx(pearson, rel=0.05)
    assert table.test.v == pytest.approx((pearson / n) ** 0.5)
    haberman = (counts / n - rows * columns) / np.sqrt(
        rows * columns * (1 - rows) * (1 - columns) / n
    )
    found = np.array([[cell.residual for cell in column.cells] for column in table.columns]).T
    assert found == pytest.approx(haberman, rel=0.1)


def test_what_differs_stands_out_and_what_does_not_is_left() -> None:
    rng = np.random.default_rng(9)
    n = 600
    sex = rng.choice([1, 2], n)
    answers = pd.DataFrame(
        {
            "sex": sex,
            "tied": np.where(rng.random(n) < 0.3, sex, rng.choice([1, 2, 3], n)),
            "free": rng.choice([1, 2, 3], n),
        }
    )
    items = [single("tied", 1, 2, 3), single("free", 1, 2, 3)]
    tied, free = crosstabs(answers, items, [SEX], linearise(plain(answers)))
    assert tied.is_significant
    assert not free.is_significant
    out = {
        (c.group.code, cell.option.code)
        for c in tied.columns
        for cell in c.cells
        if cell.stands_out
    }
    assert out == {(1, 1), (1, 2), (2, 1), (2, 2)}
    assert not any(cell.stands_out for column in free.columns for cell in column.cells)
    assert tied.test is not None
    assert free.test is not None
    assert (tied.p_adjusted, free.p_adjusted) == holm([tied.test.p, free.test.p])


def test_false_alarms_of_a_family_are_rare() -> None:
    # 12 tables of chance by wave: one significant after Holm in about 5 % of waves, not in about half.
    alarms = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        answers = pd.DataFrame({f"q{at}": rng.choice([1, 2, 3], 150) for at in range(12)})
        answers["sex"] = rng.choice([1, 2], 150)
        items = [single(f"q{at}", 1, 2, 3) for at in range(12)]
        tables = crosstabs(answers, items, [SEX], linearise(plain(answers)))
        alarms += any(table.is_significant for table in tables)
    assert alarms <= 7


def test_empty_groups_and_options_break_nothing() -> None:
    answers = pd.DataFrame(
        {"q1": [1, 2, 2, -9, 5, 5], "sex": [1, 1, 1, 1, 1, 1], "age": [1, 1, 2, 2, -9, 6]}
    )
    by_sex, by_age = crosstabs(answers, [SCALE], [SEX, AGE], linearise(plain(answers)))
    assert by_sex.test is None
    assert by_sex.p_adjusted is None
    assert [column.base for column in by_sex.columns] == [5, 0]
    assert by_sex.columns[1].cells[0].estimate is None
    assert by_sex.columns[1].mean is None
    assert by_age.base == 4


def test_every_kind_of_item_has_its_tables() -> None:
    answers = panel(200)
    tables = crosstabs(answers, ALL, [SEX, AGE], linearise(raked(answers, strata=False)))
    assert [(table.name, table.by.name) for table in tables] == [
        (name, by) for name in ("q1", "q2.1", "q2.2", "q2.3", "q3") for by in ("sex", "age")
    ]
    assert all(table.test is not None for table in tables)


@pytest.mark.parametrize(
    "filled",
    [
        [1, 0, 0, 1, 1, 1, 1, 1, 1],
        [1, 0, 0, 0, 1, 1, 1, 1, 0],
        [1, 0, 1, 0, 1, 0, 1, 1, 1],
        [1, 0, 0, 0, 1, 0, 0, 0, 1],
    ],
)
def test_empty_cells_are_tested_as_by_svy(filled: list[int]) -> None:
    rng = np.random.default_rng(4)
    cells = rng.choice(9, 200, p=np.array(filled) / sum(filled))
    design = Design(weights=rng.uniform(0.5, 2, 200))
    theirs = variance.rao_scott(design, cells // 3, cells % 3)
    ours = rao_scott(totals(linearise(design), cells, 9), columns=3, df=199)
    assert theirs is not None
    assert ours is not None
    assert (ours.f, ours.df1, ours.df2, ours.v) == pytest.approx(
        (theirs.f, theirs.df1, theirs.df2, theirs.v), rel=1e-9
    )


def test_residuals_of_a_cell_that_cannot_differ() -> None:
    found = totals(linearise(Design(weights=np.ones(4))), np.array([0, 0, 0, 0]), 4)
    assert np.isnan(adjusted_residuals(found, columns=2)).any()

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongmun.surveys.analysis.errors import NotProtected
from gongmun.surveys.analysis.suppression import Cell, Relation, intervals, suppress


def _table(counts: np.ndarray) -> tuple[list[Cell], list[Relation]]:
    """A table of rows and columns with all totals; the grand total is public."""
    n = int(counts.sum())
    cells = [Cell(key="n", count=n, upper=n, is_public=True)]
    relations = []
    rows, columns = counts.shape
    for r in range(rows):
        cells.append(Cell(key=f"r{r}", count=int(counts[r].sum()), upper=n, cost=5))
        relations.append(
            Relation(wholes=(f"r{r}",), parts=tuple(f"{r},{c}" for c in range(columns)))
        )
    for c in range(columns):
        cells.append(Cell(key=f"c{c}", count=int(counts[:, c].sum()), upper=n, cost=5))
        relations.append(Relation(wholes=(f"c{c}",), parts=tuple(f"{r},{c}" for r in range(rows))))
    relations.append(Relation(wholes=("n",), parts=tuple(f"r{r}" for r in range(rows))))
    relations.append(Relation(wholes=("n",), parts=tuple(f"c{c}" for c in range(columns))))
    cells += [
        Cell(key=f"{r},{c}", count=int(counts[r, c]), upper=n)
        for r in range(rows)
        for c in range(columns)
    ]
    return cells, relations


def test_one_small_cell_takes_three_more() -> None:
    counts = np.array([[20, 3, 30], [25, 18, 40], [35, 22, 50]])
    cells, relations = _table(counts)
    found = suppress(cells, relations)
    assert found.primary == {"0,1"}
    # A rectangle is the least that hides it; of the four there are the one with the fewest answers.
    assert found.complementary == {"0,0", "1,0", "1,1"}
    assert found.weak == frozenset()
    low, high = intervals(cells, relations, found.withheld)["0,1"]
    assert (low, high) == (0, 21)


def test_nothing_small_nothing_withheld() -> None:
    cells, relations = _table(np.full((3, 3), 9))
    assert suppress(cells, relations).withheld == frozenset()


def test_two_small_cells_that_tell_each_other() -> None:
    # 1 and 2 in a row: their sum of 3 would say each within 3. More has to go.
    counts = np.array([[1, 2, 30], [25, 18, 40], [35, 22, 50]])
    cells, relations = _table(counts)
    found = suppress(cells, relations)
    for low, high in intervals(cells, relations, found.withheld).values():
        assert high - low >= 5 - 1e-6
    assert "0,2" in found.complementary or "r0" in found.complementary


def test_a_zero_is_a_small_cell() -> None:
    cells, relations = _table(np.array([[0, 30], [25, 40]]))
    assert "0,0" in suppress(cells, relations).primary


def test_what_public_figures_alone_tell_is_weak() -> None:
    cells = [
        Cell(key="n", count=104, upper=104, is_public=True),
        Cell(key="few", count=4, upper=5),
        Cell(key="many", count=100, upper=100),
    ]
    found = suppress(cells, [Relation(wholes=("n",), parts=("few", "many"))])
    assert found.withheld == {"few", "many"}
    assert found.weak == {"few", "many"}


def test_sums_that_are_none_are_refused() -> None:
    cells = [Cell(key="a", count=6, upper=9), Cell(key="b", count=7, upper=9)]
    with pytest.raises(NotProtected, match="a"):
        suppress(cells, [Relation(wholes=("a",), parts=("b",))])
    with pytest.raises(NotProtected, match="c"):
        suppress([Cell(key="c", count=3, upper=9, is_public=True)], [])


def _fewest(cells: list[Cell], relations: list[Relation]) -> float:
    """By trying every set: the least cost that protects a small table."""
    open_cells = [c for c in cells if not c.is_public]
    primary = {c.key for c in open_cells if c.count < 5}
    others = [c for c in open_cells if c.key not in primary]
    best = float("inf")
    for bits in range(2 ** len(others)):
        chosen = [c for at, c in enumerate(others) if bits >> at & 1]
        cost = sum(c.cost for c in chosen)
        if cost >= best:
            continue
        found = intervals(cells, relations, frozenset(primary | {c.key for c in chosen}))
        if all(high - low >= 5 - 1e-6 for low, high in found.values()):
            best = cost
    return best


def test_it_is_the_least() -> None:
    cells, relations = _table(np.array([[3, 9], [12, 20]]))
    found = suppress(cells, relations)
    cost = {c.key: c.cost for c in cells}
    assert found.weak == frozenset()
    assert sum(cost[key] for key in found.complementary) == _fewest(cells, relations)


@settings(max_examples=15, deadline=None)
@given(
    rows=st.integers(2, 5),
    columns=st.integers(2, 6),
    seed=st.integers(0, 10_000),
    mean=st.integers(3, 20),
)
def test_no_withheld_cell_is_pinned(rows: int, columns: int, seed: int, mean: int) -> None:
    counts = np.random.default_rng(seed).poisson(mean, (rows, columns))
    if counts.sum() < 10:
        return
    cells, relations = _table(counts)
    found = suppress(cells, relations)
    small = {f"{r},{c}" for r in range(rows) for c in range(columns) if counts[r, c] < 5}
    assert small <= found.primary
    for key, (low, high) in intervals(cells, relations, found.withheld).items():
        count = next(c.count for c in cells if c.key == key)
        assert low - 1e-6 <= count <= high + 1e-6
        assert high - low >= 5 - 1e-6
    assert found.weak == frozenset()

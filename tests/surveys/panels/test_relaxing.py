"""Quotas that cannot be met: which cell, and the smallest change."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongmun.surveys.panels.lottery import make_lottery
from gongmun.surveys.panels.pool import Pool
from gongmun.surveys.panels.quotas import Quota, Quotas
from gongmun.surveys.panels.relaxing import PoolTooSmall, QuotasInfeasible, relax
from tests.surveys.panels.pools import committees, pool_of, pools, quotas, quotas_of

WOMEN = pool_of(
    *(("F", "old", "east", f"f{n}") for n in range(6)),
    *(("M", "old", "east", f"m{n}") for n in "12"),
)


def test_the_cell_is_named_with_what_there_is_and_what_to_change() -> None:
    with pytest.raises(QuotasInfeasible) as refused:
        make_lottery(WOMEN, quotas_of(6, F=(2, 3), M=(3, 4)))
    assert "- sex F: 할당 2~3명, 명단 6명(주소 6곳), 제안 2~4명" in refused.value.message_ko
    assert "- sex M: 할당 3~4명, 명단 2명(주소 2곳), 제안 2~4명" in refused.value.message_ko
    assert "proposed 2 to 4" in refused.value.message_en


def test_a_cell_of_whom_there_is_nobody() -> None:
    (found,) = relax(WOMEN, quotas_of(3, west=(1, 1), east=(0, 3)))
    assert (found.cell.value, found.have, found.least, found.most) == ("west", 0, 0, 1)


def test_people_enough_but_at_too_few_addresses() -> None:
    pool = pool_of(
        *(("M", "old", "east", "a"),) * 3, *(("F", "old", "east", home) for home in "bcd")
    )
    (found,) = relax(pool, quotas_of(3, M=(2, 2)))
    assert (found.cell.value, found.have, found.addresses) == ("M", 3, 1)
    assert (found.least, found.most) == (1, 2)


def test_each_cell_has_enough_but_not_together() -> None:
    """The only young ones are men from the west, of whom at most one may be seated."""
    pool = pool_of(
        *(("M", "young", "west", f"y{n}") for n in range(3)),
        *(("F", "old", "east", f"o{n}") for n in range(3)),
        *(("M", "old", "east", f"m{n}") for n in range(3)),
    )
    found = relax(pool, quotas_of(4, young=(2, 3), west=(0, 1)))
    assert sum(each.cell.least - each.least + each.most - each.cell.most for each in found) == 1
    assert {each.cell.value for each in found} <= {"young", "west"}


def test_a_pool_of_too_few_addresses_has_no_quotas_that_help() -> None:
    with pytest.raises(PoolTooSmall, match="2곳"):
        make_lottery(pool_of(*(("F", "old", "east", home) for home in "aab")), quotas_of(3))
    with pytest.raises(PoolTooSmall):
        relax(pool_of(("F", "old", "east", "a")), quotas_of(2))


@settings(max_examples=40)
@given(pools(largest=6), quotas(sizes=st.integers(1, 3)))
def test_the_proposal_helps_and_nothing_smaller_does(pool: Pool, wanted: Quotas) -> None:
    try:
        found = relax(pool, wanted)
    except PoolTooSmall:
        assert next(committees(pool, quotas_of(wanted.size)), None) is None
        return
    changed = {each.cell: (each.least, each.most) for each in found}
    proposed = _with(wanted, changed)
    assert next(committees(pool, proposed), None) is not None
    total = sum(cell.least - low + high - cell.most for cell, (low, high) in changed.items())
    smallest = min(
        sum(
            max(0, cell.least - count, count - cell.most)
            for cell, count in zip(wanted.cells, counts, strict=True)
        )
        for chosen in committees(pool, quotas_of(wanted.size))
        for counts in [_counts(pool, wanted, chosen)]
    )
    assert total == smallest
    assert (total == 0) is (next(committees(pool, wanted), None) is not None)


def _with(wanted: Quotas, changed: dict[Quota, tuple[int, int]]) -> Quotas:
    cells = tuple(
        Quota(feature=cell.feature, value=cell.value, least=low, most=high)
        for cell in wanted.cells
        for low, high in [changed.get(cell, (cell.least, cell.most))]
    )
    return Quotas(size=wanted.size, cells=cells)


def _counts(pool: Pool, wanted: Quotas, chosen: tuple[int, ...]) -> list[int]:
    counts = [0] * len(wanted.cells)
    for place, cell in product(chosen, range(len(counts))):
        counts[cell] += cell in wanted.of(pool.people[place].traits)
    return counts

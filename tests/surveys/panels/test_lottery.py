"""The lottery: known answers, and every small pool against all of its committees."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench import surveys
from gongmun.surveys.panels.drawing import draw
from gongmun.surveys.panels.lottery import (
    Lottery,
    LotteryUnfinished,
    TicketsTooFew,
    make_lottery,
)
from gongmun.surveys.panels.pool import Pool
from gongmun.surveys.panels.quotas import Quotas
from gongmun.surveys.panels.region import region, worthiest
from gongmun.surveys.panels.relaxing import PoolTooSmall, QuotasInfeasible
from tests.surveys.panels.conftest import Drawn
from tests.surveys.panels.pools import (
    committees,
    largest_least_chance,
    meets,
    pool_of,
    pools,
    possible,
    quotas,
    quotas_of,
)

pytestmark = pytest.mark.long


def made(pool: Pool, wanted: Quotas) -> Lottery | None:
    """The lottery, or None where there is none."""
    try:
        return make_lottery(pool, wanted)
    except (QuotasInfeasible, PoolTooSmall):
        return None


def test_of_2000_volunteers_nobody_has_less_than_the_narrowest_quota_leaves(of_2000: Drawn) -> None:
    """Known: 7.07 %, for there are at most 40 seats for the 566 people in their fifties."""
    proof = of_2000.lottery.proof
    assert proof.value == pytest.approx(40 / 566, abs=1e-8)
    assert proof.bound == pytest.approx(40 / 566, abs=1e-11)
    assert proof.gap < 1e-8
    assert min(of_2000.lottery.chances()) >= Fraction(40, 566) - Fraction(1, 1000)
    assert proof.loss <= 1e-3
    # As equal as that allows: nobody is certain to be drawn.
    assert proof.highest < 0.26


def test_the_published_example_of_2000_gives_everybody_10_per_cent() -> None:
    """999 liberal and 1 conservative women, 1,000 conservative men (Flanigan et al. 2021, Methods): 10.0 %."""
    pool, wanted = surveys.example()
    lottery = make_lottery(pool, wanted)
    assert set(lottery.chances()) == {Fraction(1, 10)}
    assert (lottery.proof.value, lottery.proof.bound) == pytest.approx((0.1, 0.1), abs=1e-8)


def test_each_ticket_meets_the_quotas_and_all_seats_are_given(of_2000: Drawn) -> None:
    lottery = of_2000.lottery
    allowed = region(lottery.grouping, of_2000.quotas)
    assert len(lottery.tickets) == 1_000
    assert all(allowed.holds(np.array(ticket, dtype=float)) for ticket in lottery.tickets)
    groups = zip(lottery.chances(), lottery.grouping.groups, strict=True)
    assert sum(chance * each.people for chance, each in groups) == 200


def test_the_weights_prove_the_bound(of_2000: Drawn) -> None:
    proof = of_2000.lottery.proof
    whole = region(of_2000.lottery.grouping, of_2000.quotas)
    weights = np.array(proof.weights)
    assert weights.sum() == pytest.approx(1)
    best = worthiest(whole, weights / whole.people, exactly=True)
    assert best is not None
    assert best.bound <= proof.bound + 1e-9


@settings(max_examples=35)
@given(possible())
# Of an address shared by two of four; and four who all live together.
@example(
    (
        pool_of(
            *(("F", "old", "east", "a"),) * 2,
            ("F", "old", "east", "b"),
            ("M", "old", "west", "b"),
        ),
        quotas_of(2, F=(1, 2)),
    )
)
@example((pool_of(*((sex, "old", "east", "a") for sex in "FMFM")), quotas_of(1)))
# Split committees would be fairer than whole ones are: the last latitude has to prove it.
@example(
    (
        pool_of(
            *(("M", "old", "east", "a"), ("M", "old", "west", "b"), ("F", "young", "west", "a")),
            *(
                ("M", "young", "west", "a"),
                ("M", "young", "west", "c"),
                ("M", "young", "east", "b"),
            ),
            *(("M", "young", "east", "b"), ("F", "young", "west", "d"), ("M", "old", "east", "c")),
        ),
        quotas_of(2, old=(1, 2), east=(1, 2)),
    )
)
# Somebody cannot be seated at all, though he could be split.
@example(
    (
        pool_of(
            *(("M", "young", "east", "a"), ("M", "old", "west", "b"), ("F", "old", "west", "b")),
            *(("M", "old", "west", "c"), ("F", "old", "west", "d"), ("F", "young", "west", "b")),
            *(("M", "old", "east", "b"), ("F", "young", "east", "e"), ("M", "young", "west", "d")),
        ),
        quotas_of(3, M=(0, 2), young=(2, 3), west=(2, 3)),
    )
)
def test_no_lottery_over_people_is_fairer(instance: tuple[Pool, Quotas]) -> None:
    pool, wanted = instance
    best, lottery = largest_least_chance(pool, wanted), make_lottery(pool, wanted)
    assert best is not None
    assert lottery.proof.value == pytest.approx(best, abs=1e-6)
    assert lottery.proof.bound == pytest.approx(best, abs=1e-6)
    assert min(lottery.chances()) >= best - 1.001e-3
    groups = zip(lottery.chances(), lottery.grouping.groups, strict=True)
    assert sum(chance * each.people for chance, each in groups) == wanted.size
    for number in range(3):
        found = draw(pool, lottery.grouping, lottery.tickets, f"key {number}")
        by_id = {person.id: person for person in pool.people}
        assert meets([by_id[id_] for id_ in found.members], wanted)
        assert sorted([*found.members, *found.reserves]) == sorted(by_id)


@settings(max_examples=30)
@given(pools(), quotas(sizes=st.integers(1, 4)))
def test_there_is_a_lottery_where_there_is_a_committee(pool: Pool, wanted: Quotas) -> None:
    known = next(committees(pool, wanted), None)
    assert (made(pool, wanted) is None) is (known is None)


@settings(max_examples=8)
@given(possible(), st.sampled_from(["F", "old", "west"]))
def test_wider_quotas_are_never_less_fair(instance: tuple[Pool, Quotas], wider: str) -> None:
    pool, wanted = instance
    bounds = {cell.value: (cell.least, cell.most) for cell in wanted.cells}
    bounds[wider] = (0, wanted.size)
    after = make_lottery(pool, quotas_of(wanted.size, **bounds))
    assert after.proof.value >= make_lottery(pool, wanted).proof.value - 1e-8


def test_the_same_pool_gives_the_same_lottery() -> None:
    pool = pool_of(*(("F" if n % 3 else "M", "old", "east", f"{n % 7}") for n in range(12)))
    assert make_lottery(pool, quotas_of(4)) == make_lottery(pool, quotas_of(4))


def test_nobody_is_left_at_zero_where_that_can_be_avoided_and_others_are_not_harmed() -> None:
    """The one from the west cannot be seated at all; the others are as if he were not there."""
    pool = pool_of(*(("F", "old", "east", f"{n}") for n in range(4)), ("M", "old", "west", "w"))
    lottery = make_lottery(pool, quotas_of(2, west=(0, 0)))
    assert lottery.proof.value == pytest.approx(0, abs=1e-8)
    assert sorted(set(lottery.chances())) == [0, Fraction(1, 2)]


def test_nobody_is_rounded_away_because_chances_are_small() -> None:
    """The one man has 1 in 3,001: of 1,000 tickets he would be in none, and 1/1000 would call that near enough."""
    pool = pool_of(*(("FM"[n == 0], "old", "east", f"{n}") for n in range(3_001)))
    with pytest.raises(TicketsTooFew, match="10000"):
        make_lottery(pool, quotas_of(1))
    lottery = make_lottery(pool, quotas_of(1), tickets=10_000)
    assert min(lottery.chances()) > Fraction(1, 2 * 3_001)


def test_a_search_that_ends_too_early_makes_no_lottery(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = pool_of(*(("FM"[n % 2], "old", "east", f"{n}") for n in range(8)))
    monkeypatch.setattr("gongmun.surveys.panels.lottery.LARGEST_GAP", -1.0)
    with pytest.raises(LotteryUnfinished, match="할당"):
        make_lottery(pool, quotas_of(2))


def test_too_few_tickets_for_a_chance_are_refused() -> None:
    pool = pool_of(*(("F", "old", "east", f"{n}") for n in range(3)), ("M", "old", "west", "w"))
    with pytest.raises(TicketsTooFew, match="70"):
        make_lottery(pool, quotas_of(3), tickets=7)

"""The draw: what follows from a key, exactly as likely as it should be."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from gongmun.surveys.panels.drawing import draw, seat
from gongmun.surveys.panels.grouping import group
from gongmun.surveys.panels.lottery import make_lottery
from gongmun.surveys.panels.pool import Pool
from gongmun.surveys.panels.seeds import Numbers, commitment, draw_key
from tests.surveys.panels.conftest import Drawn
from tests.surveys.panels.pools import pool_of, quotas_of

pytestmark = pytest.mark.long


def test_numbers_are_blocks_of_sha256_by_their_place() -> None:
    numbers = Numbers("key", "name")
    blocks = [
        int.from_bytes(hashlib.sha256(f"key\nname\n{place}".encode()).digest(), "big")
        for place in range(4)
    ]
    assert numbers.below(1_000) == blocks[0] % 1_000
    assert numbers.below(7) == blocks[1] % 7
    assert numbers.below(2**300) == (blocks[2] * 2**256 + blocks[3]) % 2**300


def test_what_would_favour_small_numbers_is_passed_over() -> None:
    """Of a limit a little over half of a block's numbers, the upper half is passed over."""
    limit = 2**255 + 1
    found = [Numbers("key", f"{place}").below(limit) for place in range(200)]
    assert all(0 <= number < limit for number in found)
    blocks = [
        int(hashlib.sha256(f"key\n{place}\n0".encode()).hexdigest(), 16) for place in range(200)
    ]
    passed_over = [place for place in range(200) if blocks[place] >= limit]
    assert passed_over
    assert all(found[place] != blocks[place] - limit for place in passed_over)


@pytest.mark.parametrize("limit", [2, 3, 10, 1_000])
def test_numbers_are_uniform(limit: int) -> None:
    numbers = Numbers("a fixed key", f"below {limit}")
    counts = Counter(numbers.below(limit) for _ in range(20_000))
    assert chisquare([counts[number] for number in range(limit)]).pvalue > 0.001


def test_orders_are_uniform() -> None:
    numbers = Numbers("a fixed key", "orders")
    counts: Counter[str] = Counter()
    for _ in range(6_000):
        items = list("abcd")
        numbers.shuffle(items)
        counts["".join(items)] += 1
    assert len(counts) == 24
    assert chisquare(list(counts.values())).pvalue > 0.001


def test_the_commitment_and_the_key_are_of_lines() -> None:
    lines = b"gongmun-commitment-1\nseed\npool\nlottery\nsource"
    assert commitment("seed", "pool", "lottery", "source") == hashlib.sha256(lines).hexdigest()
    lines = b"gongmun-draw-1\nseed\nlottery\npublic"
    assert draw_key("seed", "lottery", "public") == hashlib.sha256(lines).hexdigest()


def test_within_a_kind_everybody_is_as_likely_and_homes_are_kept() -> None:
    """Of nine alike who live alone, in twos and threes, three are drawn, and never two of one address."""
    pool = pool_of(*(("F", "old", "east", home) for home in "abbcccdef"))
    grouping = group(pool)
    counts: Counter[int] = Counter()
    for number in range(4_000):
        chosen = seat(pool, grouping, (3,), f"key {number}")
        homes = [pool.people[place].household for place in chosen]
        assert len(chosen) == 3
        assert len({home or -place for place, home in enumerate(homes)}) == 3
        counts.update(chosen)
    assert chisquare([counts[place] for place in range(9)]).pvalue > 0.001


def test_chances_of_a_whole_lottery_are_met() -> None:
    """Drawn 3,000 times, everybody comes up as often as `chances` say, also who shares an address."""
    pool = pool_of(
        *(("F", "old", "east", home) for home in "abcc"),
        *(("M", "young", "west", home) for home in "addeff"),
    )
    lottery = make_lottery(pool, quotas_of(4, F=(1, 2), M=(2, 3)))
    counts: Counter[str] = Counter()
    for number in range(3_000):
        counts.update(draw(pool, lottery.grouping, lottery.tickets, f"key {number}").members)
    for person, place in zip(pool.people, lottery.grouping.group_of, strict=True):
        chance = float(lottery.chances()[place])
        spread = (3_000 * chance * (1 - chance)) ** 0.5
        assert abs(counts[person.id] - 3_000 * chance) <= 4 * spread


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from("FM"), st.sampled_from("abcdefghij")), min_size=4, max_size=24
    ),
    st.integers(0, 10**6),
)
def test_seats_are_kept_and_no_home_has_two(people: list[tuple[str, str]], number: int) -> None:
    pool = pool_of(*((sex, "old", "east", home) for sex, home in people))
    grouping = group(pool)
    largest = max((len(places) for places in pool.households().values()), default=1)
    ticket = tuple(each.people // largest for each in grouping.groups)
    chosen = seat(pool, grouping, ticket, f"key {number}")
    assert Counter(grouping.group_of[place] for place in chosen) == Counter(
        {place: seats for place, seats in enumerate(ticket) if seats}
    )
    homes = _homes(pool, chosen)
    assert len(set(homes)) == len(homes)


def test_the_panel_of_200_is_a_panel(of_2000: Drawn) -> None:
    lottery = of_2000.lottery
    for number in range(5):
        found = draw(of_2000.pool, lottery.grouping, lottery.tickets, f"key {number}")
        members = set(found.members)
        places = {n for n, person in enumerate(of_2000.pool.people) if person.id in members}
        seats = Counter(lottery.grouping.group_of[place] for place in places)
        assert (
            tuple(seats[place] for place in range(len(lottery.grouping.groups)))
            == (lottery.tickets[found.ticket])
        )
        homes = _homes(of_2000.pool, places)
        assert len(set(homes)) == len(homes)
        assert len(found.reserves) == 1_800


def _homes(pool: Pool, places: set[int]) -> list[int]:
    return [home for place in places if (home := pool.people[place].household) is not None]

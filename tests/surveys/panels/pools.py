"""Small pools and quotas of all kinds, and every committee of one, counted one by one."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog

from gongmun.surveys.panels.pool import Person, Pool, assemble
from gongmun.surveys.panels.quotas import Quota, Quotas

VALUES = {"sex": ("F", "M"), "age": ("old", "young"), "place": ("east", "west")}


def pool_of(*people: tuple[str, str, str, str]) -> Pool:
    """A pool of people given by sex, age, place and address; ids are p0, p1, …"""
    return assemble(
        tuple(VALUES), ((f"p{place}", each[:3], each[3]) for place, each in enumerate(people))
    )


def quotas_of(size: int, **bounds: tuple[int, int]) -> Quotas:
    """Quotas of any size for each cell but those given by value, `F=(1, 2)`."""
    return Quotas(
        size=size,
        cells=tuple(
            Quota(feature=feature, value=value, least=least, most=most)
            for feature, values in VALUES.items()
            for value in values
            for least, most in [bounds.get(value, (0, size))]
        ),
    )


@st.composite
def pools(draw: st.DrawFn, *, largest: int = 8) -> Pool:
    """Up to `largest` people at rather fewer addresses."""
    person = st.tuples(*map(st.sampled_from, VALUES.values()), st.sampled_from("abcdefgh"))
    return pool_of(*draw(st.lists(person, min_size=1, max_size=largest)))


@st.composite
def quotas(draw: st.DrawFn, *, sizes: st.SearchStrategy[int]) -> Quotas:
    """Bounds around half of the panel, which may or may not be possible."""
    size = draw(sizes)
    bounds = {
        value: sorted(draw(st.tuples(st.integers(0, size), st.integers(0, size))))
        for values in VALUES.values()
        for value in values
    }
    return quotas_of(size, **{value: (low, high) for value, (low, high) in bounds.items()})


@st.composite
def possible(draw: st.DrawFn) -> tuple[Pool, Quotas]:
    """A pool, and quotas that at least one committee of it meets: so many of each value, more or less."""
    pool = draw(pools())
    order = draw(st.permutations(range(len(pool.people))))
    chosen = [
        pool.people[place]
        for number, place in enumerate(order)
        if pool.people[place].household is None
        or pool.people[place].household not in {pool.people[n].household for n in order[:number]}
    ][: draw(st.integers(1, 4))]
    bounds = {}
    for values, place in zip(VALUES.values(), range(3), strict=True):
        for value in values:
            there = sum(person.traits[place] == value for person in chosen)
            less, more = draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
            bounds[value] = (max(0, there - less), there + more)
    return pool, quotas_of(len(chosen), **bounds)


def meets(people: list[Person], wanted: Quotas) -> bool:
    """Whether these people meet the quotas, one an address."""
    homes = [person.household for person in people if person.household is not None]
    counts = [0] * len(wanted.cells)
    for person in people:
        for cell in wanted.of(person.traits):
            counts[cell] += 1
    return (
        len(people) == wanted.size
        and len(set(homes)) == len(homes)
        and all(
            cell.least <= count <= cell.most
            for cell, count in zip(wanted.cells, counts, strict=True)
        )
    )


def committees(pool: Pool, wanted: Quotas) -> Iterator[tuple[int, ...]]:
    """Every committee of the pool, as places of people."""
    for chosen in combinations(range(len(pool.people)), wanted.size):
        if meets([pool.people[place] for place in chosen], wanted):
            yield chosen


def largest_least_chance(pool: Pool, wanted: Quotas) -> float | None:
    """The smallest chance of the fairest lottery over all committees of people; None where there is none."""
    known = list(committees(pool, wanted))
    if not known:
        return None
    people = len(pool.people)
    rows = np.zeros((people, len(known) + 1))
    for place, chosen in enumerate(known):
        rows[list(chosen), place] = -1
    rows[:, -1] = 1
    solved = linprog(
        np.append(np.zeros(len(known)), -1),
        A_ub=rows,
        b_ub=np.zeros(people),
        A_eq=np.append(np.ones(len(known)), 0)[None],
        b_eq=[1],
    )
    return float(-solved.fun)

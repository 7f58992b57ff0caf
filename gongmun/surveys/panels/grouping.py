"""Groups (묶음): people of the pool who are alike for the lottery, so that it need not tell them apart.

Everybody of the same traits, a *stratum*, is alike but for those who live with him. Of one address at most one is
drawn. Where the chances of all who live there never come to a whole seat, that needs no rule here:
`drawing` keeps it, and keeps every chance. Only *tight* households, where they might, count by their composition,
as groups of their own with at most one seat a household. Then the lottery of groups is exactly as fair as one of people.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gongmun.surveys.panels.pool import Pool

Traits: TypeAlias = tuple[str, ...]
# The traits of all who share an address, sorted.
Composition: TypeAlias = tuple[Traits, ...]
# A seat, or so near to one that rounding may hide that it is more.
_WHOLE = 1 - 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """People of the same traits; with `composition` those in tight households so composed, else all others."""

    traits: Traits
    composition: Composition
    people: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """Households of one composition: their groups together have at most `seats`, one a household."""

    groups: tuple[int, ...]
    seats: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Grouping:
    """A pool in groups. `group_of` has the place in `groups` of each person, in the pool's order."""

    groups: tuple[Group, ...]
    group_of: tuple[int, ...]
    shared: tuple[Shared, ...]


def group(pool: Pool, tight: Collection[Composition] = ()) -> Grouping:
    """The pool in groups, where the households of the compositions `tight` count by composition."""
    lives = compositions(pool)
    keys = [
        (person.traits, lives[person.household])
        if person.household is not None and lives[person.household] in tight
        else (person.traits, ())
        for person in pool.people
    ]
    people = Counter(keys)
    place = {key: number for number, key in enumerate(sorted(people))}
    households = Counter(lives.values())
    return Grouping(
        groups=tuple(
            Group(traits=traits, composition=composition, people=people[traits, composition])
            for traits, composition in place
        ),
        group_of=tuple(place[key] for key in keys),
        shared=tuple(
            Shared(
                groups=tuple(place[traits, composition] for traits in sorted(set(composition))),
                seats=households[composition],
            )
            for composition in sorted(set(tight) & set(households))
        ),
    )


def compositions(pool: Pool) -> Mapping[int, Composition]:
    """How each shared household is composed."""
    return {
        household: tuple(sorted(pool.people[place].traits for place in places))
        for household, places in pool.households().items()
    }


def crowded(pool: Pool, grouping: Grouping, chances: Sequence[float]) -> set[Composition]:
    """The compositions of households that are no groups of their own, and whose chances, by group, sum to a seat or more."""
    lives = compositions(pool)
    return {
        lives[household]
        for household, places in pool.households().items()
        if not grouping.groups[grouping.group_of[places[0]]].composition
        and sum(chances[grouping.group_of[place]] for place in places) > _WHOLE
    }

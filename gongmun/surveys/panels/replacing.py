"""Replacement (충원): who follows a member that drops out, from the reserves that were drawn with him."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from gongmun.surveys.panels.pool import Person, Pool
from gongmun.surveys.panels.quotas import Quotas


@dataclass(frozen=True, kw_only=True, slots=True)
class Replacement:
    """Who follows whom. `differs` names the features in which they differ; `by` is None where nobody can follow."""

    gone: str
    by: str | None
    differs: tuple[str, ...]


def replace(
    pool: Pool,
    quotas: Quotas,
    members: Collection[str],
    reserves: Sequence[str],
    gone: Sequence[str],
    unavailable: Collection[str] = (),
) -> Sequence[Replacement]:
    """The replacements of the members `gone`, in that order; ids, all of the pool.

    First comes the first of the reserves of the same stratum, that is of the same traits. Else it is who differs in the
    fewest features, and of these the first, provided that no cell of the quotas is farther from its bounds than before. Nobody
    lives with a member who stays, or is `unavailable`. The order of `reserves` was drawn, so nobody has a choice.
    """
    people = {person.id: person for person in pool.people}
    left = [people[id_] for id_ in reserves if id_ not in {*members, *gone, *unavailable}]
    # All seats count as filled while one is refilled: each change of two keeps the quotas by itself.
    seated = [people[id_] for id_ in members]
    homes = {people[id_].household for id_ in members if id_ not in set(gone)} - {None}
    done = []
    for leaving in (people[id_] for id_ in gone):
        follower = _follower(quotas, seated, leaving, left, homes)
        if follower is not None:
            seated = [follower if each is leaving else each for each in seated]
            left.remove(follower)
            homes |= {follower.household} - {None}
        done.append(
            Replacement(
                gone=leaving.id,
                by=follower.id if follower else None,
                differs=_differs(pool, leaving, follower) if follower else (),
            )
        )
    return done


def _follower(
    quotas: Quotas,
    seated: Sequence[Person],
    leaving: Person,
    left: Sequence[Person],
    homes: Collection[int | None],
) -> Person | None:
    counts = Counter(cell for person in seated for cell in quotas.of(person.traits))
    before = _off(quotas, counts)
    nearest = sorted(left, key=lambda person: _distance(leaving, person))  # keeps the drawn order
    for person in nearest:
        if person.household in homes:
            continue
        after = counts.copy()
        after.subtract(quotas.of(leaving.traits))
        after.update(quotas.of(person.traits))
        if all(new <= old for new, old in zip(_off(quotas, after), before, strict=True)):
            return person
    return None


def _off(quotas: Quotas, counts: Counter[int]) -> list[int]:
    """How far each cell is from its bounds."""
    return [
        max(cell.least - counts[place], counts[place] - cell.most, 0)
        for place, cell in enumerate(quotas.cells)
    ]


def _distance(one: Person, other: Person) -> int:
    return sum(a != b for a, b in zip(one.traits, other.traits, strict=True))


def _differs(pool: Pool, one: Person, other: Person) -> tuple[str, ...]:
    return tuple(
        feature
        for feature, a, b in zip(pool.features, one.traits, other.traits, strict=True)
        if a != b
    )

"""Rotation (교체) between waves: who stays, who leaves, and which places are open for a new draw."""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gongmun.surveys.panels.pool import Pool
from gongmun.surveys.panels.quotas import Quota, Quotas
from gongmun.surveys.panels.seeds import Numbers, sha256

ROTATION = "gongmun-rotation-1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """When somebody served: from the wave `first`, without a break, to the wave `last`. Waves count from 1."""

    id: str
    first: int
    last: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rotation:
    """Ids of the members who stay for a wave and of those who leave, each in order of the id."""

    stays: tuple[str, ...]
    leaves: tuple[str, ...]


def rotate(members: Sequence[Service], share: Fraction, key: str) -> Rotation:
    """The share of the members, rounded up, who make room: those who began first, of these whom `key` decides."""
    order = sorted(each.id for each in members)
    Numbers(key, "rotation").shuffle(order)
    began = {each.id: each.first for each in members}
    # The sort keeps the drawn order of those who began together.
    leaving = sorted(order, key=lambda id_: began[id_])[: math.ceil(share * len(order))]
    return Rotation(stays=tuple(sorted(set(order) - set(leaving))), leaves=tuple(sorted(leaving)))


def service(id_: str, waves: Sequence[int], next_wave: int) -> Service:
    """When somebody served who was asked in `waves`: what came before his last break does not count.

    Whoever was never asked begins with `next_wave`, and so leaves last.
    """
    if not waves:
        return Service(id=id_, first=next_wave, last=next_wave)
    asked, first = set(waves), max(waves)
    while first - 1 in asked:
        first -= 1
    return Service(id=id_, first=first, last=max(waves))


def rotation_key(draw_sha256: str, wave: int) -> str:
    """What decides between those who began together: of the published draw and the wave, so that nobody chooses."""
    return sha256("\n".join((ROTATION, draw_sha256, str(wave))).encode())


def to_fill(quotas: Quotas, pool: Pool, staying: Collection[str]) -> tuple[Quotas, Pool]:
    """What is left to draw when members of the pool stay: quotas for the other seats, and who may have them.

    Nobody who lives with one who stays is left in the pool. A cell that those who stay have filled has a maximum of 0.
    """
    stay = set(staying)
    kept = [person for person in pool.people if person.id in stay]
    homes = {person.household for person in kept} - {None}
    counts = Counter(cell for person in kept for cell in quotas.of(person.traits))
    return (
        Quotas(
            size=quotas.size - len(kept),
            cells=tuple(
                Quota(
                    feature=cell.feature,
                    value=cell.value,
                    least=max(0, cell.least - counts[place]),
                    most=max(0, cell.most - counts[place]),
                )
                for place, cell in enumerate(quotas.cells)
            ),
        ),
        Pool(
            features=pool.features,
            people=tuple(
                person
                for person in pool.people
                if person.id not in stay and person.household not in homes
            ),
        ),
    )

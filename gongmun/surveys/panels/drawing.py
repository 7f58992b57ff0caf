"""The draw (추첨): a ticket, then people for its seats, then the order of the reserves.

The ticket says how many seats each group has. Within a group everybody has the same chance, and of one household at most
one is drawn. Both at once are kept by rounding the chances two by two along a path of people who share a group or a household
in turn (dependent rounding; Gandhi, Khuller, Parthasarathy and Srinivasan, J. ACM 53, 2006): what one gains, the next loses,
so each sum stays what it is, and everybody's expected share as well. All shares are whole numbers; nothing is rounded by floats.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongmun.surveys.panels.grouping import Grouping
from gongmun.surveys.panels.pool import Pool
from gongmun.surveys.panels.seeds import Numbers
from gongmun.surveys.panels.ticketing import Ticket


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """What was drawn: the number of the ticket, from 0; the members by id; all others in the order of reserves."""

    ticket: int
    members: tuple[str, ...]
    reserves: tuple[str, ...]


def draw(pool: Pool, grouping: Grouping, tickets: Sequence[Ticket], key: str) -> Draw:
    """The draw that follows from a key. Each ticket keeps one person a household, see `grouping`."""
    number = Numbers(key, "ticket").below(len(tickets))
    chosen = seat(pool, grouping, tickets[number], key)
    others = [person.id for place, person in enumerate(pool.people) if place not in chosen]
    Numbers(key, "reserves").shuffle(others)
    return Draw(
        ticket=number,
        members=tuple(pool.people[place].id for place in sorted(chosen)),
        reserves=tuple(others),
    )


def seat(pool: Pool, grouping: Grouping, ticket: Ticket, key: str) -> set[int]:
    """The places in the pool of the people who have the seats of a ticket."""
    order = list(range(len(pool.people)))
    Numbers(key, "order").shuffle(order)
    numbers = Numbers(key, "people")
    # A whole seat, as a number of which every share is a whole part.
    people = [each.people for each in grouping.groups]
    whole = math.lcm(*people)
    share = [ticket[group] * (whole // people[group]) for group in grouping.group_of]
    open_ = _Open(pool, grouping, [place for place in order if 0 < share[place] < whole])
    while path := open_.path():
        gains, losses = path[::2], path[1::2]
        # How far the shares can go either way, until one is nothing or a whole seat.
        up = min([*(whole - share[p] for p in gains), *(share[p] for p in losses)])
        down = min([*(share[p] for p in gains), *(whole - share[p] for p in losses)])
        step = up if numbers.below(up + down) < down else -down
        for place in gains:
            share[place] += step
        for place in losses:
            share[place] -= step
        open_.settle([place for place in path if share[place] in (0, whole)])
    return {place for place, part in enumerate(share) if part == whole}


class _Open:
    """The people who are neither drawn nor passed over yet, in order, by group and by household."""

    def __init__(self, pool: Pool, grouping: Grouping, order: Sequence[int]) -> None:
        self._group = grouping.group_of
        # Who shares no address is a household of his own, with a number below 0.
        self._house = [
            -1 - place if person.household is None else person.household
            for place, person in enumerate(pool.people)
        ]
        self._groups = _by(order, self._group)
        self._houses = _by(order, self._house)
        self._all = dict.fromkeys(order)
        self._rank = {place: rank for rank, place in enumerate(order)}
        # Those whose household has no other, as a heap of their ranks; some are settled by now.
        self._ends = [
            (rank, place) for rank, place in enumerate(order) if len(self._home(place)) == 1
        ]

    def _home(self, place: int) -> dict[int, None]:
        return self._houses[self._house[place]]

    def settle(self, places: Sequence[int]) -> None:
        """They are drawn or passed over."""
        for place in places:
            home = self._home(place)
            for known in (self._all, self._groups[self._group[place]], home):
                del known[place]
            if len(home) == 1:
                left = next(iter(home))
                heapq.heappush(self._ends, (self._rank[left], left))

    def path(self) -> Sequence[int]:
        """People who in turn share a group and a household, beginning with a group. Empty: nobody is open.

        It begins with the first person whose household has no other open one, or else with the first person at
        all, and goes on to the first other one each time. It ends where a household has no other. If it comes back
        to a group or household that it has been to, it is the circle from there on.
        """
        while self._ends and self._ends[0][1] not in self._all:
            heapq.heappop(self._ends)
        first = self._ends[0][1] if self._ends else next(iter(self._all), None)
        if first is None:
            return ()
        path, been = [first], {("house", self._house[first]): 0}
        while True:
            last = path[-1]
            kind, number, near = (
                ("group", self._group[last], self._groups[self._group[last]])
                if len(path) % 2
                else ("house", self._house[last], self._home(last))
            )
            if (kind, number) in been:
                return path[been[kind, number] :]
            been[kind, number] = len(path)
            other = next((place for place in near if place != last), None)
            if other is None:
                return path
            path.append(other)


def _by(order: Sequence[int], key: Sequence[int]) -> Mapping[int, dict[int, None]]:
    found: dict[int, dict[int, None]] = {}
    for place in order:
        found.setdefault(key[place], {})[place] = None
    return found

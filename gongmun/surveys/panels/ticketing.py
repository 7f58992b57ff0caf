"""A mix of committees as tickets (추첨권) of which each is as likely: a lottery that one number decides."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from gongmun.surveys.panels.mixing import Mix, herd
from gongmun.surveys.panels.region import Region

# Seats by group, in the order of groups.
Ticket: TypeAlias = tuple[int, ...]
# Chances by tickets are to lie no farther than this from those of the mix.
LARGEST_LOSS = 1e-3
# What the smallest chance may lose of itself by that: nobody is to be left without one because chances are small.
_LARGEST_PART = 0.5
_SAME = 1e-7
# What a number of tickets may lack to be whole: probabilities come from a solver.
_WHOLE = 1e-5
# Parts of the tickets that are herded anew, beyond what is left by rounding, until the chances are near enough.
_ANEW = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rounded:
    """Tickets in order, and how far the chance of anybody by them lies from that of the mix, at the most.

    `short` is what the smallest chance by the tickets lacks of what `lossy` allows; 0 or less: nothing.
    """

    tickets: tuple[Ticket, ...]
    loss: float
    short: float

    @property
    def near(self) -> bool:
        """Whether every chance is within 1/1000, and the smallest is at least half of what it is to be."""
        return self.loss <= LARGEST_LOSS + _SAME and self.short <= _SAME


def lossy(smallest: float) -> float:
    """The least that the smallest chance may be after the rounding to tickets, by what it is before."""
    return smallest - min(LARGEST_LOSS, _LARGEST_PART * smallest)


def into_tickets(region: Region, mix: Mix, number: int) -> Rounded:
    """`number` committees of the region whose groups have on average about what they have in the mix.

    Each committee of the mix is there as often as it is due, rounded down. The tickets that are left are new
    committees, herded to make up for what the rounding took.
    """
    rounded = [_round(region, mix, number, _ANEW[0])]
    for anew in _ANEW[1:]:
        if rounded[-1].near:
            break
        rounded.append(_round(region, mix, number, anew))
    return min(rounded, key=lambda each: (not each.near, each.loss))


def _round(region: Region, mix: Mix, number: int, anew: float) -> Rounded:
    times = np.floor(mix.probabilities * number * (1 - anew) + _WHOLE).astype(int)
    left = number - int(times.sum())
    tickets = np.repeat(mix.committees, times, axis=0)
    if left:
        more = herd(region, (mix.seats() * number - tickets.sum(axis=0)) / left, left)
        assert more is not None  # the region has the committees of the mix at least
        tickets = np.vstack([tickets, more])
    chances, due = tickets.mean(axis=0) / region.people, mix.seats() / region.people
    return Rounded(
        tickets=tuple(sorted(tuple(map(int, ticket)) for ticket in tickets)),
        loss=float(np.abs(chances - due).max()),
        short=lossy(float(due.min())) - float(chances.min()),
    )

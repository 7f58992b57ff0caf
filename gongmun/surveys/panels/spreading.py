"""Chances as equal as the quotas allow: linear programs over the seats that groups have on average.

First the smallest chance is made as large as it can be, then the largest as small as it can be then, so that nobody
is as good as certain where that can be avoided; then the chances are raised in turn from the smallest on (leximin).
These are the chances of a lottery whose committees may be split; `mixing` finds whole ones. None can be fairer: the smallest
chance of any lottery is at most `value`, and `weights` prove it (linear programming duality): weighted by them, the
chances of no committee sum to more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from gongmun.surveys.panels.region import Region, Vector

# Chances that differ by less are the same; duals below are zero.
_SAME, _ZERO = 1e-10, 1e-7


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """`chances` by group; the smallest is `value`. `weights` by group sum to 1."""

    chances: Vector
    value: float
    weights: Vector


@dataclass(frozen=True, kw_only=True, slots=True)
class _Level:
    chance: float
    duals: Vector
    seats: Vector


def spread(region: Region) -> Spread | None:
    """The chances that are as equal as they can be; None where not even split committees meet the quotas."""
    free = np.arange(region.people.size)
    least, most = region.least.copy(), region.most.copy()
    smallest = _level(region, free, least, most, raised=True)
    if smallest is None:
        return None
    found = smallest
    least = np.maximum(least, (smallest.chance - _SAME) * region.people)
    largest = _level(region, free, least, most, raised=False)
    if largest is not None:
        found = largest
        most = np.minimum(most, (largest.chance + _SAME) * region.people)
    while free.size:
        level = _level(region, free, least, most, raised=True)
        if level is None:
            break
        found = level
        # The solver's word for it that none of them can be raised; the duals sum to 1.
        done = level.duals > _ZERO
        settled = free[done]
        least[settled] = np.maximum(least[settled], (level.chance - _SAME) * region.people[settled])
        free = free[~done]
    return Spread(
        chances=np.clip(found.seats / region.people, 0, 1),
        value=smallest.chance,
        weights=smallest.duals / smallest.duals.sum(),
    )


def _level(
    region: Region, free: NDArray[np.intp], least: Vector, most: Vector, *, raised: bool
) -> _Level | None:
    """The seats with the largest smallest chance of the `free` groups, or else with the smallest largest."""
    groups, count = region.people.size, free.size
    sign = 1.0 if raised else -1.0
    equal = region.low == region.high
    rows = np.hstack([region.rows, np.zeros((len(region.rows), 1))])
    ties = np.zeros((count, groups + 1))
    ties[np.arange(count), free] = -sign / region.people[free]
    ties[:, -1] = sign
    solved = linprog(
        np.append(np.zeros(groups), -sign),
        A_ub=np.vstack([rows[~equal], -rows[~equal], ties]),
        b_ub=np.concatenate([region.high[~equal], -region.low[~equal], np.zeros(count)]),
        A_eq=rows[equal],
        b_eq=region.high[equal],
        bounds=np.column_stack([np.append(least, -np.inf), np.append(most, np.inf)]),
    )
    if solved.x is None:
        return None
    return _Level(
        chance=float(solved.x[-1]),
        duals=np.maximum(0, -solved.ineqlin.marginals[-count:]),
        seats=solved.x[:-1],
    )

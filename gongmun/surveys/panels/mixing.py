"""Committees and how often each is drawn, so that every group has its chances: column generation.

A first set of committees is herded: each is the one that most makes up for what the groups lack so far. Then a
linear program weighs them, and its duals say which committee is missing (Flanigan et al., Nature 596, 2021, do so
over people).
"""

import dataclasses
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from gongmun.surveys.panels.region import Region, Vector, worthiest

# A shortfall of chances that counts as none.
EXACT = 1e-9
# Committees after which the best so far is taken, with the gap that it has.
_ROUNDS = 1_500


@dataclass(frozen=True, kw_only=True, slots=True)
class Mix:
    """Committees, a row each, and the `probabilities` with which they are drawn; some are never.

    The smallest chance of anybody is `value`. That of no other lottery exceeds `bound`: by `weights` of the groups, the chances
    of no committee sum to more. `rounds` counts the integer programs that it took.
    """

    committees: Vector
    probabilities: Vector
    value: float
    bound: float
    weights: Vector
    rounds: int

    def seats(self) -> Vector:
        """What each group has on average."""
        average: Vector = self.probabilities @ self.committees
        return average


def herd(region: Region, seats: Vector, number: int) -> Vector | None:
    """`number` committees, a row each, that have about `seats` on average; None where there is not one."""
    committees = np.zeros((number, seats.size))
    lacking = np.zeros(seats.size)
    for place in range(number):
        lacking += seats
        # Of the committees with a seat more or less the one after which the squares of what is lacking sum to the least.
        found = worthiest(region, (lacking - region.least - 0.5) / region.people)
        if found is None:
            return None
        committees[place] = found.seats
        lacking -= found.seats
    return committees


def mix(region: Region, committees: Vector, goal: float, weights: Vector) -> Mix:
    """The mix with the largest smallest chance. It begins with `committees` and adds what is missing.

    No lottery exceeds the `goal`, which `weights` by group prove: it ends there, if it gets there.
    """
    known = np.unique(committees, axis=0)
    bound = goal
    rounds = 0
    while True:
        weighed = _weigh(region, np.zeros(region.people.size), known)
        value = -weighed.short
        if value >= bound - EXACT or rounds == _ROUNDS:
            break
        worth = weighed.weights / region.people
        found = worthiest(region, worth, exactly=True)
        assert found is not None  # there are those of `known`
        rounds += 1
        if found.bound < bound:
            bound, weights = found.bound, weighed.weights
        if float(worth @ found.seats - np.max(known @ worth)) <= EXACT:
            break
        known = np.vstack([known, found.seats])
    return Mix(
        committees=known,
        probabilities=weighed.probabilities,
        value=value,
        bound=bound,
        weights=weights,
        rounds=rounds,
    )


def remix(region: Region, mixed: Mix, targets: Vector) -> Mix:
    """The same committees weighed anew, as near to the `targets`, chances by group, as the value of `mixed` allows."""
    weighed = _weigh(region, targets, mixed.committees, mixed.value - EXACT)
    return dataclasses.replace(mixed, probabilities=weighed.probabilities)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Weighed:
    probabilities: Vector
    short: float
    weights: Vector


def _weigh(region: Region, targets: Vector, known: Vector, floor: float | None = None) -> _Weighed:
    """The probabilities by which the largest shortfall from the targets, `short`, is smallest, and its duals.

    With `floor`, everybody's chance is at least that, and what exceeds a target counts as what falls short of it.
    """
    chances = (known / region.people).T
    groups, count = chances.shape
    free, fixed = np.ones((groups, 1)), np.zeros((groups, 1))
    rows, limits = np.hstack([-chances, -free]), -targets
    if floor is not None:
        rows = np.vstack([rows, np.hstack([chances, -free]), np.hstack([-chances, fixed])])
        limits = np.concatenate([limits, targets, np.full(groups, -floor)])
    solved = linprog(
        np.append(np.zeros(count), 1),
        A_ub=rows,
        b_ub=limits,
        A_eq=np.append(np.ones(count), 0)[None],
        b_eq=[1],
        bounds=[(0, None)] * count + [(-1, 1)],
    )
    assert solved.x is not None, solved.message
    probabilities = np.maximum(0, solved.x[:-1])
    return _Weighed(
        probabilities=probabilities / probabilities.sum(),
        short=float(solved.x[-1]),
        weights=np.maximum(0, -solved.ineqlin.marginals[:groups]),
    )

"""What somebody can conclude of withheld cells from the sums of published ones, by linear programming."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from gongmun.surveys.analysis.precision import Floats

Rows = NDArray[np.bool_]
# Guesses at many cells at once before each is looked at alone; they spare most of that.
_GUESSES = 16
_SEED = 5


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class System:
    """A connected part of the tables. `matrix` times the deviations from the true counts is 0.

    `below` and `above`: how far a count can be off, down and up. `primary` has to be withheld, `hidden` is
    never published and needs no protection; `costs` is what withholding a cell costs. `down` is how far it must seem
    possible that a cell is less than it is, beside the width of its interval.
    """

    keys: tuple[str, ...]
    matrix: sparse.csc_array
    primary: Rows
    hidden: Rows
    below: Floats
    above: Floats
    costs: Floats
    down: Floats


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Attack:
    """The width of the interval of a cell; deviations of all cells that are possible with its two ends.

    `reach` comes from the dual: what each cell, if withheld, gives to the width. Withholding any set of
    cells, the width is at most their sum. `reach_down` is the same of the part of it below the count.
    """

    width: float
    lowest: Floats
    highest: Floats
    reach: Floats
    reach_down: Floats


def attack(system: System, withheld: Rows, at: int) -> Attack:
    """What can be concluded of the cell `at`."""
    unknown = _Unknown.of(system, withheld)
    ends, reach, width = np.zeros((2, withheld.size)), np.zeros((2, withheld.size)), 0.0
    for way, sign in enumerate((-1.0, 1.0)):
        goal = np.zeros(withheld.size)
        goal[at] = sign
        ends[way], duals, most = unknown.greatest(goal)
        width += max(most, 0.0)
        left = system.matrix.T @ duals
        left[at] += sign
        reach[way] = np.where(left > 0, left * system.above, -left * system.below)
    return Attack(
        width=width,
        lowest=ends.min(axis=0),
        highest=ends.max(axis=0),
        reach=reach.sum(axis=0),
        reach_down=reach[0],
    )


def explore(system: System, withheld: Rows, wanted: Floats) -> tuple[Floats, Floats]:
    """Deviations that were found possible, down and up: at most what they can be.

    It looks for as long as some cells that need protection are not known to vary as much as `wanted`, and
    not for longer than a number of guesses.
    """
    unknown = _Unknown.of(system, withheld)
    low, high = np.zeros(withheld.size), np.zeros(withheld.size)
    rng = np.random.default_rng(_SEED)
    for _ in range(_GUESSES):
        short = (high - low < wanted) | (-low < system.down)
        open_cells = withheld & ~system.hidden & short
        if not open_cells.any():
            break
        signs = rng.choice([-1.0, 1.0], withheld.size) * open_cells
        for goal in (signs, -signs):
            found, _, _ = unknown.greatest(goal)
            np.minimum(low, found, out=low)
            np.maximum(high, found, out=high)
    return low, high


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Unknown:
    """The linear program over the withheld cells: `places` are their numbers, `used` the sums they are in."""

    size: int
    sums: int
    places: NDArray[np.int64]
    used: NDArray[np.int64]
    matrix: sparse.csr_array
    bounds: Floats

    @classmethod
    def of(cls, system: System, withheld: Rows) -> "_Unknown":
        places = np.flatnonzero(withheld)
        part = sparse.csr_array(system.matrix[:, places])
        used = np.flatnonzero(np.diff(part.indptr))
        return cls(
            size=withheld.size,
            sums=system.matrix.shape[0],
            places=places,
            used=used,
            matrix=part[used],
            bounds=np.column_stack([-system.below[places], system.above[places]]),
        )

    def greatest(self, goal: Floats) -> tuple[Floats, Floats, float]:
        """Deviations that make `goal` times them greatest, the multipliers of the sums, and the maximum."""
        found = linprog(
            -goal[self.places],
            A_eq=self.matrix,
            b_eq=np.zeros(self.used.size),
            bounds=self.bounds,
            method="highs",
        )
        deviations, duals = np.zeros(self.size), np.zeros(self.sums)
        deviations[self.places] = found.x
        duals[self.used] = found.eqlin.marginals
        return deviations, duals, -float(found.fun)

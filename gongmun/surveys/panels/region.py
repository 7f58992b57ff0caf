"""The committees (위원 구성) that the quotas allow, as seats by group; integer programs of scipy (HiGHS)."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import (
    Bounds,
    LinearConstraint,
    OptimizeResult,
    milp,
)

from gongmun.surveys.panels.grouping import Grouping
from gongmun.surveys.panels.quotas import Quotas

Vector: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """The committees x, seats by group, with `low <= rows @ x <= high` and `least <= x <= most`, all whole numbers.

    `rows` are the cells of the quotas in order, then the size, then one row of each tight composition. `people` has
    how many each group has.
    """

    people: Vector
    rows: Vector
    low: Vector
    high: Vector
    least: Vector
    most: Vector

    def holds(self, seats: Vector) -> bool:
        """Whether these seats are one of the committees."""
        sums = self.rows @ seats
        return bool(
            np.all((self.low <= sums) & (sums <= self.high))
            and np.all((self.least <= seats) & (seats <= self.most))
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Committee:
    """One committee, and `bound`: no committee is worth more."""

    seats: Vector
    bound: float


def region(grouping: Grouping, quotas: Quotas) -> Region:
    """All committees of the quotas in these groups."""
    groups = grouping.groups
    people = np.array([each.people for each in groups], dtype=float)
    cells = np.zeros((len(quotas.cells), len(groups)))
    for place, each in enumerate(groups):
        cells[list(quotas.of(each.traits)), place] = 1
    shared = np.zeros((len(grouping.shared), len(groups)))
    for row, together in zip(shared, grouping.shared, strict=True):
        row[list(together.groups)] = 1
    return Region(
        people=people,
        rows=np.vstack([cells, np.ones(len(groups)), shared]),
        low=np.array(
            [each.least for each in quotas.cells] + [quotas.size] + [0] * len(shared), dtype=float
        ),
        high=np.array(
            [each.most for each in quotas.cells]
            + [quotas.size]
            + [each.seats for each in grouping.shared],
            dtype=float,
        ),
        least=np.zeros(len(groups)),
        most=people,
    )


def worthiest(region: Region, worth: Vector, *, exactly: bool = False) -> Committee | None:
    """A committee whose seats are worth the most by group, within 0.01 %, or `exactly`; None where there is none."""
    found: OptimizeResult = milp(
        -worth,
        constraints=LinearConstraint(region.rows, region.low, region.high),
        integrality=np.ones(worth.size),
        bounds=Bounds(region.least, region.most),
        options={"mip_rel_gap": 0.0} if exactly else {},
    )
    if found.x is None:
        return None
    seats = np.round(found.x)
    # Whole numbers within whole bounds: what the solver's tolerances would hide is seen here.
    assert region.holds(seats), found.message
    return Committee(seats=seats, bound=max(float(worth @ seats), -found.mip_dual_bound))


def solver() -> str:
    """The solver and its version: scipy brings HiGHS with it."""
    return f"HiGHS of scipy {version('scipy')}"

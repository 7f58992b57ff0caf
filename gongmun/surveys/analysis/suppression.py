"""Which cells of linked tables to withhold so that none of them can be worked out from the others.

A cell under the minimum is withheld (primary), others beside it (complementary): as few as possible, found by
an integer program with cuts after Fischetti and Salazar-González (Management Science 47 (2001) 1008). The
attacker it guards against knows every published cell, every sum, that counts are 0 or more, and the most that
each can be; what he can conclude of a cell is an interval, by linear programming. A set of cells is final when
this interval of every withheld cell is at least `protection` wide, and when it reaches down to 0 where he knows that
the cell is one under the minimum, because there is but one other beside it (`is_lone`). He is not taken to know joint tables that
were never published, nor persons.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csgraph

from gongmun.surveys.analysis.attacks import Rows, System, attack, explore
from gongmun.surveys.analysis.errors import NotProtected
from gongmun.surveys.analysis.precision import Floats

MINIMUM = 5
PROTECTION = 5
# After as many rounds of cuts a part of the tables is withheld as a whole, which is always safe.
_ROUNDS = 60
_EXACT = 1e-6
_SHOWN = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A count with a name of its own.

    `upper`: the most that an outsider must think possible. `is_public`: he knows it in any case. `is_hidden`:
    it is never published, and needs no protection. `is_lone`: if it is under the minimum and withheld, that shows.
    `cost`: how much it is missed, 1 for a cell of a table.
    """

    key: str
    count: int
    upper: int
    is_public: bool = False
    is_hidden: bool = False
    is_lone: bool = False
    cost: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """The parts, by key, add up to the same as the wholes."""

    wholes: tuple[str, ...]
    parts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppression:
    """The keys of what is withheld: under the minimum (`primary`), and beside it (`complementary`).

    `weak` are those of them whose interval stays under the protection even if everything is withheld that can
    be, because public figures alone tell as much; their intervals are as wide then as they can be.
    """

    primary: frozenset[str]
    complementary: frozenset[str]
    weak: frozenset[str]

    @property
    def withheld(self) -> frozenset[str]:
        """All that is withheld."""
        return self.primary | self.complementary


def suppress(
    cells: Sequence[Cell],
    relations: Sequence[Relation],
    *,
    minimum: int = MINIMUM,
    protection: int = PROTECTION,
) -> Suppression:
    """What to withhold. A count under the minimum is primary, 0 as well: nobody is also an answer.

    Raises:
        NotProtected: a public cell that is under the minimum and not 0, or relations that do not add up.
    """
    low = [c.key for c in cells if c.is_public and 0 < c.count < minimum]
    if low:
        raise NotProtected(cells=", ".join(low[:_SHOWN]))
    primary: set[str] = set()
    complementary: set[str] = set()
    weak: set[str] = set()
    for system in _systems(cells, relations, minimum):
        withheld, exposed = _solve(system, float(protection))
        primary |= _keys(system, np.flatnonzero(system.primary))
        complementary |= _keys(system, np.flatnonzero(withheld & ~system.hidden & ~system.primary))
        weak |= _keys(system, exposed)
    return Suppression(
        primary=frozenset(primary), complementary=frozenset(complementary), weak=frozenset(weak)
    )


def intervals(
    cells: Sequence[Cell], relations: Sequence[Relation], withheld: frozenset[str]
) -> Mapping[str, tuple[float, float]]:
    """What an outsider can conclude of each withheld cell: its least and its greatest possible count."""
    found = {}
    for system in _systems(cells, relations, MINIMUM, every=True):
        unknown = np.array([key in withheld for key in system.keys]) | system.hidden
        for at in np.flatnonzero(unknown & ~system.hidden).tolist():
            reached, count = attack(system, unknown, at), float(system.below[at])
            found[system.keys[at]] = (count + reached.lowest[at], count + reached.highest[at])
    return found


def _systems(
    cells: Sequence[Cell], relations: Sequence[Relation], minimum: int, *, every: bool = False
) -> Iterator[System]:
    """The parts that hang together over cells that are not public, of which one has to be withheld."""
    open_cells = [cell for cell in cells if not cell.is_public]
    if not open_cells:
        return
    matrix = _matrix(cells, open_cells, relations)
    together = sparse.csr_array(abs(matrix).T @ abs(matrix))
    _, labels = csgraph.connected_components(together, directed=False)
    order = np.argsort(labels, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1):
        chosen = [open_cells[at] for at in members.tolist()]
        primary = np.array([c.count < minimum and not c.is_hidden for c in chosen])
        if not (every or primary.any()):
            continue
        part = sparse.csc_array(matrix[:, members])
        used = np.unique(part.indices)
        counts = np.array([c.count for c in chosen], dtype=np.float64)
        lone = np.array([c.is_lone for c in chosen])
        yield System(
            keys=tuple(cell.key for cell in chosen),
            matrix=sparse.csc_array(part[used]),
            primary=primary,
            hidden=np.array([c.is_hidden for c in chosen]),
            below=counts,
            above=np.maximum(np.array([c.upper for c in chosen]) - counts, 0.0),
            # Of equally many cells those with fewer answers, so that less is lost.
            costs=np.array([0.0 if c.is_hidden else c.cost for c in chosen])
            + counts / (1 + counts.sum()),
            down=np.where(lone & primary, counts, 0.0),
        )


def _matrix(
    cells: Sequence[Cell], open_cells: Sequence[Cell], relations: Sequence[Relation]
) -> sparse.csc_array:
    counts = {cell.key: cell.count for cell in cells}
    places = {cell.key: at for at, cell in enumerate(open_cells)}
    rows, columns, signs = [], [], []
    for row, relation in enumerate(relations):
        signed = [(key, 1.0) for key in relation.wholes] + [(key, -1.0) for key in relation.parts]
        if sum(counts[key] * sign for key, sign in signed):
            raise NotProtected(cells=", ".join(relation.wholes))
        for key, sign in signed:
            if key in places:
                rows.append(row)
                columns.append(places[key])
                signs.append(sign)
    shape = (len(relations), len(open_cells))
    return sparse.csc_array(sparse.coo_array((signs, (rows, columns)), shape=shape))


def _solve(system: System, protection: float) -> tuple[Rows, list[int]]:
    """What to withhold of a part, and which of it stays weak."""
    size = len(system.keys)
    required: dict[int, float] = {}
    lowest: dict[int, float] = {}
    at_most: Floats | None = None
    cuts: list[Floats] = list(_pairs(system))
    fixed = system.primary | system.hidden
    for _ in range(_ROUNDS):
        withheld = _cheapest(system, fixed, cuts)
        short = False
        wanted = np.full(size, protection)
        wanted[list(required)] = list(required.values())
        down = system.down.copy()
        down[list(lowest)] = list(lowest.values())
        low, high = explore(replace(system, down=down - _EXACT), withheld, wanted - _EXACT)
        for at in np.flatnonzero(withheld & ~system.hidden).tolist():
            # What was found possible on the way is enough.
            if high[at] - low[at] >= wanted[at] - _EXACT and -low[at] >= down[at] - _EXACT:
                continue
            found = attack(system, withheld, at)
            np.minimum(low, found.lowest, out=low)
            np.maximum(high, found.highest, out=high)
            if at not in required and found.width < protection - _EXACT:
                at_most = at_most if at_most is not None else _at_most(system, protection)
                required[at] = at_most[at]
            if found.width < required.get(at, protection) - _EXACT:
                short = True
                cuts.append(_cut(found.reach, at, required[at]))
            if -found.lowest[at] < down[at] - _EXACT:
                lowest.setdefault(at, _lowest(system, at))
                if -found.lowest[at] < lowest[at] - _EXACT:
                    short = True
                    cuts.append(_cut(found.reach_down, at, lowest[at]))
        if not short:
            break
    else:
        withheld = np.ones(size, dtype=bool)
        required = dict(enumerate(_at_most(system, protection).tolist()))
        lowest = {at: _lowest(system, at) for at in np.flatnonzero(system.down).tolist()}
    weak = {at for at, width in required.items() if withheld[at] and width < protection - _EXACT}
    weak |= {at for at, reached in lowest.items() if reached < system.down[at] - _EXACT}
    return withheld, sorted(weak)


def _keys(system: System, places: Iterable[int]) -> set[str]:
    return {system.keys[at] for at in places}


def _at_most(system: System, protection: float) -> Floats:
    """The protection that is asked of each cell: no more than withholding everything gives."""
    everything = np.ones(len(system.keys), dtype=bool)
    low, high = explore(system, everything, np.full(everything.size, protection))
    widths = high - low
    for at in np.flatnonzero((widths < protection) & ~system.hidden).tolist():
        widths[at] = attack(system, everything, at).width
    return np.minimum(widths, protection)


def _lowest(system: System, at: int) -> float:
    """How far down the interval of a cell goes at the most: as withholding everything gives."""
    everything = np.ones(len(system.keys), dtype=bool)
    return float(min(system.down[at], -attack(system, everything, at).lowest[at]))


def _pairs(system: System) -> Iterator[Floats]:
    """First cuts: a cell is not withheld alone in a sum. As rows of a matrix whose product is 0 or more."""
    by_row = sparse.csr_array(system.matrix)
    for row in range(by_row.shape[0]):
        members = by_row.indices[by_row.indptr[row] : by_row.indptr[row + 1]]
        for at in members.tolist():
            if members.size > 1 and not system.hidden[at]:
                cut = np.zeros(len(system.keys))
                cut[members] = 1.0
                cut[at] = -1.0
                yield cut


def _cut(reach: Floats, at: int, required: float) -> Floats:
    """What the withheld cells together must give to the interval of the cell `at`."""
    cut: Floats = np.minimum(reach, required)
    cut[at] = cut[at] - required
    # Noise of the solver, not a contribution.
    cut[np.abs(cut) < _EXACT] = 0.0
    return cut


def _cheapest(system: System, fixed: Rows, cuts: Sequence[Floats]) -> Rows:
    if not cuts:
        return fixed.copy()
    rows = sparse.csr_array(np.stack(cuts))
    found = milp(
        system.costs,
        integrality=np.ones(fixed.size),
        bounds=Bounds(fixed.astype(np.float64), np.ones(fixed.size)),
        constraints=LinearConstraint(rows, -_EXACT, np.inf),
    )
    if found.x is None:
        return np.ones(fixed.size, dtype=bool)
    chosen: Rows = found.x > 0.5
    return chosen | fixed

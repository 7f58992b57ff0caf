"""Somebody who reads all published tables of a wave and solves them for what is withheld.

He sees the tables only: counts, bases, shares, means and top-2-box of unweighted answers (with equal weights
they are exact, which helps him most), the sizes of the groups and of the whole; and the questionnaire, which says
who was asked what.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from gongmun.surveys.analysis.crosstabs import Crosstab
from gongmun.surveys.analysis.precision import Estimate
from gongmun.surveys.analysis.sums import Route, cell_key
from gongmun.surveys.analysis.toplines import Topline
from gongmun.surveys.analysis.variables import Kind, Missing, Variable


class Attacker:
    def __init__(
        self,
        toplines: Sequence[Topline],
        crosstabs: Sequence[Crosstab],
        groups: Mapping[str, Mapping[int, int]],
        rows: int,
        routes: Sequence[Route] = (),
    ) -> None:
        self.places: dict[str, int] = {}
        self.aids: set[str] = set()
        self.upper: list[float] = []
        self.known: dict[str, float] = {}
        self.equations: list[tuple[dict[str, float], float]] = []
        self.rows, self.groups = rows, groups
        for line in toplines:
            if line.shares:
                self._read_topline(line)
        for table in crosstabs:
            if table.columns:
                self._read_crosstab(table)
        for variable in {line.variable.name: line.variable for line in toplines}.values():
            if variable.kind is Kind.MULTIPLE:
                self._read_choices(variable)
        for line in toplines:
            for route in routes:
                if route.item == line.variable.name:
                    self._read_route(route, line)

    def interval(self, key: str) -> tuple[float, float]:
        """The least and greatest count that agree with everything published."""
        matrix, values = self._system()
        ends = []
        for sign in (1.0, -1.0):
            goal = np.zeros(len(self.places))
            goal[self.places[key]] = sign
            found = linprog(
                goal,
                A_eq=matrix,
                b_eq=values,
                bounds=list(zip([0.0] * len(self.upper), self.upper, strict=True)),
            )
            assert found.status == 0, found.message
            ends.append(sign * found.fun)
        return ends[0], ends[1]

    def unknown(self) -> list[str]:
        """What was withheld."""
        return [key for key in self.places if key not in self.known and key not in self.aids]

    def _aid(self, key: str, upper: float) -> str:
        """A count that is in no table."""
        self.aids.add(key)
        return self._see(key, None, upper)

    def _see(self, key: str, count: int | None, upper: float) -> str:
        if key not in self.places:
            self.places[key] = len(self.upper)
            self.upper.append(upper)
        if count is not None:
            self.known[key] = float(count)
        return key

    def _figure(self, values: dict[str, float], base: str, estimate: Estimate | None) -> None:
        """A published mean or share of a base: sum of values times counts less figure times base is 0."""
        if estimate is not None:
            self.equations.append(({**values, base: values.get(base, 0.0) - estimate.value}, 0.0))
            self.known[base] = float(estimate.n)

    def _read_topline(self, line: Topline) -> None:
        base = self._see(line.name, line.base, self.rows)
        cells = {
            self._see(cell_key(line.name, s.option.code), s.n, self.rows): s for s in line.shares
        }
        self.equations.append(({**dict.fromkeys(cells, 1.0), base: -1.0}, 0.0))
        for key, share in cells.items():
            self._figure({key: 1.0}, base, share.estimate)
        points = {key: float(share.option.code) for key, share in cells.items()}
        self._figure(points, base, line.mean)
        self._figure(
            dict.fromkeys(sorted(points, key=points.__getitem__)[-2:], 1.0), base, line.top
        )

    def _read_crosstab(self, table: Crosstab) -> None:
        by = table.by.name
        bases: dict[str, float] = {}
        rows: dict[int, dict[str, float]] = {
            s: {} for s in (c.option.code for c in table.columns[0].cells)
        }
        for column in table.columns:
            group = str(column.group.code)
            size = self.groups[by][column.group.code]
            base = self._see(
                f"{table.variable.name}|{by}={group}|{self._part(table)}", column.base, size
            )
            bases[base] = 1.0
            cells = {
                self._see(cell_key(table.name, c.option.code, by, group), c.n, size): c
                for c in column.cells
            }
            self.equations.append(({**dict.fromkeys(cells, 1.0), base: -1.0}, 0.0))
            for key, cell in cells.items():
                rows[cell.option.code][key] = 1.0
                self._figure({key: 1.0}, base, cell.estimate)
            self._figure({k: float(c.option.code) for k, c in cells.items()}, base, column.mean)
        left = self.rows - sum(self.groups[by].values())
        if left:
            unknown = self._see(f"{table.name}|{by}=?", None, left)
            bases[unknown] = 1.0
            parts = {
                code: self._see(cell_key(table.name, code, by, "?"), None, left) for code in rows
            }
            self.equations.append(({**dict.fromkeys(parts.values(), 1.0), unknown: -1.0}, 0.0))
            for code, key in parts.items():
                rows[code][key] = 1.0
            if table.base is not None:
                self.equations.append(({table.name: 1.0, unknown: -1.0}, float(table.base)))
        self.equations.append(({**bases, table.name: -1.0}, 0.0))
        self.equations += [
            ({**row, cell_key(table.name, code): -1.0}, 0.0) for code, row in rows.items()
        ]

    def _read_choices(self, variable: Variable) -> None:
        """Who answered a multiple choice has chosen something, and nothing beside what excludes all others."""
        places = [("", "")]
        places += [(by, str(code)) for by, of in self.groups.items() for code in (*of, "?")]
        parts = {option.code: f"{variable.name}.{option.code}" for option in variable.options}
        for by, group in places:
            chosen = {code: cell_key(part, 1, by, group) for code, part in parts.items()}
            if not all(key in self.places for key in chosen.values()):
                continue
            one, size = min(parts), self.rows * len(parts)
            base = {chosen[one]: -1.0, cell_key(parts[one], 0, by, group): -1.0}
            terms = dict.fromkeys(chosen.values(), 1.0)
            if variable.must_choose:
                more = {self._aid(f"{variable.name}|{by}={group} more", size): -1.0}
                all_ = {key: terms[key] + base.get(key, 0.0) for key in terms}
                self.equations.append(({**base, **all_, **more}, 0.0))
            alone = [chosen[code] for code in variable.exclusive]
            for key in [key for key in chosen.values() if alone and key not in alone]:
                these = {each: 1.0 + base.get(each, 0.0) for each in (*alone, key)}
                left = {self._aid(f"{key} left", size): 1.0}
                self.equations.append(({**base, **these, **left}, 0.0))

    def _read_route(self, route: Route, line: Topline) -> None:
        """Who was asked had given one of those answers, in all and in each group; what "not asked" says."""
        asked = self._aid(f"{route.item} asked", self.rows)
        if line.base is not None:
            silent = self._aid(f"{asked}, silent", self.rows)
            self.equations.append(({asked: 1.0, silent: -1.0}, float(line.base)))
        if line.has_kinds:
            off = sum(each.n for each in line.missing if each.kind is Missing.NOT_ASKED)
            self.known[asked] = float(self.rows - off)
        self._were_asked(asked, [cell_key(*cell) for cell in route.cells])
        for by, of in self.groups.items():
            parts = {}
            for group, size in {**of, "?": self.rows - sum(of.values())}.items():
                own = self._aid(f"{asked} {by}={group}", size)
                parts[own] = 1.0
                base = f"{route.item}|{by}={group}|{route.item}"
                if base in self.places:
                    silent = self._aid(f"{own}, silent", size)
                    self.equations.append(({own: 1.0, base: -1.0, silent: -1.0}, 0.0))
                cells = [cell_key(*cell, by, str(group)) for cell in route.cells]
                self._were_asked(own, cells)
            self.equations.append(({**parts, asked: -1.0}, 0.0))

    def _were_asked(self, asked: str, cells: Sequence[str]) -> None:
        if cells and all(cell in self.places for cell in cells):
            self.equations.append(({**dict.fromkeys(cells, 1.0), asked: -1.0}, 0.0))

    def _part(self, table: Crosstab) -> str:
        # The options of one item were all asked of the same persons: their bases are one number.
        return table.variable.name

    def _system(self) -> tuple[sparse.csr_array, np.ndarray]:
        equations = [*self.equations, *(({key: 1.0}, value) for key, value in self.known.items())]
        rows, columns, factors = [], [], []
        for row, (terms, _) in enumerate(equations):
            for key, factor in terms.items():
                rows.append(row)
                columns.append(self.places[key])
                factors.append(factor)
        matrix = sparse.coo_array(
            (factors, (rows, columns)), shape=(len(equations), len(self.places))
        )
        return matrix.tocsr(), np.array([value for _, value in equations])


def nobody_is_found(
    attacker: Attacker, lines: Sequence[Topline], tables: Sequence[Crosstab]
) -> None:
    """Of what few have chosen of several it may be that nobody has; `lines` and `tables` are the truth.

    He knows that few have chosen it, or all but a few: it stands alone, and is withheld for that.
    """
    small = [
        cell_key(line.name, share.option.code)
        for line in lines
        if line.part is not None
        for share in line.shares
        if (share.n or 0) < 5
    ]
    small += [
        cell_key(table.name, cell.option.code, table.by.name, str(column.group.code))
        for table in tables
        if table.part is not None
        for column in table.columns
        for cell in column.cells
        if (cell.n or 0) < 5
    ]
    for key in small:
        if key in attacker.places:
            low, _ = attacker.interval(key)
            assert low < 1e-5, (key, low)


def nothing_is_pinned(attacker: Attacker) -> None:
    """Every withheld cell can be five apart, for all that he knows."""
    for key in attacker.unknown():
        if "=" in key.split("|")[0]:
            low, high = attacker.interval(key)
            assert high - low >= 5 - 1e-5, (key, low, high)

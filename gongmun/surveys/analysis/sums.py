"""The tables of a wave as one system of sums: which cells add up to which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gongmun.surveys.analysis.crosstabs import Crosstab
from gongmun.surveys.analysis.errors import NotProtected
from gongmun.surveys.analysis.suppression import Cell, Relation
from gongmun.surveys.analysis.toplines import Topline
from gongmun.surveys.analysis.variables import Kind, Variable

# A topline's cell is missed more than one of a crosstab, which stands in one table only.
_TOPLINE_COST = 5.0
# The group of those whose group is not known: in no table, but it can be worked out.
_UNKNOWN = "?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A question that was only asked after certain answers to others.

    `item` is the name of its variable, `after` those of the variables that its condition is about. `cells`, each a
    question's name and a code: exactly those who gave one of these answers to one question were asked; empty where
    cells of one question do not tell. `within`: whoever was asked is in one cell at least of each of these sets.
    `takes_missing`: who gave no answer somewhere may have been asked as well.
    """

    item: str
    after: frozenset[str]
    cells: tuple[tuple[str, int], ...] = ()
    within: tuple[tuple[tuple[str, int], ...], ...] = ()
    takes_missing: bool = False


def cell_key(question: str, option: int, by: str = "", group: str = "") -> str:
    """The key of a cell: `q1=3`, and `q1=3|sex=1` in a crosstab."""
    return f"{question}={option}" + (f"|{by}={group}" if by else "")


class Sums:
    """The cells and sums of the tables that were added, by key.

    `groups` are the sizes of each demographic's groups by its name and code, `rows` is the size of the whole;
    `minimum` is the count from which a base may be printed.
    """

    def __init__(self, *, groups: Mapping[str, Mapping[int, int]], rows: int, minimum: int) -> None:
        self.cells: dict[str, Cell] = {}
        self.relations: list[Relation] = []
        self._groups, self._rows, self._minimum = groups, rows, minimum
        self._bases: dict[tuple[str, str, str], str] = {}
        # The same by the variable: the options of one MULTIPLE item share theirs.
        self._of_item: dict[tuple[str, str, str], str] = {}
        self._places: dict[str, tuple[str, str]] = {}
        self._variables: set[str] = set()

    def base_key(self, question: str, by: str, group: str) -> str:
        """The key of a group's base in a crosstab."""
        return self._bases[question, by, group]

    def place(self, key: str) -> tuple[str, str] | None:
        """In which table a cell stands: the name of the variable, and of the demographic, empty for a topline."""
        return self._places.get(key)

    def has_cells(self, variable: str) -> bool:
        """Whether a topline of this variable is in the sums."""
        return variable in self._variables

    def tells_unknown(self, table: Crosstab) -> str | None:
        """The key of what a table's own base gives away: those whose group is not known; None without any."""
        return self._bases.get((table.name, table.by.name, _UNKNOWN))

    def add_topline(self, line: Topline) -> None:
        """A question's options add up to its base, which is public."""
        base, name = line.base or 0, line.variable.name
        self._variables.add(name)
        whole = self._add(line.name, base, self._rows, is_public=True)
        parts = []
        for share in line.shares:
            key = cell_key(line.name, share.option.code)
            lone = line.part is not None
            parts.append(self._add(key, share.n or 0, base, _TOPLINE_COST, is_lone=lone))
            self._places[key] = (name, "")
        self.relations.append(Relation(wholes=(whole,), parts=tuple(parts)))

    def add_crosstab(self, table: Crosstab) -> None:
        """Columns add up to their bases, rows to the topline, bases to the question's base.

        Bases are printed, and so public, unless one of the table is under the minimum. The topline has to be
        there already.
        """
        by = table.by.name
        groups = {
            str(column.group.code): {cell.option.code: cell.n or 0 for cell in column.cells}
            for column in table.columns
        }
        sizes = {group: self._groups[by].get(int(group), 0) for group in groups}
        unknown = {
            code: self.cells[cell_key(table.name, code)].count
            - sum(cells[code] for cells in groups.values())
            for code in next(iter(groups.values()))
        }
        if any(unknown.values()):
            groups[_UNKNOWN] = unknown
            sizes[_UNKNOWN] = self._rows - sum(self._groups[by].values())
        is_public = all(
            sum(cells.values()) >= self._minimum for group, cells in groups.items() if sizes[group]
        )
        for group, cells in groups.items():
            self._add_group(table, group, cells, sizes[group], is_public=is_public)
        bases = tuple(self._bases[table.name, by, group] for group in groups)
        self.relations.append(Relation(wholes=(table.name,), parts=bases))
        for code in unknown:
            parts = tuple(cell_key(table.name, code, by, group) for group in groups)
            self.relations.append(Relation(wholes=(cell_key(table.name, code),), parts=parts))

    def add_choices(self, variable: Variable) -> None:
        """The options of a MULTIPLE item, once all its tables are there, which have more to do with each other.

        Whoever answered has chosen one at least, and nobody another one beside one that is exclusive.

        Raises:
            NotProtected: somebody has not.
        """
        if variable.kind is not Kind.MULTIPLE:
            return
        parts = [f"{variable.name}.{option.code}" for option in variable.options]
        alone = {f"{variable.name}.{code}" for code in variable.exclusive}
        places = [("", "", parts[0])]
        places += [(by, at, key) for (name, by, at), key in self._bases.items() if name == parts[0]]
        for by, group, base in places:
            chosen = {part: cell_key(part, 1, by, group) for part in parts}
            known = [key for part, key in chosen.items() if part in alone]
            if variable.must_choose:
                self._exceed(tuple(chosen.values()), (base,), len(parts))
            for part, key in chosen.items():
                if known and part not in alone:
                    self._exceed((base,), (*known, key))

    def _exceed(self, wholes: tuple[str, ...], parts: tuple[str, ...], times: int = 1) -> None:
        """The wholes add up to the parts or more."""
        more = sum(self.cells[key].count for key in wholes)
        more -= sum(self.cells[key].count for key in parts)
        slack = self._hidden(f"{' '.join(wholes)} ≥ {' '.join(parts)}", more, times)
        self.relations.append(Relation(wholes=wholes, parts=(*parts, slack)))

    def publish_empty(self, route: Route) -> None:
        """Everybody gave one of the answers that led on, as the next question says: nobody gave another one."""
        led_on = {cell_key(*cell) for cell in route.cells}
        for key, cell in list(self.cells.items()):
            if key.startswith(f"{route.cells[0][0]}=") and key.partition("|")[0] not in led_on:
                self.cells[key] = replace(cell, is_public=True)

    def add_route(self, route: Route, answered: int) -> None:
        """Who answered a question had given one of the answers it follows; some of those did not answer.

        `answered` is the base of the question, which is public; so is how many were asked. The question that it
        follows has to be there already.

        Raises:
            NotProtected: more answered it than had given those answers.
        """
        wholes = tuple(cell_key(question, code) for question, code in route.cells)
        base = self._add(f"{route.item}#", answered, self._rows, is_public=True)
        silent = self._slack(f"{base}~", wholes, base)
        asked = answered + self.cells[silent].count
        public = self._add(f"{base}?", asked, self._rows, is_public=True)
        self.relations.append(Relation(wholes=wholes, parts=(public,)))
        for by, of in self._groups.items():
            self._add_route_by(route, silent, by, [str(code) for code in of])

    def _add_route_by(self, route: Route, silent: str, by: str, groups: Sequence[str]) -> None:
        """The same in each group, where all of the questions have their table."""
        # Those whose group is not known are in a table only where there are any.
        places = [*groups, _UNKNOWN]
        bases = {group: self._of_item.get((route.item, by, group)) for group in places}
        wholes = {
            group: tuple(
                key for cell in route.cells if (key := cell_key(*cell, by, group)) in self.cells
            )
            for group in bases
        }
        if not any(bases.values()) or any(
            len(wholes[group]) < len(route.cells) for group in groups
        ):
            return
        slacks = [
            self._slack(f"{route.item}|{by}={group}~", wholes[group], base)
            for group, base in bases.items()
        ]
        self.relations.append(Relation(wholes=(silent,), parts=tuple(slacks)))

    def _slack(self, key: str, wholes: Sequence[str], base: str | None) -> str:
        """Those of the wholes who are not in the base, if any is."""
        answered = 0 if base is None else self.cells[base].count
        self._hidden(key, sum(self.cells[whole].count for whole in wholes) - answered)
        parts = (key,) if base is None else (base, key)
        self.relations.append(Relation(wholes=tuple(wholes), parts=parts))
        return key

    def _hidden(self, key: str, count: int, times: int = 1) -> str:
        """A count of nobody's table; below 0 the answers are not what they are said to be."""
        if count < 0:
            raise NotProtected(cells=key)
        self.cells[key] = Cell(key=key, count=count, upper=self._rows * times, is_hidden=True)
        return key

    def _add_group(
        self, table: Crosstab, group: str, cells: Mapping[int, int], size: int, *, is_public: bool
    ) -> None:
        by, count = table.by.name, sum(cells.values())
        name = table.variable.name
        key = f"{name}|{by}={group}#{count}"
        self._bases[table.name, by, group] = self._of_item[name, by, group] = self._add(
            key, count, size, is_public=is_public or not size
        )
        parts = tuple(
            self._add(
                cell_key(table.name, code, by, group),
                n,
                size,
                is_public=not size,
                is_lone=table.part is not None,
            )
            for code, n in cells.items()
        )
        self._places |= dict.fromkeys((key, *parts), (name, by))
        self.relations.append(Relation(wholes=(key,), parts=parts))

    def _add(
        self,
        key: str,
        count: int,
        upper: int,
        cost: float = 1.0,
        *,
        is_public: bool = False,
        is_lone: bool = False,
    ) -> str:
        self.cells[key] = Cell(
            key=key, count=count, upper=upper, is_public=is_public, is_lone=is_lone, cost=cost
        )
        return key

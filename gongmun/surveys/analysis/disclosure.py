"""What of the tables may be published: no cell under 5, and none that the others give away.

The tables of a wave are one system of sums: a question's topline is the margin of all its crosstabs, the bases
of a group add up to the question's, and who was asked a question further gave certain answers to another.
`suppression` chooses in it what to withhold, for counts and shares alike, because shares have the same sums. What
is computed from a withheld cell is withheld with it: its share, error and interval, the mean and top-2-box of its
row or column, the test of its table. A group whose base is withheld has no shares, because a count and its share
tell the base. A question with a base under 5 is withheld whole; bases under 30 are flagged (`is_small`).

What is public in any case: how many took part, how many of each group did, and how many answered each
question. So how many gave no answer to it can be worked out, and is no cell; only the kinds of missing
answers are withheld together where one of them is under 5, or where "not asked" would count answers to several
questions at once, which are in no table. A question that follows others, and whose base would tell what is withheld
of them, is withheld itself: first its crosstabs, then the whole (`following`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gongmun.surveys.analysis.change import Change
from gongmun.surveys.analysis.crosstabs import CrossColumn, Crosstab
from gongmun.surveys.analysis.errors import NotProtected
from gongmun.surveys.analysis.following import Given, differences, given_up, leads_all_on
from gongmun.surveys.analysis.sums import Route, Sums, cell_key
from gongmun.surveys.analysis.suppression import MINIMUM, PROTECTION, Suppression, suppress
from gongmun.surveys.analysis.toplines import Topline
from gongmun.text import Bilingual

# One text for either reason: that it is fewer than 5 would tell of the question that this one follows.
_WITHHELD = Bilingual(
    ko="공개하면 5명 미만의 응답을 알 수 있어 공개하지 않습니다.",
    en="Withheld: it would tell the answers of fewer than 5 people.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Disclosed:
    """The tables as they may be published: None where something is withheld; and how much is."""

    toplines: tuple[Topline, ...]
    crosstabs: tuple[Crosstab, ...]
    suppression: Suppression
    withheld_questions: tuple[str, ...]


def disclose(
    toplines: Sequence[Topline],
    crosstabs: Sequence[Crosstab],
    groups: Mapping[str, Mapping[int, int]],
    *,
    rows: int,
    routes: Sequence[Route] = (),
    minimum: int = MINIMUM,
    protection: int = PROTECTION,
) -> Disclosed:
    """The tables without what must not be published; groups that nobody belongs to are left out.

    A crosstab of fewer than two groups, or of a base under the minimum, is withheld whole.

    All tables of the wave at once: what is published elsewhere cannot be taken into account. `groups`: the
    sizes as published, see `group_sizes`; `rows`: how many took part; `routes`: of every question that was not put
    to all.

    Raises:
        NotProtected: a group has fewer rows than the minimum and has to be pooled first, see `pool`; or a
            crosstab's question has no topline.
    """
    _check_groups(groups, minimum)
    known = [route for route in routes if route.item in {n.variable.name for n in toplines}]
    few = {line.variable.name for line in toplines if (line.base or 0) < minimum}
    given = differences(known, toplines, crosstabs, groups, minimum)
    kinds = {n.variable.name for n in toplines if any(each.n < minimum for each in n.missing)}
    few |= {route.item for route in known if route.takes_missing and route.after & kinds}
    given = replace(given, questions=given.questions | few)
    while True:
        tables, sums = _kept(toplines, crosstabs, groups, given, rows=rows, minimum=minimum)
        telling = list(_linked(known, given, toplines, sums))
        found = suppress(
            list(sums.cells.values()), sums.relations, minimum=minimum, protection=protection
        )
        left = {(table.variable.name, table.by.name) for table in tables}
        more = given_up(telling, given, sums, found, left)
        orphans = {route.item for route in known if route.after & more.questions}
        more = replace(more, questions=more.questions | orphans)
        if more == given:
            break
        given = more
    kept = {(table.name, table.by.name) for table in tables}
    mixed = {route.item for route in known if not route.cells}
    return Disclosed(
        toplines=tuple(
            _hidden(line)
            if line.variable.name in given.questions
            else _topline(line, found.withheld, minimum, is_mixed=line.variable.name in mixed)
            for line in toplines
        ),
        crosstabs=tuple(
            _crosstab(table, sums, found.withheld, groups)
            if (table.name, table.by.name) in kept
            else replace(table, base=None, columns=(), test=None, p_adjusted=None)
            for table in crosstabs
        ),
        suppression=found,
        withheld_questions=tuple(sorted(given.questions)),
    )


def _linked(
    routes: Sequence[Route], given: Given, toplines: Sequence[Topline], sums: Sums
) -> Iterator[Route]:
    """Put what the routes tell into the sums; the routes of questions that are there and may tell something."""
    for route in routes:
        if route.item in given.questions or route.after & given.questions:
            continue
        if leads_all_on(route, toplines):
            sums.publish_empty(route)
            continue
        if route.cells:
            base = next(line.base for line in toplines if line.variable.name == route.item)
            sums.add_route(route, base or 0)
        yield route


def _kept(
    toplines: Sequence[Topline],
    crosstabs: Sequence[Crosstab],
    groups: Mapping[str, Mapping[int, int]],
    given: Given,
    *,
    rows: int,
    minimum: int,
) -> tuple[Sequence[Crosstab], Sums]:
    """The crosstabs that are left, and the sums of all that is."""
    shown = {
        line.name: line
        for line in toplines
        if line.variable.name not in given.questions and line.shares
    }
    tables = [
        table
        for table in crosstabs
        if table.variable.name not in given.questions
        and (table.variable.name, table.by.name) not in given.tables
        and (table.base or 0) >= minimum
        and _has_groups(table, groups)
    ]
    orphans = {table.name for table in tables} - set(shown)
    if orphans:
        raise NotProtected(cells=", ".join(sorted(orphans)))
    sums = Sums(groups=groups, rows=rows, minimum=minimum)
    for line in shown.values():
        sums.add_topline(line)
    for table in tables:
        sums.add_crosstab(table)
    for variable in {line.variable.name: line.variable for line in shown.values()}.values():
        sums.add_choices(variable)
    return tables, sums


def disclosed_changes(
    changes: Sequence[Change], before: Sequence[Topline], after: Sequence[Topline]
) -> tuple[Change, ...]:
    """The changes whose figures stand in the published toplines of both waves."""
    shown = [_figures(lines) for lines in (before, after)]
    return tuple(
        change
        for change in changes
        if (change.name_before, change.option, change.is_share) in shown[0]
        and (change.name, change.option, change.is_share) in shown[1]
    )


def _has_groups(table: Crosstab, groups: Mapping[str, Mapping[int, int]]) -> bool:
    return sum(n > 0 for n in groups[table.by.name].values()) > 1


def _check_groups(groups: Mapping[str, Mapping[int, int]], minimum: int) -> None:
    small = [
        f"{by}={code}" for by, of in groups.items() for code, n in of.items() if 0 < n < minimum
    ]
    if small:
        raise NotProtected(cells=", ".join(small))


def _hidden(line: Topline) -> Topline:
    return replace(
        line,
        base=None,
        base_text=_WITHHELD,
        shares=(),
        mean=None,
        top=None,
        missing=(),
        has_kinds=False,
    )


def _topline(line: Topline, withheld: Collection[str], minimum: int, *, is_mixed: bool) -> Topline:
    has_kinds = not is_mixed and all(each.n >= minimum for each in line.missing)
    shares = tuple(
        replace(share, n=None, estimate=None)
        if cell_key(line.name, share.option.code) in withheld
        else share
        for share in line.shares
    )
    is_whole = all(share.n is not None for share in shares)
    return replace(
        line,
        shares=shares,
        missing=line.missing if has_kinds else (),
        has_kinds=has_kinds,
        mean=line.mean if is_whole else None,
        top=line.top if is_whole else None,
    )


def _crosstab(
    table: Crosstab,
    sums: Sums,
    withheld: Collection[str],
    groups: Mapping[str, Mapping[int, int]],
) -> Crosstab:
    present = [c for c in table.columns if groups[table.by.name].get(c.group.code)]
    columns = tuple(_column(table, column, sums, withheld) for column in present)
    if all(cell.n is not None for column in columns for cell in column.cells):
        return replace(table, columns=columns)
    return replace(
        table,
        base=None if sums.tells_unknown(table) in withheld else table.base,
        columns=tuple(
            replace(
                column,
                cells=tuple(replace(c, residual=None, stands_out=False) for c in column.cells),
            )
            for column in columns
        ),
        test=None,
        p_adjusted=None,
    )


def _column(
    table: Crosstab, column: CrossColumn, sums: Sums, withheld: Collection[str]
) -> CrossColumn:
    code, by = column.group.code, table.by.name
    has_base = sums.base_key(table.name, by, str(code)) not in withheld
    hidden = [cell_key(table.name, c.option.code, by, str(code)) in withheld for c in column.cells]
    cells = tuple(
        replace(
            cell,
            n=None if is_hidden else cell.n,
            estimate=cell.estimate if has_base and not is_hidden else None,
        )
        for cell, is_hidden in zip(column.cells, hidden, strict=True)
    )
    return replace(
        column,
        base=column.base if has_base else None,
        cells=cells,
        mean=column.mean if has_base and not any(hidden) else None,
    )


def _figures(lines: Sequence[Topline]) -> frozenset[tuple[str, int | None, bool]]:
    """Question, option and whether it is a share, of every figure that is shown; top-2-box has no option."""
    found: set[tuple[str, int | None, bool]] = set()
    for line in lines:
        found |= {(line.name, s.option.code, True) for s in line.shares if s.n is not None}
        if line.mean is not None:
            found.add((line.name, None, False))
        if line.top is not None:
            found.add((line.name, None, True))
    return frozenset(found)

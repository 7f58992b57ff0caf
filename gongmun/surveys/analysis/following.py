"""Questions that were only asked after certain answers to others: which of them would tell what is withheld there.

Where certain answers to one question led on, the next one's bases count these answers: what follows from that is in
the sums, and if something stays known too closely in spite of all that is withheld, the question that follows gives
way, its crosstabs first, then the whole. Any other condition ("this here and that there", "don't know", a number)
counts what is in no table. Such a question is told where nothing is withheld of what its condition is about, and where
fewer than 5 were not asked of those who might have been, it is not.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gongmun.surveys.analysis.crosstabs import Crosstab
from gongmun.surveys.analysis.sums import Route, Sums
from gongmun.surveys.analysis.suppression import Suppression
from gongmun.surveys.analysis.toplines import Topline


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What is given up whole: questions by the name of their variable, and crosstabs by this and their demographic."""

    questions: frozenset[str]
    tables: frozenset[tuple[str, str]]


def differences(
    routes: Sequence[Route],
    toplines: Sequence[Topline],
    crosstabs: Sequence[Crosstab],
    groups: Mapping[str, Mapping[int, int]],
    minimum: int,
) -> Given:
    """The questions and crosstabs with a condition that cells do not tell, and a few who were not asked."""
    lines = {line.name: line for line in toplines}
    loose = {route.item: route for route in routes if not route.cells}
    questions = {
        line.variable.name
        for line in toplines
        if (route := loose.get(line.variable.name)) is not None
        and any(0 < n - (line.base or 0) < minimum for n in _might(route, lines))
    }
    tables = {
        (table.variable.name, table.by.name)
        for table in crosstabs
        if table.variable.name in loose
        and any(
            0 < groups[table.by.name].get(column.group.code, 0) - (column.base or 0) < minimum
            for column in table.columns
        )
    }
    return Given(questions=frozenset(questions), tables=frozenset(tables))


def _might(route: Route, lines: Mapping[str, Topline]) -> Iterator[int]:
    """Counts of those who might have been asked, as far as tables have them."""
    for cells in route.within:
        counts = [
            share.n or 0
            for question, code in cells
            if question in lines
            for share in lines[question].shares
            if share.option.code == code
        ]
        yield sum(counts)
    for line in lines.values():
        if line.variable.name in route.after:
            missing = sum(each.n for each in line.missing) if route.takes_missing else 0
            yield (line.base or 0) + missing


def leads_all_on(route: Route, toplines: Sequence[Topline]) -> bool:
    """Whether everybody who answered gave one of the answers that led on, and answered the next question as well."""
    lines = {line.name: line for line in toplines}
    codes = {code for _, code in route.cells}
    parent = lines.get(route.cells[0][0]) if route.cells else None
    bases = [line.base for line in toplines if line.variable.name == route.item]
    return (
        parent is not None
        and bool(parent.base)
        and parent.base in bases
        and not any(share.n for share in parent.shares if share.option.code not in codes)
    )


def given_up(
    routes: Sequence[Route],
    given: Given,
    sums: Sums,
    found: Suppression,
    left: Collection[tuple[str, str]],
) -> Given:
    """What has to be given up beside `given`; the same where nothing has.

    `routes` are those of questions that are there, with what they follow; `left` are the crosstabs that are kept.
    """
    weak, withheld = _places(sums, found.weak), _places(sums, found.withheld)
    telling = {
        (route.item, by)
        for route in routes
        for name, by in (weak if route.cells else withheld)
        if name in route.after
    }
    tables = {(item, by) for item, by in left if telling & {(item, ""), (item, by)}}
    tables |= _without_their_parents(routes, sums, left)
    if tables:
        return Given(questions=given.questions, tables=given.tables | tables)
    questions = {item for item, by in telling if not by}
    return Given(questions=given.questions | questions, tables=given.tables)


def _without_their_parents(
    routes: Sequence[Route], sums: Sums, left: Collection[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Crosstabs of questions that follow one whose own was given up: their bases would tell it."""
    return {
        (item, by)
        for route in routes
        for item, by in left
        if item == route.item
        and any((name, by) not in left for name in route.after if sums.has_cells(name))
    }


def _places(sums: Sums, keys: Collection[str]) -> set[tuple[str, str]]:
    return {place for key in keys if (place := sums.place(key)) is not None}

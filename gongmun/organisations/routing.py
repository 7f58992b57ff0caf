"""Where a topic goes: pure rules over codes.

A rule that names an organisation which has since been renamed or merged goes on to its successor. One
that was split is nobody's by itself: a coordinator decides.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """The organisation that leads (주관) and those that cooperate (협조), by code."""

    lead: str
    cooperating: tuple[str, ...] = ()


def heir(
    code: str, *, in_force: Callable[[str], bool], successors: Callable[[str], Iterable[str]]
) -> str | None:
    """`code` if it is in force, else the one that took over from it, through any number of changes.

    None where it was split, or ended without a successor. `successors` gives those that have already
    taken over.
    """
    while not in_force(code):
        match list(successors(code)):
            case [only]:
                code = only
            case _:
                return None
    return code


def heirs(
    code: str, *, in_force: Callable[[str], bool], successors: Callable[[str], Iterable[str]]
) -> frozenset[str]:
    """Everybody in force who took over from `code` or a part of it, through any number of changes."""
    if in_force(code):
        return frozenset({code})
    return frozenset().union(
        *(heirs(each, in_force=in_force, successors=successors) for each in successors(code))
    )


def route(
    lead: str, cooperating: Iterable[str], *, resolve: Callable[[str], str | None]
) -> Route | None:
    """The route of a rule, each code replaced by what `resolve` finds in force.

    None if any of them has no single heir: leaving one out would lose it without a word.
    """
    heirs = [resolve(code) for code in (lead, *cooperating)]
    codes = [code for code in heirs if code is not None]
    if len(codes) < len(heirs):
        return None
    first, *others = dict.fromkeys(codes)  # two that merged are named once
    return Route(lead=first, cooperating=tuple(others))


def among(route: Route, codes: Collection[str], *, leads: bool) -> str | None:
    """Which of `codes` a route names for whoever led, or cooperated; None where it names none, or several.

    Where it names only one of them, that one, in whatever part.
    """
    named = [code for code in (route.lead, *route.cooperating) if code in codes]
    if len(named) != 1:
        parts = (route.lead,) if leads else route.cooperating
        named = [code for code in parts if code in codes]
    return named[0] if len(named) == 1 else None

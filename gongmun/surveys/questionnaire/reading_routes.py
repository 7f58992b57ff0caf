"""The routing of a file: conditions in their places, each of which somebody's answers can meet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from gongmun.surveys.questionnaire.conditions import Condition, Every
from gongmun.surveys.questionnaire.flaws import Flaw, Place, Reason, flaw
from gongmun.surveys.questionnaire.items import Item, Page, shown_if
from gongmun.surveys.questionnaire.reading_conditions import ConditionReader, Route
from gongmun.surveys.questionnaire.reading_items import Draft
from gongmun.surveys.questionnaire.routes import Search, TooEntangled
from gongmun.surveys.questionnaire.tree import Node
from gongmun.text import Bilingual


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftPage:
    """A page whose conditions are still to be read."""

    place: Place
    code: str | None
    title: Bilingual | None
    intro: Bilingual | None
    condition: Node | None
    drafts: Sequence[Draft]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Routed:
    """What was read where `show_if` stands: the whole of it, and each branch of an `any` in it."""

    whole: Route
    branches: Sequence[Route]
    page: Condition | None


def with_conditions(drafts: Sequence[DraftPage], flaws: list[Flaw]) -> Sequence[Page]:
    """The pages with their conditions; what is amiss with those is noted.

    Whether a condition can hold is asked once all of them could be read.
    """
    earlier: dict[str, Item | None] = {}
    later = {draft.code for page in drafts for draft in page.drafts if draft.code}
    routed: list[_Routed] = []
    shown: dict[str, Condition] = {}
    before = len(flaws)
    pages: list[Page] = []
    for draft_page in drafts:
        of_page = _read(draft_page.condition, None, earlier, later, flaws)
        page = Page(
            code=draft_page.code or "",
            title=draft_page.title,
            intro=draft_page.intro,
            show_if=of_page.whole.condition if of_page else None,
            items=(),
        )
        routed.extend(filter(None, (of_page,)))
        items: list[Item] = []
        for draft in draft_page.drafts:
            own = _read(draft.condition, page.show_if, earlier, later, flaws)
            routed.extend(filter(None, (own,)))
            condition = own.whole.condition if own else None
            item = draft.item and replace(draft.item, show_if=condition)
            if item is not None:
                items.append(item)
                if (both := shown_if(page, item)) is not None:
                    shown.setdefault(item.code, both)
            if draft.code is not None:
                earlier.setdefault(draft.code, item)
        pages.append(replace(page, items=tuple(items)))
    if len(flaws) == before:
        known = {code: item for code, item in earlier.items() if item is not None}
        flaws.extend(_impossible(routed, Search(known, shown)))
    return tuple(pages)


def _read(
    node: Node | None,
    page: Condition | None,
    earlier: dict[str, Item | None],
    later: Collection[str],
    flaws: list[Flaw],
) -> _Routed | None:
    if node is None:
        return None
    reader = ConditionReader(earlier, later, flaws)
    condition = reader.read(node)
    if condition is None:
        return None
    whole = Route(place=node.place, condition=condition)
    return _Routed(whole=whole, branches=tuple(reader.branches), page=page)


def _impossible(routed: Sequence[_Routed], search: Search) -> Sequence[Flaw]:
    """What nobody can reach; of a page that nobody can, not each of its items."""
    found: list[Flaw] = []
    never: set[Condition] = set()
    place = Place(1, 1)
    try:
        for each in routed:
            if each.page in never:
                continue
            for route in (each.whole, *each.branches):
                place = route.place
                condition = route.condition
                if each.page is not None:
                    condition = Every(conditions=(each.page, condition))
                if search.possible(condition):
                    continue
                if route is each.whole:
                    never.add(route.condition)
                    found.append(flaw(place, Reason.NEVER_SHOWN))
                    break
                found.append(flaw(place, Reason.NEVER_HOLDS))
    except TooEntangled:
        found.append(flaw(place, Reason.TOO_COMPLEX))
    return found

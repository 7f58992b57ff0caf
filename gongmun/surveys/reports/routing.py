"""What the conditions of a questionnaire tell of its answers: whoever was asked has given one of certain answers.

The disclosure check needs that, because a question's base counts those answers.
"""

from collections.abc import Iterator, Mapping
from itertools import product

from gongmun.surveys.analysis.sums import Route
from gongmun.surveys.questionnaire import Item, Kind, Questionnaire
from gongmun.surveys.questionnaire.answers import OFFERED, Answer
from gongmun.surveys.questionnaire.conditions import (
    Condition,
    Either,
    Every,
    Leaf,
    Negation,
    Test,
    holds,
    leaves,
    passes,
)
from gongmun.surveys.questionnaire.items import shown_if

_Cells = frozenset[tuple[str, int]]


def routes(questionnaire: Questionnaire) -> Iterator[Route]:
    """The route of every question that was not put to all, in the order asked."""
    items = {item.code: item for _, item in questionnaire.items()}
    found: dict[str, Route] = {}
    for page, item in questionnaire.items():
        condition = shown_if(page, item)
        if condition is None:
            continue
        after = {leaf.item for leaf in leaves(condition)}
        # An open answer is in no table: what led to it led here.
        after |= {
            name
            for each in after
            if items[each].kind is Kind.TEXT and each in found
            for name in found[each].after
        }
        cells = _exactly(condition, items)
        within = () if cells else tuple(_known(condition, items))
        found[item.code] = Route(
            item=item.code,
            after=frozenset(after),
            cells=tuple(sorted(cells)),
            within=tuple(tuple(sorted(each)) for each in within),
            takes_missing=not cells and _takes_missing(condition, items),
        )
    yield from found.values()


def _exactly(condition: Condition, items: Mapping[str, Item]) -> _Cells:
    """The cells of one question in which those who were asked are, and nobody else; none where that cannot be said."""
    (name, *others) = dict.fromkeys(leaf.item for leaf in leaves(condition))
    item = items[name]
    if others:
        return frozenset()
    if item.kind is Kind.MULTIPLE:
        return _of_multiple(condition, item)
    if not (item.kind is Kind.SINGLE or item.kind.points) or _takes_missing(condition, items):
        return frozenset()
    return frozenset(
        (name, option.code)
        for option in item.options
        if not option.screens_out and _meets(condition, Answer(codes=(option.code,)))
    )


def _of_multiple(condition: Condition, item: Item) -> _Cells:
    """Whoever has chosen one option; or has not chosen the one that excludes all others, which led on."""
    if not isinstance(condition, Leaf) or condition.test is not Test.INCLUDES or condition.missing:
        return frozenset()
    if len(condition.codes) == 1:
        return frozenset({(f"{item.code}.{min(condition.codes)}", 1)})
    rest = [option for option in item.options if option.code not in condition.codes]
    if len(rest) == 1 and rest[0].exclusive:
        return frozenset({(f"{item.code}.{rest[0].code}", 0)})
    return frozenset()


def _takes_missing(condition: Condition, items: Mapping[str, Item]) -> bool:
    """Whether somebody who gave no answer, or was not asked, may be asked all the same."""
    return any(_is_met_by_none(leaf, items[leaf.item], met=met) for leaf, met in _tests(condition))


def _meets(condition: Condition, given: Answer) -> bool:
    return holds(condition, lambda _: given) is True


def _tests(condition: Condition, *, met: bool = True) -> Iterator[tuple[Leaf, bool]]:
    """Every test in the condition, and whether it is to be met or not to be met."""
    match condition:
        case Leaf():
            yield condition, met
        case Negation():
            yield from _tests(condition.condition, met=not met)
        case Every() | Either():
            for each in condition.conditions:
                yield from _tests(each, met=met)


def _is_met_by_none(leaf: Leaf, item: Item, *, met: bool) -> bool:
    kinds = (Answer(missing=kind) for kind in OFFERED if item.offered(kind))
    return any(passes(leaf, given) is met for given in (None, *kinds))


def _known(
    condition: Condition, items: Mapping[str, Item], *, met: bool = True
) -> Iterator[_Cells]:
    """Sets of cells, one of each of which holds whoever meets the condition, or is known not to."""
    match condition:
        case Leaf():
            yield from _of_leaf(condition, items[condition.item], met=met)
        case Negation():
            yield from _known(condition.condition, items, met=not met)
        case Every() | Either():
            each = [list(_known(c, items, met=met)) for c in condition.conditions]
            if isinstance(condition, Every) is met:
                for found in each:
                    yield from found
            else:
                # One of them is met: nothing is known where nothing is known of one.
                yield from (frozenset().union(*one) for one in product(*(e[:1] for e in each)))


def _of_leaf(leaf: Leaf, item: Item, *, met: bool) -> Iterator[_Cells]:
    if leaf.test is Test.ANSWERED or _is_met_by_none(leaf, item, met=met):
        return
    codes = [
        option.code
        for option in item.options
        if not option.screens_out and passes(leaf, Answer(codes=(option.code,))) is met
    ]
    if item.kind is Kind.MULTIPLE and met:
        yield frozenset((f"{item.code}.{code}", 1) for code in codes)
    elif item.kind is Kind.SINGLE or item.kind.points:
        yield frozenset((item.code, code) for code in codes)

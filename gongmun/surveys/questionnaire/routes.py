"""Whether anybody's answers can lead somewhere: a search over all answers that routing tells apart.

Answers that pass the same tests are one. What is left is tried exhaustively, item by item in the order
asked, for every type: a verdict is a proof. Only where conditions are so entangled that the search
exceeds its budget there is none, and the questionnaire is refused for that.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, product

from gongmun.surveys.questionnaire.answers import OFFERED, Answer
from gongmun.surveys.questionnaire.conditions import (
    Condition,
    Either,
    Every,
    Leaf,
    Negation,
    either,
    every,
    leaves,
    negated,
    passes,
)
from gongmun.surveys.questionnaire.items import Item, Kind

STEPS = 600_000  # tests of answers, for one questionnaire; a few seconds at most
_SUBSETS = 10  # options of one multiple choice that conditions name

_Candidates = Mapping[str, Sequence[Answer | None]]


class TooEntangled(Exception):
    """The search has used up its budget."""


class Search:
    """Which conditions can hold in a questionnaire that is answered to its end.

    `items` are all items by code, in the order asked; `shown_if` the condition under which each is
    shown, its page's included, for those that have one.
    """

    def __init__(self, items: Mapping[str, Item], shown_if: Mapping[str, Condition]) -> None:
        self._items = items
        self._shown_if = shown_if
        self._steps = STEPS

    def possible(self, condition: Condition) -> bool:
        """Whether some answers make `condition` true.

        A required item that is shown has been answered. Raises `TooEntangled`.
        """
        concerned = self._concerned(condition)
        tests: dict[str, list[Leaf]] = {code: [] for code in concerned}
        for each in (*concerned.values(), condition):
            for leaf in leaves(each) if each else ():
                self._spend(1)
                tests[leaf.item].append(leaf)
        asked = {code: self._kinds_of_answer(self._items[code], tests[code]) for code in concerned}
        return self._search(condition, list(concerned), asked)

    def _concerned(self, condition: Condition) -> Mapping[str, Condition | None]:
        """The items that the condition depends on, however remotely, in the order asked."""
        open_, found = [condition], set[str]()
        while open_:
            for leaf in leaves(open_.pop()):
                if leaf.item not in found:
                    found.add(leaf.item)
                    if inner := self._shown_if.get(leaf.item):
                        open_.append(inner)
        return {code: self._shown_if.get(code) for code in self._items if code in found}

    def _kinds_of_answer(self, item: Item, tests: Sequence[Leaf]) -> Sequence[Answer | None]:
        kinds: dict[tuple[bool | None, ...], Answer | None] = {}
        for answer in _answers(item, tests):
            self._spend(len(tests))
            kinds.setdefault(tuple(passes(test, answer) for test in tests), answer)
        if not item.required:
            kinds.setdefault(tuple(passes(test, None) for test in tests), None)
        # The search takes the last first: those that pass most tests lead somewhere soonest.
        return tuple(kinds[passed] for passed in sorted(kinds, key=lambda each: each.count(True)))

    def _search(self, condition: Condition, order: Sequence[str], asked: _Candidates) -> bool:
        undecided = {
            code: (*answers, None) if code in self._shown_if else answers
            for code, answers in asked.items()
        }
        length = sum(1 for _ in leaves(condition))
        # Depth first, on a stack of our own: a hostile chain of routing is as long as the file lets it.
        open_: list[tuple[int, _Candidates]] = [(0, undecided)]
        while open_:
            depth, given = open_.pop()
            self._spend(length)
            if True not in _results(condition, given):
                continue
            if depth == len(order):
                return True
            code = order[depth]
            shown = self._shown_if.get(code)
            self._spend(sum(1 for _ in leaves(shown)) if shown else 0)
            is_shown = shown is None or _results(shown, given) == {True}
            for answer in asked[code] if is_shown else (None,):
                open_.append((depth + 1, {**given, code: (answer,)}))
        return False

    def _spend(self, tests: int) -> None:
        self._steps -= 1 + tests
        if self._steps < 0:
            raise TooEntangled


def _results(condition: Condition, given: _Candidates) -> set[bool | None]:
    """All that the condition may come to while items still have several candidates.

    Exact where each has one; before, some of it may be impossible.
    """
    match condition:
        case Leaf():
            return {passes(condition, answer) for answer in given[condition.item]}
        case Negation():
            return {negated(each) for each in _results(condition.condition, given)}
        case Every() | Either():
            join = every if isinstance(condition, Every) else either
            joined: set[bool | None] = {isinstance(condition, Every)}
            for each in condition.conditions:
                pairs = product(joined, _results(each, given))
                joined = {join(iter(pair)) for pair in pairs}
            return joined


def _answers(item: Item, tests: Sequence[Leaf]) -> Iterator[Answer]:
    """At least one answer for each way in which answers can pass the tests."""
    for missing in OFFERED:
        if item.offered(missing) is not None:
            yield Answer(missing=missing)
    match item.kind:
        case Kind.MULTIPLE:
            yield from _choices(item, tests)
        case Kind.NUMBER if item.bounds:
            step = Decimal(1).scaleb(-item.bounds.decimals)
            near = {item.bounds.least, item.bounds.most}
            for test in tests:
                if test.bound is not None:
                    near |= {test.bound - step, test.bound, test.bound + step}
            for number in sorted(near):
                if item.bounds.least <= number <= item.bounds.most:
                    yield Answer(number=number)
        case Kind.TEXT:
            yield Answer(text="…")
        case _:
            for option in item.options:
                yield Answer(codes=(option.code,))


def _choices(item: Item, tests: Sequence[Leaf]) -> Iterator[Answer]:
    """Every set of the options that tests name, alone and beside one that none of them names."""
    named = frozenset[int]().union(*(test.codes for test in tests))
    together = [option.code for option in item.options if not option.exclusive]
    for option in item.options:
        if option.exclusive:
            yield Answer(codes=(option.code,))
    concerned = [code for code in together if code in named]
    if len(concerned) > _SUBSETS:
        raise TooEntangled
    unnamed = [code for code in together if code not in named][:1]
    for size in range(len(concerned) + 1):
        for chosen in combinations(concerned, size):
            if chosen or unnamed:
                yield Answer(codes=(*chosen, *unnamed))
                if chosen:
                    yield Answer(codes=chosen)

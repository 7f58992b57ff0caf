"""The conditions of a file: which earlier item, which test, which values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gongmun.surveys.questionnaire import fields as reading
from gongmun.surveys.questionnaire.answers import OFFERED, Missing
from gongmun.surveys.questionnaire.conditions import (
    Condition,
    Either,
    Every,
    Leaf,
    Negation,
    Test,
)
from gongmun.surveys.questionnaire.fields import Fields
from gongmun.surveys.questionnaire.flaws import Flaw, Place, Reason
from gongmun.surveys.questionnaire.items import Item, Kind
from gongmun.surveys.questionnaire.reading_items import plain
from gongmun.surveys.questionnaire.tree import Listing, Node, Scalar

_BRANCHES = 50
_CHOICE = (Test.IS, Test.IS_ONE_OF, Test.ANSWERED)
_SCALE = (*_CHOICE, Test.AT_LEAST, Test.AT_MOST)
# Of what has no options, IS asks for "don't know" or "prefer not to say".
_OF_KIND: Final[Mapping[Kind, Sequence[Test]]] = {
    Kind.SINGLE: _CHOICE,
    Kind.MULTIPLE: (Test.INCLUDES, Test.ANSWERED),
    Kind.SCALE_5: _SCALE,
    Kind.SCALE_7: _SCALE,
    Kind.SCALE_0_10: _SCALE,
    Kind.RANKING: (Test.IS, Test.ANSWERED),
    Kind.NUMBER: (Test.IS, Test.ANSWERED, Test.AT_LEAST, Test.AT_MOST),
    Kind.TEXT: (Test.IS, Test.ANSWERED),
}
_COMPARISONS = (Test.AT_LEAST, Test.AT_MOST)
_JOINTS = ("all", "any", "not")
_KEYS = ("item", *Test, *_JOINTS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A condition, or one branch of an `any`, and where it stands."""

    place: Place
    condition: Condition


class ConditionReader:
    """Reads conditions that stand at one point of a questionnaire.

    `earlier` are the items before it by their codes, None for those that could not be read; `later` the
    codes of the others. `branches` fills with each branch of an `any`.
    """

    def __init__(
        self, earlier: Mapping[str, Item | None], later: Collection[str], flaws: list[Flaw]
    ) -> None:
        self._earlier = earlier
        self._later = later
        self._flaws = flaws
        self.branches: list[Route] = []

    def read(self, node: Node) -> Condition | None:
        """The condition; None where it cannot be used, and the flaws say why."""
        before = len(self._flaws)
        fields = Fields(node, _KEYS, self._flaws)
        if len(self._flaws) > before:
            return None
        joints = [key for key in _JOINTS if key in fields]
        tests = [test for test in Test if test in fields]
        if len(joints) + ("item" in fields) != 1 or len(tests) != ("item" in fields):
            fields.note(node.place, Reason.NOT_A_CONDITION, tests=", ".join(Test))
            return None
        if not joints:
            return self._leaf(fields, tests[0])
        if joints == ["not"]:
            inner = self.read(fields.node("not") or node)
            return None if inner is None else Negation(condition=inner)
        return self._joined(fields, joints[0])

    def _joined(self, fields: Fields, joint: str) -> Condition | None:
        found: list[Condition] = []
        nodes = fields.nodes(joint, _BRANCHES)
        for node in nodes:
            if (condition := self.read(node)) is not None:
                found.append(condition)
                if joint == "any":
                    self.branches.append(Route(place=node.place, condition=condition))
        if not nodes or len(found) < len(nodes):
            return None
        return Every(conditions=tuple(found)) if joint == "all" else Either(conditions=tuple(found))

    def _leaf(self, fields: Fields, test: Test) -> Condition | None:
        code, node = fields.line("item", 200), fields.node(test)
        if code is None or node is None:
            return None
        if code not in self._earlier:
            reason = Reason.NOT_BACKWARD if code in self._later else Reason.NO_SUCH_ITEM
            fields.note(fields.at("item"), reason, item=code)
            return None
        item = self._earlier[code]
        if item is None:
            return None
        if test not in _OF_KIND[item.kind]:
            known = ", ".join(_OF_KIND[item.kind])
            fields.note(
                node.place,
                Reason.TEST_NOT_FOR_TYPE,
                item=code,
                type=item.kind.value,
                test=test.value,
                known=known,
            )
            return None
        if test is Test.ANSWERED:
            leaf = Leaf(item=code, test=test)
            return leaf if fields.boolean(test, default=True) else Negation(condition=leaf)
        if test in _COMPARISONS:
            bound = fields.number(test)
            return None if bound is None else self._comparison(fields, item, test, bound)
        return self._choice(fields, item, test, node)

    def _comparison(
        self, fields: Fields, item: Item, test: Test, bound: Decimal
    ) -> Condition | None:
        decimals = item.bounds.decimals if item.bounds else 0
        if bound != round(bound, decimals):
            fields.note(fields.at(test), Reason.TOO_MANY_DECIMALS, limit=decimals)
            return None
        return Leaf(item=item.code, test=test, bound=plain(bound))

    def _choice(self, fields: Fields, item: Item, test: Test, node: Node) -> Condition | None:
        if isinstance(node, Listing) and test is not Test.IS:
            nodes = reading.nodes(node, _BRANCHES, self._flaws)
        else:
            nodes = (node,)
        before = len(self._flaws)
        codes: set[int] = set()
        missing: set[Missing] = set()
        for each in nodes:
            if isinstance(each, Scalar) and each.text in OFFERED:
                kind = Missing(each.text)
                missing.add(kind)
                if item.offered(kind) is None:
                    fields.note(each.place, Reason.NOT_OFFERED, item=item.code, missing=kind.value)
            elif (code := reading.integer(each, 0, 999, self._flaws)) is not None:
                codes.add(code)
                if code not in {option.code for option in item.options}:
                    fields.note(each.place, Reason.NO_SUCH_OPTION, item=item.code, code=code)
        if len(self._flaws) > before or not nodes:
            return None
        if test is not Test.INCLUDES:
            test = Test.IS if len(codes) + len(missing) == 1 else Test.IS_ONE_OF
        return Leaf(item=item.code, test=test, codes=frozenset(codes), missing=frozenset(missing))

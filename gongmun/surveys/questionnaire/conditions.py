"""Conditions of routing (이동 조건): a few tests of earlier answers, joined by all, any, not.

A test of an item that was not shown, or has no answer yet, is neither true nor false: so is its
negation, and what depends on it alone is not shown. "Don't know" and "prefer not to say" are answers:
they are not the option 3, but neither at least 3 nor less. Only `answered` is always true or false; it
asks for a value, which those two are not.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from gongmun.surveys.questionnaire.answers import Answer, Missing


class Test(StrEnum):
    """What is asked of an answer."""

    __test__ = False  # pytest looks for names like this one

    IS = "is"
    IS_ONE_OF = "is_one_of"
    INCLUDES = "includes"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ANSWERED = "answered"


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """One test of one item.

    `codes` and `missing` are the values of IS, IS_ONE_OF and INCLUDES; `bound` that of the comparisons;
    ANSWERED has none of them.
    """

    item: str
    test: Test
    codes: frozenset[int] = frozenset()
    missing: frozenset[Missing] = frozenset()
    bound: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Every:
    """All of the conditions hold."""

    conditions: Sequence["Condition"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Either:
    """At least one of the conditions holds."""

    conditions: Sequence["Condition"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Negation:
    """The condition is known not to hold."""

    condition: "Condition"


Condition: TypeAlias = Leaf | Every | Either | Negation


def holds(condition: Condition, answer: Callable[[str], Answer | None]) -> bool | None:
    """Whether the condition holds; None where it cannot be said.

    `answer` gives the answer to an item by its code, None where it was not shown or not answered.
    """
    match condition:
        case Leaf():
            return passes(condition, answer(condition.item))
        case Every():
            return every(holds(each, answer) for each in condition.conditions)
        case Either():
            return either(holds(each, answer) for each in condition.conditions)
        case Negation():
            return negated(holds(condition.condition, answer))


def passes(leaf: Leaf, given: Answer | None) -> bool | None:
    """Whether one answer passes one test; None where it cannot be said."""
    if leaf.test is Test.ANSWERED:
        return given is not None and given.missing is None
    if given is None:
        return None
    if leaf.bound is None:
        return given.missing in leaf.missing or not leaf.codes.isdisjoint(given.codes)
    if given.missing is not None:
        return None
    value = given.number if given.number is not None else Decimal(given.codes[0])
    return value >= leaf.bound if leaf.test is Test.AT_LEAST else value <= leaf.bound


def every(results: Iterator[bool | None]) -> bool | None:
    """True where all are, False where one is, else None."""
    found = set(results)
    return False if False in found else None if None in found else True


def either(results: Iterator[bool | None]) -> bool | None:
    """True where one is, False where all are, else None."""
    found = set(results)
    return True if True in found else None if None in found else False


def negated(result: bool | None) -> bool | None:
    """The opposite; of what cannot be said neither can it."""
    return None if result is None else not result


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every test in a condition, in the order written."""
    match condition:
        case Leaf():
            yield condition
        case Every() | Either():
            for each in condition.conditions:
                yield from leaves(each)
        case Negation():
            yield from leaves(condition.condition)

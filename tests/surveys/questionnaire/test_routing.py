"""Routing: what is shown after which answers, and that nothing is asked that nobody can reach."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongmun.surveys.questionnaire import Missing, Questionnaire, check_answers, read
from gongmun.surveys.questionnaire.conditions import (
    Condition,
    Either,
    Every,
    Leaf,
    Negation,
    Test,
)
from gongmun.surveys.questionnaire.flaws import Reason
from gongmun.surveys.questionnaire.routes import Search
from gongmun.surveys.questionnaire.wording import in_words, numbered
from tests.surveys.questionnaire.conftest import (
    ENDS_5,
    YES_NO,
    Ask,
    document,
    flaws_of,
    item,
    page,
    reasons,
)

FOUR = "options: [{code: 1, ko: 가, en: a}, {code: 2, ko: 나, en: b}, {code: 3, ko: 다, en: c}, {code: 9, ko: 없음, en: none, exclusive: true}]"
DAYS = ("min: 0", "max: 30", "unit: {ko: 일, en: days}")
OPEN = "max_length: 50"


def shown(questionnaire: Questionnaire, **raw: object) -> Sequence[str]:
    """The items asked after these answers."""
    return check_answers(questionnaire, raw).shown


@pytest.mark.parametrize(
    ("condition", "raw", "is_shown"),
    [
        ("{item: s, is: 1}", {"s": 1}, True),
        ("{item: s, is: 1}", {"s": 2}, False),
        ("{item: s, is: 1}", {"s": "dont_know"}, False),
        ("{item: s, is: 1}", {}, False),
        ("{item: s, is: dont_know}", {"s": "dont_know"}, True),
        ("{item: s, is: dont_know}", {"s": 1}, False),
        ("{item: s, is_one_of: [2, dont_know]}", {"s": "dont_know"}, True),
        ("{item: s, is_one_of: [2, dont_know]}", {"s": 2}, True),
        ("{item: m, includes: 2}", {"m": [1, 2]}, True),
        ("{item: m, includes: [2, 3]}", {"m": [1]}, False),
        ("{item: c, at_least: 4}", {"c": 4}, True),
        ("{item: c, at_least: 4}", {"c": 3}, False),
        ("{item: c, at_least: 4}", {"c": "dont_know"}, False),
        ("{item: n, at_most: 10}", {"n": "10"}, True),
        ("{item: n, at_most: 10}", {"n": 11}, False),
        ("{item: t, answered: true}", {"t": "말"}, True),
        ("{item: t, answered: true}", {"t": " "}, False),
        ("{item: t, answered: false}", {}, True),
        ("{item: s, answered: true}", {"s": "dont_know"}, False),
        # What is not known is not false: the negation of it holds no more than it does.
        ("{not: {item: s, is: 1}}", {"s": 2}, True),
        ("{not: {item: s, is: 1}}", {"s": "dont_know"}, True),
        ("{not: {item: s, is: 1}}", {"s": 1}, False),
        ("{not: {item: s, is: 1}}", {}, False),
        ("{not: {item: c, at_least: 4}}", {"c": 3}, True),
        ("{not: {item: c, at_least: 4}}", {"c": "dont_know"}, False),
        ("{all: [{item: s, is: 1}, {item: c, at_least: 4}]}", {"s": 1, "c": 5}, True),
        ("{all: [{item: s, is: 1}, {item: c, at_least: 4}]}", {"s": 1}, False),
        ("{any: [{item: s, is: 1}, {item: c, at_least: 4}]}", {"s": 1}, True),
        ("{any: [{item: s, is: 1}, {item: c, at_least: 4}]}", {"s": 2, "c": 1}, False),
        ("{not: {any: [{item: s, is: 1}, {item: c, at_least: 4}]}}", {"s": 2}, False),
        ("{not: {any: [{item: s, is: 1}, {item: c, at_least: 4}]}}", {"s": 2, "c": 1}, True),
    ],
)
def test_a_condition(ask: Ask, condition: str, raw: dict[str, object], is_shown: bool) -> None:
    found = ask(
        item("s", "single", YES_NO, "dont_know: true"),
        item("m", "multiple", FOUR),
        item("c", "scale_5", ENDS_5, "dont_know: true"),
        item("n", "number", *DAYS),
        item("t", "text", OPEN, "required: false"),
        item("last", "text", OPEN, f"show_if: {condition}"),
    )
    assert ("last" in shown(found, **raw)) is is_shown


def test_an_answer_that_is_hidden_leads_nowhere(ask: Ask) -> None:
    found = ask(
        item("a", "single", YES_NO),
        item("b", "single", YES_NO, "show_if: {item: a, is: 1}"),
        item("c", "single", YES_NO, "show_if: {item: b, is: 1}"),
        item("d", "text", OPEN, "show_if: {item: b, answered: false}"),
    )
    assert shown(found, a=1, b=1, c=1) == ("a", "b", "c")
    assert shown(found, a=2, b=1, c=1) == ("a", "d")


def test_a_page_and_its_items_have_conditions_each(ask: Ask) -> None:
    found = ask(
        item("a", "scale_5", ENDS_5),
        page(
            "second",
            item("b", "text", OPEN, "required: false"),
            item("c", "text", OPEN, "show_if: {item: a, at_least: 4}"),
            show_if="{item: a, at_least: 3}",
        ),
    )
    assert shown(found, a=2) == ("a",)
    assert shown(found, a=3) == ("a", "b")
    assert shown(found, a=4) == ("a", "b", "c")


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("{item: x, is: 1}", Reason.NO_SUCH_ITEM),
        ("{item: last, is: 1}", Reason.NOT_BACKWARD),
        ("{item: after, is: 1}", Reason.NOT_BACKWARD),
        ("{item: s, is: 3}", Reason.NO_SUCH_OPTION),
        ("{item: s, is_one_of: [1, 3]}", Reason.NO_SUCH_OPTION),
        ("{item: s, is: refused}", Reason.NOT_OFFERED),
        ("{item: s, is: [1, 2]}", Reason.NOT_INTEGER),
        ("{item: s, is: '1'}", Reason.NOT_INTEGER),
        ("{item: s, is_one_of: []}", Reason.EMPTY_LIST),
        ("{item: s, at_least: 1}", Reason.TEST_NOT_FOR_TYPE),
        ("{item: s, includes: 1}", Reason.TEST_NOT_FOR_TYPE),
        ("{item: m, is: 1}", Reason.TEST_NOT_FOR_TYPE),
        ("{item: t, at_least: 1}", Reason.TEST_NOT_FOR_TYPE),
        ("{item: n, at_least: 1.5}", Reason.TOO_MANY_DECIMALS),
        ("{item: n, at_least: __import__('os')}", Reason.NOT_A_NUMBER),
        ("{item: n, at_least: many}", Reason.NOT_A_NUMBER),
        ("{item: n, at_least: .nan}", Reason.NOT_A_NUMBER),
        ("s == 1", Reason.NOT_A_MAPPING),
        ("{item: s}", Reason.NOT_A_CONDITION),
        ("{is: 1}", Reason.NOT_A_CONDITION),
        ("{}", Reason.NOT_A_CONDITION),
        ("{item: s, is: 1, answered: true}", Reason.NOT_A_CONDITION),
        ("{item: s, is: 1, not: {item: s, is: 2}}", Reason.NOT_A_CONDITION),
        ("{all: [{item: s, is: 1}], any: [{item: s, is: 1}]}", Reason.NOT_A_CONDITION),
        ("{all: []}", Reason.EMPTY_LIST),
        ("{any: {item: s, is: 1}}", Reason.NOT_A_LIST),
        ("{item: s, equals: 1}", Reason.UNKNOWN_KEY),
        # It can be read, and yet no answers meet it.
        ("{item: n, at_least: 31}", Reason.NEVER_SHOWN),
        ("{all: [{item: s, is: 1}, {item: s, is: 2}]}", Reason.NEVER_SHOWN),
        ("{not: {item: s, is_one_of: [1, 2, dont_know]}}", Reason.NEVER_SHOWN),
        ("{item: s, answered: false, is: 1}", Reason.NOT_A_CONDITION),
        ("{all: [{item: hidden, is: 1}, {item: s, is: 2}]}", Reason.NEVER_SHOWN),
        ("{all: [{item: m, includes: 9}, {item: m, includes: 1}]}", Reason.NEVER_SHOWN),
        ("{not: {item: m, includes: [1, 2, 3, 9]}}", Reason.NEVER_SHOWN),
        ("{all: [{item: n, at_least: 10}, {item: n, at_most: 9}]}", Reason.NEVER_SHOWN),
        ("{any: [{item: s, is: 1}, {item: n, at_least: 31}]}", Reason.NEVER_HOLDS),
        ("{not: {item: n, answered: true}}", Reason.NEVER_SHOWN),  # it is required
    ],
)
def test_a_condition_that_cannot_be(condition: str, reason: Reason) -> None:
    content = document(
        item("s", "single", YES_NO, "dont_know: true"),
        item("hidden", "single", YES_NO, "show_if: {item: s, is: 1}"),
        item("m", "multiple", FOUR),
        item("n", "number", *DAYS),
        item("t", "text", OPEN, "required: false"),
        item("last", "text", OPEN, f"show_if: {condition}"),
        item("after", "single", YES_NO),
    )
    flaws = flaws_of(content)
    assert flaws[0].reason is reason
    assert flaws[0].place.line == content[: content.index(f"show_if: {condition}")].count("\n") + 1


@pytest.mark.parametrize(
    "condition",
    [
        "{not: {item: s, is_one_of: [1, 2]}}",  # don't know
        "{item: t, answered: false}",  # it may be left out
        "{item: n, at_least: 30}",
        "{all: [{item: n, at_least: 10}, {item: n, at_most: 10}]}",
        "{all: [{item: m, includes: 1}, {item: m, includes: 2}, {not: {item: m, includes: 3}}]}",
        "{not: {item: hidden, answered: true}}",  # where it is not shown
        "{item: m, includes: 9}",
    ],
)
def test_a_condition_that_can_just_hold_is_taken(ask: Ask, condition: str) -> None:
    ask(
        item("s", "single", YES_NO, "dont_know: true"),
        item("hidden", "single", YES_NO, "show_if: {item: s, is: 1}"),
        item("m", "multiple", FOUR),
        item("n", "number", *DAYS),
        item("t", "text", OPEN, "required: false"),
        item("last", "text", OPEN, f"show_if: {condition}"),
    )


def test_of_a_page_that_nobody_reaches_its_items_are_not_told_again() -> None:
    content = document(
        item("a", "single", YES_NO),
        page(
            "second",
            item("b", "text", OPEN, "show_if: {item: a, is: 1}"),
            show_if="{all: [{item: a, is: 1}, {item: a, is: 2}]}",
        ),
    )
    assert reasons(content) == [Reason.NEVER_SHOWN]
    apart = document(
        item("a", "single", YES_NO),
        page(
            "second",
            item("b", "text", OPEN, "show_if: {item: a, is: 2}"),
            show_if="{item: a, is: 1}",
        ),
    )
    (flaw,) = flaws_of(apart)
    assert (flaw.reason, flaw.place.line) == (Reason.NEVER_SHOWN, 19)


def test_a_long_chain_is_followed_to_its_end() -> None:
    chain = [item("a0", "single", YES_NO)]
    chain += [
        item(f"a{n}", "single", YES_NO, f"show_if: {{item: a{n - 1}, is: 1}}") for n in range(1, 30)
    ]
    assert read(document(*chain).encode()).flaws == ()
    never = "show_if: {all: [{item: a29, is: 1}, {item: a3, is: 2}]}"
    assert reasons(document(*chain, item("z", "text", OPEN, never))) == [Reason.NEVER_SHOWN]


def test_routing_that_cannot_be_proved_is_refused_in_time() -> None:
    """A parity of many items: each way has to be tried."""
    items = [item(f"a{n}", "single", YES_NO) for n in range(40)]
    pairs = ", ".join(
        f"{{any: [{{item: a{n}, is: 1}}, {{item: a{n + 1}, is: 1}}]}}, {{any: [{{item: a{n}, is: 2}}, {{item: a{n + 1}, is: 2}}]}}"
        for n in range(24)
    )
    content = document(*items, item("z", "text", OPEN, f"show_if: {{all: [{pairs}]}}"))
    # Alternating answers meet it.
    assert read(content.encode()).flaws == ()
    many = ", ".join(f"{{item: m, includes: {n}}}" for n in range(1, 21))
    options = ", ".join(f"{{code: {n}, ko: 보기 {n}, en: option {n}}}" for n in range(1, 31))
    content = document(
        item("m", "multiple", f"options: [{options}]"),
        item("z", "text", OPEN, f"show_if: {{all: [{many}]}}"),
    )
    assert reasons(content) == [Reason.TOO_COMPLEX]


def _conditions(*leaves: Leaf) -> st.SearchStrategy[Condition]:
    return st.recursive(
        st.sampled_from(leaves),
        lambda inner: (
            inner.map(lambda one: Negation(condition=one))
            | st.lists(inner, min_size=1, max_size=3).map(
                lambda all_: Every(conditions=tuple(all_))
            )
            | st.lists(inner, min_size=1, max_size=3).map(
                lambda any_: Either(conditions=tuple(any_))
            )
        ),
        max_leaves=5,
    )


def _is(code: str, test: Test, *codes: int) -> Leaf:
    return Leaf(item=code, test=test, codes=frozenset(codes))


_OF_A = (
    _is("a", Test.IS, 1),
    _is("a", Test.IS, 2),
    _is("a", Test.ANSWERED),
    Leaf(item="a", test=Test.IS, missing=frozenset({Missing.DONT_KNOW})),
)
_OF_B = (_is("b", Test.INCLUDES, 1), _is("b", Test.INCLUDES, 2), _is("b", Test.ANSWERED))
_OF_C = (
    Leaf(item="c", test=Test.AT_LEAST, bound=Decimal(2)),
    Leaf(item="c", test=Test.AT_MOST, bound=Decimal(1)),
)
_SHEETS = [
    {"a": a, "b": b, "c": c}
    for a, b, c in product((None, 1, 2, "dont_know"), (None, [1], [2], [1, 2]), (None, 0, 1, 2, 3))
]


@settings(max_examples=80, deadline=None)
@given(
    _conditions(*_OF_A),
    _conditions(*_OF_A, *_OF_B),
    _conditions(*_OF_A, *_OF_B, *_OF_C),
    st.booleans(),
)
def test_the_search_is_right_in_both_directions(
    of_b: Condition, of_c: Condition, of_z: Condition, required: bool
) -> None:
    """Against trying every sheet by the checking of answers, which knows nothing of the search."""
    needed = f"required: {'true' if required else 'false'}"
    plain = read(
        document(
            item("a", "single", YES_NO, "dont_know: true", needed),
            item("b", "multiple", YES_NO),
            item("c", "number", "min: 0", "max: 3", needed),
            item("z", "text", OPEN, "required: false"),
        ).encode()
    ).questionnaire
    assert plain is not None
    conditions = {"b": of_b, "c": of_c, "z": of_z}
    items = {
        each.code: replace(each, show_if=conditions.get(each.code)) for _, each in plain.items()
    }
    routed = replace(plain, pages=(replace(plain.pages[0], items=tuple(items.values())),))
    sheets = [check_answers(routed, raw) for raw in _SHEETS]
    reached = {code for sheet in sheets if sheet.complete for code in sheet.shown}
    search = Search(items, conditions)
    for code, condition in conditions.items():
        assert search.possible(condition) is (code in reached)


def test_routing_in_words(ask: Ask) -> None:
    found = ask(
        item("s", "single", YES_NO, "dont_know: true"),
        item("c", "scale_5", ENDS_5),
        item("n", "number", *DAYS),
        item("m", "multiple", FOUR),
        item(
            "last",
            "text",
            OPEN,
            "show_if:",
            "  any:",
            "    - all: [{item: s, is_one_of: [1, dont_know]}, {item: c, at_least: 4}]",
            "    - not: {item: n, at_most: 10}",
            "    - {item: m, includes: [1, 3]}",
        ),
    )
    last = found.pages[0].items[-1]
    assert last.show_if is not None
    words = in_words(last.show_if, numbered(found))
    assert words.ko == (
        "(1번에서 ‘예’, ‘모름’ 중 하나 선택 그리고 2번이 4 이상) 또는 (3번이 10일 이하)가 아님 또는 "
        "4번에서 ‘가’, ‘다’ 중 하나 선택"
    )
    assert words.en == (
        "(question 1 is one of “Yes”, “Don't know” and question 2 is at least 4) or not (question 3 is at "
        "most 10 days) or question 4 includes one of “a”, “c”"
    )

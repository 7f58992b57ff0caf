"""Answers checked: tolerant while somebody is at it, strict at submission, whatever is thrown at them."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongmun.surveys.questionnaire import (
    SAMPLES,
    Answer,
    Missing,
    Questionnaire,
    Refusal,
    check_answers,
    sample,
)
from tests.surveys.questionnaire.conftest import ENDS_5, ENDS_10, YES_NO, Ask, item, page

OPTIONS = "options: [{code: 1, ko: 버스, en: Bus}, {code: 2, ko: 철도, en: Train}, {code: 8, ko: 그 밖, en: Other, other: true}, {code: 9, ko: 없음, en: Neither, exclusive: true}]"
OTHER = "options: [{code: 1, ko: 버스, en: Bus}, {code: 8, ko: 그 밖, en: Other, other: true}]"
THREE = "options: [{code: 1, ko: 가, en: a}, {code: 2, ko: 나, en: b}, {code: 3, ko: 다, en: c}]"


@pytest.fixture
def questionnaire(ask: Ask) -> Questionnaire:
    """One item of each kind, none of them hidden."""
    return ask(
        item("single", "single", OTHER, "dont_know: true", "refused: true"),
        item("multiple", "multiple", OPTIONS, "dont_know: true"),
        item("five", "scale_5", ENDS_5),
        item("ten", "scale_0_10", ENDS_10, "dont_know: true"),
        item("rank", "ranking", THREE, "top: 2"),
        item("number", "number", "min: 0", "max: 1000", "decimals: 1", "dont_know: true"),
        item("text", "text", "max_length: 10", "required: false", "dont_know: true"),
    )


@pytest.mark.parametrize(
    ("code", "raw", "answer"),
    [
        ("single", 1, Answer(codes=(1,))),
        ("single", "1", Answer(codes=(1,))),
        ("single", " 1 ", Answer(codes=(1,))),
        ("single", "1\x1f", Answer(codes=(1,))),
        ("single", [1], Answer(codes=(1,))),
        ("single", ["1", ""], Answer(codes=(1,))),
        ("single", "dont_know", Answer(missing=Missing.DONT_KNOW)),
        ("single", Missing.REFUSED, Answer(missing=Missing.REFUSED)),
        ("single", {"missing": "refused"}, Answer(missing=Missing.REFUSED)),
        ("single", {"codes": [8], "text": " 자전거\n "}, Answer(codes=(8,), text="자전거")),
        ("single", {"codes": [1], "text": "자전거"}, Answer(codes=(1,))),
        ("single", Answer(codes=(8,), text="도보"), Answer(codes=(8,), text="도보")),
        ("multiple", ["2", "1", "2"], Answer(codes=(1, 2))),
        ("multiple", "9", Answer(codes=(9,))),
        ("ten", 0, Answer(codes=(0,))),
        ("ten", "10", Answer(codes=(10,))),
        ("rank", [3, 1], Answer(codes=(3, 1))),
        ("rank", ["3", ""], Answer(codes=(3,))),
        ("number", 7, Answer(number=Decimal("7.0"))),
        ("number", 7.5, Answer(number=Decimal("7.5"))),
        ("number", "1,000.0", Answer(number=Decimal("1000.0"))),
        ("number", "７.５", Answer(number=Decimal("7.5"))),
        ("number", "-0", Answer(number=Decimal("0.0"))),
        ("number", "dont_know", Answer(missing=Missing.DONT_KNOW)),
        ("text", "dont_know", Answer(text="dont_know")),
        ("text", {"missing": "dont_know"}, Answer(missing=Missing.DONT_KNOW)),
        ("text", " <b>\u202e말\x00 ", Answer(text="<b>말")),
    ],
)
def test_what_is_taken(
    questionnaire: Questionnaire, code: str, raw: object, answer: Answer
) -> None:
    checked = check_answers(questionnaire, {code: raw})
    assert checked.flaws == ()
    assert checked.answers == {code: answer}


@pytest.mark.parametrize("raw", [None, "", "  ", [], [""], ["", ""], {}, {"codes": []}])
@pytest.mark.parametrize("code", ["single", "multiple", "five", "rank", "number", "text"])
def test_what_is_no_answer(questionnaire: Questionnaire, code: str, raw: object) -> None:
    if code in ("number", "text") and isinstance(raw, list):
        return
    checked = check_answers(questionnaire, {code: raw})
    assert (checked.flaws, checked.answers) == ((), {})


@pytest.mark.parametrize(
    ("code", "raw", "refusal"),
    [
        ("single", 2, Refusal.UNKNOWN_OPTION),
        ("single", "2", Refusal.UNKNOWN_OPTION),
        ("single", -8, Refusal.UNKNOWN_OPTION),
        ("single", "일", Refusal.UNKNOWN_OPTION),
        ("single", "1.0", Refusal.UNKNOWN_OPTION),
        ("single", "9" * 1_000_000, Refusal.UNKNOWN_OPTION),
        ("single", 10**5000, Refusal.UNKNOWN_OPTION),
        ("single", 1.0, Refusal.UNREADABLE),
        ("single", True, Refusal.UNREADABLE),
        ("single", float("nan"), Refusal.UNREADABLE),
        ("single", b"1", Refusal.UNREADABLE),
        ("single", complex(1, 2), Refusal.UNREADABLE),
        ("single", {"code": 1}, Refusal.UNREADABLE),
        ("single", {"codes": {"a": 1}}, Refusal.UNREADABLE),
        ("single", [[1]], Refusal.UNREADABLE),
        ("single", [1, 8], Refusal.MORE_THAN_ONE),
        ("single", "not_asked", Refusal.UNKNOWN_OPTION),
        ("single", {"missing": "not_asked"}, Refusal.NOT_OFFERED),
        ("single", {"missing": ["refused"]}, Refusal.NOT_OFFERED),
        ("single", {"codes": [1], "missing": "refused"}, Refusal.MISSING_AND_VALUE),
        ("single", {"codes": [8], "text": "가" * 201}, Refusal.TOO_LONG),
        ("single", {"codes": [8], "text": 5}, Refusal.UNREADABLE),
        ("five", "refused", Refusal.NOT_OFFERED),
        ("five", 0, Refusal.UNKNOWN_OPTION),
        ("five", 6, Refusal.UNKNOWN_OPTION),
        ("ten", 11, Refusal.UNKNOWN_OPTION),
        ("multiple", [1, 9], Refusal.EXCLUSIVE),
        ("multiple", [1, True], Refusal.UNREADABLE),
        ("multiple", [1, 3], Refusal.UNKNOWN_OPTION),
        ("multiple", ["1"] * 1_000_000, Refusal.UNREADABLE),
        ("multiple", {"codes": ["1"], "missing": "dont_know"}, Refusal.MISSING_AND_VALUE),
        ("rank", [1, 1], Refusal.RANKED_TWICE),
        ("rank", [1, 2, 3], Refusal.RANKING_TOO_LONG),
        ("rank", ["", "1"], Refusal.RANK_LEFT_OUT),
        ("rank", {1: 1}, Refusal.UNREADABLE),
        ("number", "일곱", Refusal.NOT_A_NUMBER),
        ("number", "1e2", Refusal.NOT_A_NUMBER),
        ("number", "NaN", Refusal.NOT_A_NUMBER),
        ("number", "inf", Refusal.NOT_A_NUMBER),
        ("number", "1,00", Refusal.NOT_A_NUMBER),
        ("number", "1_0", Refusal.NOT_A_NUMBER),
        ("number", "0x10", Refusal.NOT_A_NUMBER),
        ("number", "9" * 1_000_000, Refusal.NOT_A_NUMBER),
        ("number", 10**5000, Refusal.NOT_A_NUMBER),
        ("number", 1e300, Refusal.NOT_A_NUMBER),
        ("number", float("nan"), Refusal.NOT_A_NUMBER),
        ("number", float("inf"), Refusal.NOT_A_NUMBER),
        ("number", Decimal("sNaN"), Refusal.NOT_A_NUMBER),
        ("number", Decimal("1e999999"), Refusal.NOT_A_NUMBER),
        ("number", Decimal("1e-999999"), Refusal.NOT_A_NUMBER),
        ("number", True, Refusal.NOT_A_NUMBER),
        ("number", [5], Refusal.NOT_A_NUMBER),
        ("number", -0.5, Refusal.OUT_OF_RANGE),
        ("number", "1000.1", Refusal.OUT_OF_RANGE),
        ("number", -8, Refusal.OUT_OF_RANGE),
        ("number", "0.25", Refusal.TOO_MANY_DECIMALS),
        ("number", "0.100000000000001", Refusal.TOO_MANY_DECIMALS),
        ("text", "가" * 11, Refusal.TOO_LONG),
        ("text", "가" * 10_000_000, Refusal.TOO_LONG),
        ("text", " " * 10_000_000, Refusal.TOO_LONG),
        ("text", 5, Refusal.UNREADABLE),
        ("text", ["말"], Refusal.UNREADABLE),
        ("text", {"missing": "refused"}, Refusal.NOT_OFFERED),
        ("text", {"text": "말", "missing": "dont_know"}, Refusal.MISSING_AND_VALUE),
        ("none", 1, Refusal.UNKNOWN_ITEM),
    ],
    ids=lambda value: ascii(value)[:30] if not isinstance(value, int) or value < 99 else "huge",
)  # fmt: skip
def test_what_is_not_taken(
    questionnaire: Questionnaire, code: str, raw: object, refusal: Refusal
) -> None:
    checked = check_answers(
        questionnaire, {code: raw, "five": 3} if code != "five" else {code: raw}
    )
    (flaw,) = checked.flaws
    assert (flaw.item, flaw.refusal) == (code, refusal)
    assert code not in checked.answers
    assert any("가" <= letter <= "힣" for letter in flaw.text.ko)
    assert "{" not in flaw.text.ko + flaw.text.en
    # The others are not touched by it.
    assert code == "five" or checked.answers["five"] == Answer(codes=(3,))


def test_names_of_items_that_do_not_exist_are_made_harmless(questionnaire: Questionnaire) -> None:
    checked = check_answers(questionnaire, {f"\x1b[31m{'x' * 1000}{n}": 1 for n in range(1000)})
    assert len(checked.flaws) == 20
    assert all(len(flaw.item) <= 40 and "\x1b" not in flaw.item for flaw in checked.flaws)


def test_partial_answers_are_kept_and_told_where_to_go_on(ask: Ask) -> None:
    found = ask(
        item("a", "single", OTHER),
        item("b", "text", "max_length: 10", "required: false"),
        page("second", item("c", "ranking", THREE, "top: 2")),
        page("third", item("d", "single", YES_NO)),
    )
    nothing = check_answers(found, {})
    assert (nothing.done, nothing.total, nothing.flaws) == (0, 4, ())
    assert (nothing.first_open_page, nothing.complete) == ("first", False)
    half = check_answers(found, {"a": 8, "c": [1], "d": 1})
    assert half.flaws == ()
    assert half.answers["a"] == Answer(codes=(8,))
    assert list(half.open_pages) == ["first", "second"]
    handed_in = check_answers(found, {"a": 8, "c": [1]}, submit=True)
    assert [(flaw.item, flaw.refusal) for flaw in handed_in.flaws] == [
        ("a", Refusal.OTHER_UNSAID),
        ("c", Refusal.RANKING_UNFINISHED),
        ("d", Refusal.REQUIRED),
    ]
    whole = {"a": {"codes": [8], "text": "도보"}, "c": [1, 2], "d": "2"}
    checked = check_answers(found, whole, submit=True)
    assert (checked.complete, checked.flaws, checked.first_open_page) == (True, (), None)
    assert (checked.done, checked.total) == (3, 4)


def test_dont_know_is_an_answer_and_leaving_out_is_none(questionnaire: Questionnaire) -> None:
    checked = check_answers(questionnaire, {"single": "dont_know"}, submit=True)
    assert checked.done == 1
    assert "single" not in {flaw.item for flaw in checked.flaws}
    assert "text" not in {flaw.item for flaw in checked.flaws}  # optional
    assert "multiple" in {flaw.item for flaw in checked.flaws}


def test_what_is_hidden_is_dropped_even_where_it_makes_no_sense(ask: Ask) -> None:
    found = ask(
        item("a", "single", YES_NO),
        item("b", "single", YES_NO, "show_if: {item: a, is: 1}"),
        item("c", "number", "min: 0", "max: 5", "show_if: {item: b, is: 1}"),
    )
    raw = {"a": 2, "b": 1, "c": "nonsense"}
    checked = check_answers(found, raw, submit=True)
    assert checked.answers == {"a": Answer(codes=(2,))}
    assert (checked.flaws, checked.dropped, checked.shown) == ((), ("b", "c"), ("a",))
    assert checked.complete
    # What cannot be taken leads nowhere either.
    assert check_answers(found, {"a": 1, "b": 7, "c": 1}).dropped == ("c",)


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_saved_answers_come_back_as_they_were(name: str, data: st.DataObject) -> None:
    questionnaire = sample_of(name)
    raw = {
        each.code: data.draw(
            st.none()
            | st.sampled_from([option.code for option in each.options] or [3])
            | st.lists(st.sampled_from([option.code for option in each.options] or [3]), max_size=4)
            | st.sampled_from(["dont_know", "refused", {"missing": "dont_know"}])
            | st.text(max_size=12)
        )
        for _, each in questionnaire.items()
    }
    checked = check_answers(questionnaire, raw)
    again = check_answers(questionnaire, json.loads(json.dumps(checked.stored())))
    assert again.answers == checked.answers
    assert again.flaws == ()
    assert (again.shown, again.dropped) == (checked.shown, ())
    assert set(checked.answers) <= set(checked.shown)


_LOADED: dict[str, Questionnaire] = {}


def sample_of(name: str) -> Questionnaire:
    """Each sample, read once."""
    return _LOADED.setdefault(name, _LOADED.get(name) or sample(name))


_JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=4) | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["codes", "text", "number", "missing", "x"]), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["took_part", "told", "waited", "satisfaction", "news_from", "wish", "trust"]
        ),
        _JUNK,
    ),
    st.booleans(),
)
def test_nothing_that_is_thrown_at_it_breaks_it(raw: dict[str, Any], submit: bool) -> None:
    checked = check_answers(sample_of("quarterly_engagement"), raw, submit=submit)
    wrong = {flaw.item for flaw in checked.flaws if not flaw.refusal.only_at_submission}
    assert not wrong & set(checked.answers)
    assert set(checked.answers) <= set(checked.shown)

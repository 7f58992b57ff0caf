"""Frozen by hash: what nobody can notice leaves it as it is, what anybody can changes it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongmun.surveys.questionnaire import (
    SAMPLES,
    Flaw,
    Questionnaire,
    StoredDamaged,
    canonical,
    digest,
    read,
    restore,
    sample,
)
from gongmun.surveys.questionnaire.reading import read_tree
from gongmun.surveys.questionnaire.tree import read_yaml
from tests.surveys.questionnaire.conftest import ENDS_5, YES_NO, document, item, page

FULL = document(
    item("a", "single", YES_NO, "dont_know: true", "note: {ko: 하나만, en: Only one}"),
    item(
        "b",
        "multiple",
        "options: [{code: 1, ko: 버스, en: Bus}, {code: 8, ko: 그 밖, en: Other, other: true}, {code: 9, ko: 없음, en: Neither, exclusive: true}]",
        "show_if: {any: [{item: a, is: 1}, {not: {item: a, is_one_of: [1, dont_know]}}]}",
    ),
    item("c", "scale_5", ENDS_5, "trend: some.thing"),
    item("d", "number", "min: 0", "max: 30", "decimals: 1", "unit: {ko: 일, en: days}"),
    page(
        "second",
        item("e", "ranking", YES_NO, "top: 1", "refused: true"),
        item("f", "text", "max_length: 100", "required: false"),
        show_if="{item: d, at_least: 2.5}",
    ),
)


def frozen(content: str) -> Questionnaire:
    """The questionnaire of a text whose trend item is in no catalogue."""
    root, _ = read_yaml(content.encode())
    assert root is not None
    flaws: list[Flaw] = []
    questionnaire = read_tree(root, flaws, None)
    assert flaws == []
    assert questionnaire is not None
    return questionnaire


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("code: test\nversion: 1\n", "# a comment\nversion:   1\ncode: 'test'\n"),
        ("type: single", 'type: "single"'),
        ("{ko: 하나만, en: Only one}", "{en: Only one, ko: 하나만}"),
        ("{ko: 하나만, en: Only one}", "{ko: ' 하나만 ', en: Only  one}"),
        ("{ko: 하나만, en: Only one}", "\n          ko: >\n            하나만\n          en: |\n            Only one\n"),
        ("하나만", "\u1112\u1161\u1102\u1161\u1106\u1161\u11ab"),
        ("dont_know: true", "dont_know: {ko: 모름, en: Don't know}"),
        ("required: false", "required:  false # optional"),
        ("dont_know: true", "dont_know: true\n        required: true"),
        ("en: 'Yes'}, {code: 2", "en: 'Yes', other: false}, {code: 2"),
        ("is_one_of: [1, dont_know]", "is_one_of: [dont_know, 1, 1]"),
        ("{item: a, is: 1}", "{item: a, is_one_of: [1]}"),
        ("at_least: 2.5", "at_least: 2.50"),
        ("max: 30", "max: 30.0"),
        ("5: {ko: 매우", "3: {ko: '3', en: '3'}, 5: {ko: 매우"),
        ("\n", "\r\n"),
    ],
)  # fmt: skip
def test_what_nobody_can_notice(old: str, new: str) -> None:
    assert old in FULL
    assert digest(frozen(FULL.replace(old, new, -1 if old == "\n" else 1))) == digest(frozen(FULL))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("code: test", "code: test_2"),
        ("version: 1", "version: 2"),
        ("시험 조사", "시험 조사."),
        ("Test survey", "Test Survey"),
        ("'a 문항'", "'a  문항?'"),
        ("하나만", "하나"),
        ("code: a\n", "code: aa\n"),
        ("dont_know: true", "refused: true"),
        ("        dont_know: true\n", ""),
        ("refused: true", "refused: {ko: 거절, en: Prefer not to say}"),
        ("{code: 1, ko: 버스, en: Bus}, {code: 8, ko: 그 밖, en: Other, other: true}", "{code: 8, ko: 그 밖, en: Other, other: true}, {code: 1, ko: 버스, en: Bus}"),
        ("{code: 1, ko: 버스", "{code: 2, ko: 버스"),
        (", other: true", ""),
        (", exclusive: true", ""),
        ("{item: a, is: 1}", "{item: a, is: 2}"),
        ("any: [{item: a, is: 1}, {not:", "any: [{item: a, is: dont_know}, {not:"),
        ("at_least: 2.5", "at_least: 2.6"),
        ("at_least: 2.5", "at_most: 2.5"),
        ("type: scale_5", "type: scale_7"),
        ("5: {ko: 매우", "3: {ko: 보통, en: Fair}, 5: {ko: 매우"),
        ("trend: some.thing", "trend: some.thing_2"),
        ("max: 30", "max: 31"),
        ("decimals: 1", "decimals: 2"),
        ("en: days", "en: weeks"),
        ("top: 1", "top: 2"),
        ("max_length: 100", "max_length: 101"),
        ("required: false", "required: true"),
        ("code: second", "code: other"),
        ("code: second\n", "code: second\n    title: {ko: 둘째, en: Second}\n"),
        ("pages:\n", "intro: {ko: 여쭙니다., en: We ask.}\npages:\n"),
        ("pages:\n", "closing: {ko: 끝, en: End}\npages:\n"),
        ("pages:\n", "sources: [OECD]\npages:\n"),
    ],
)  # fmt: skip
def test_what_anybody_can_notice(old: str, new: str) -> None:
    assert old in FULL
    changed = FULL.replace(old, new).replace(
        "item: a,", "item: aa," if "code: aa" in new else "item: a,"
    )
    if "scale_7" in new:
        changed = changed.replace("5: {ko: 매우 좋음", "7: {ko: 매우 좋음")
    if (new == "" and "dont_know" in old) or new == "refused: true":
        changed = changed.replace("is_one_of: [1, dont_know]", "is_one_of: [1]")
    assert digest(frozen(changed)) != digest(frozen(FULL))


def test_what_was_frozen_before_options_could_screen_out_keeps_its_hash() -> None:
    assert "screens_out" not in canonical(frozen(FULL))
    changed = document(item("a", "single", YES_NO.replace("}]", ", screens_out: true}]")))
    assert '"screens_out":true' in canonical(frozen(changed))
    assert restore(canonical(frozen(changed))) == frozen(changed)
    assert digest(frozen(changed)) != digest(frozen(document(item("a", "single", YES_NO))))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_questionnaire_comes_back_from_its_text_alone(name: str) -> None:
    questionnaire = sample(name)
    text = canonical(questionnaire)
    again = restore(text)
    assert again == questionnaire
    assert canonical(again) == text
    assert digest(again) == digest(questionnaire)
    assert json.loads(text)["code"] == name


def test_all_of_a_questionnaire_comes_back() -> None:
    assert restore(canonical(frozen(FULL))) == frozen(FULL)


def test_the_canonical_text_is_a_questionnaire_file_itself() -> None:
    questionnaire = sample("results_rating")
    pretty = json.dumps(json.loads(canonical(questionnaire)), ensure_ascii=False, indent=1)
    assert read(pretty.encode()).questionnaire == questionnaire


def test_the_hash_of_a_known_questionnaire() -> None:
    """Frozen waves are known by these: another hash for the same file would orphan them."""
    content = document(item("a", "text", "max_length: 5"))
    questionnaire = read(content.encode()).questionnaire
    assert questionnaire is not None
    assert canonical(questionnaire) == (
        '{"code":"test","format":1,"pages":[{"code":"first","items":[{"code":"a","max_length":5,'
        '"required":true,"text":{"en":"Item a","ko":"a 문항"},"type":"text"}]}],'
        '"title":{"en":"Test survey","ko":"시험 조사"},"version":1}'
    )
    assert digest(questionnaire) == (
        "f89dae370327b71da048e61f4388b300b514639e395373c7febc9c6f6f0a7ec7"
    )


_STORED = canonical(sample("policy_after_briefing"))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_stored_text_that_was_changed_is_refused(data: st.DataObject) -> None:
    text = _STORED
    at = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.characters(codec="utf-8").filter(lambda each: each != text[at]))
    damaged = text[:at] + character + text[at + 1 :]
    try:
        again = restore(damaged)
    except StoredDamaged:
        return
    # Another wording is another questionnaire, and known as one by its hash.
    assert canonical(again) == damaged
    assert again != restore(text)


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{}", "1", "NaN", '{"code": "a"}', "[" * 100_000, '{"a":1,"a":2}', '{"format":1.0}'],
)  # fmt: skip
def test_what_was_never_a_questionnaire_is_refused(text: str) -> None:
    with pytest.raises(StoredDamaged):
        restore(text)


def test_the_order_in_which_a_condition_names_options_is_no_change() -> None:
    options = (
        "options: [{code: 8, ko: 가, en: a}, {code: 16, ko: 나, en: b}, {code: 24, ko: 다, en: c}]"
    )

    def asked(codes: str) -> str:
        condition = f"show_if: {{item: a, includes: [{codes}]}}"
        last = item("z", "text", "max_length: 5", condition)
        return digest(frozen(document(item("a", "multiple", options), last)))

    assert asked("8, 16, 24") == asked("24, 16, 8") == asked("16, 24, 8")
    assert asked("8, 16") != asked("8, 24")

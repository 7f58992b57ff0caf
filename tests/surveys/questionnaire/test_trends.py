"""Trend items: the same words under the same code, or another code."""

from pathlib import Path
from typing import Any

import pytest

from gongmun.surveys.questionnaire import (
    SAMPLES,
    Item,
    Kind,
    Option,
    Page,
    Questionnaire,
    QuestionnaireInvalid,
    catalogue,
    changed,
    load,
    load_trends,
    read,
    sample,
    shared,
)
from gongmun.surveys.questionnaire.conditions import Condition, Leaf, Test
from gongmun.surveys.questionnaire.flaws import Reason
from gongmun.text import Bilingual
from tests.surveys.questionnaire.conftest import document, item

CATALOGUE = """\
format: 1
trends:
  - code: some.mood
    type: scale_5
    text: {ko: 기분이 어떻습니까?, en: How do you feel?}
    labels: {1: {ko: 나쁨, en: Bad}, 5: {ko: 좋음, en: Good}}
    dont_know: true
"""
MOOD = (
    "trend: some.mood",
    "labels: {1: {ko: 나쁨, en: Bad}, 5: {ko: 좋음, en: Good}}",
    "dont_know: true",
)


def mood(*lines: str) -> str:
    """A questionnaire with the item of the catalogue above."""
    text = document(item("mood", "scale_5", *(lines or MOOD)))
    return text.replace(
        "{ko: 'mood 문항', en: 'Item mood'}", "{ko: 기분이 어떻습니까?, en: How do you feel?}"
    )


@pytest.fixture
def trends(tmp_path: Path) -> Path:
    """The catalogue above, as a file."""
    file = tmp_path / "trends.yaml"
    file.write_text(CATALOGUE, encoding="utf-8")
    return file


def test_the_same_words_are_taken(trends: Path) -> None:
    reading = read(mood().encode(), load_trends(trends))
    assert reading.flaws == ()
    # Where it stands is no part of the question.
    elsewhere = read(mood(*MOOD, "required: false").encode(), load_trends(trends))
    assert elsewhere.flaws == ()


@pytest.mark.parametrize(
    ("old", "new", "was", "is_"),
    [
        ("기분이 어떻습니까?", "요즘 기분이 어떻습니까?", "기분이 어떻습니까? / How", "요즘 기분이 어떻습니까? / How"),
        ("How do you feel?", "How are you?", "How do you feel?", "How are you?"),
        ("나쁨, en: Bad", "매우 나쁨, en: Bad", "1 나쁨 / Bad", "1 매우 나쁨 / Bad"),
        ("5: {ko: 좋음, en: Good}", "3: {ko: 보통, en: Fair}, 5: {ko: 좋음, en: Good}", "Bad, 5 좋음", "3 보통 / Fair"),
        ("dont_know: true", "dont_know: {ko: 모르겠음, en: Don't know}", "모름 / ", "모르겠음 / "),
        ("        dont_know: true\n", "", "모름 / ", "“–”"),
        ("trend: some.mood\n", "trend: some.mood\n        note: {ko: 오늘, en: Today}\n", "“–”", "오늘 / Today"),
    ],
)  # fmt: skip
def test_a_changed_wording_is_refused_with_both(
    trends: Path, old: str, new: str, was: str, is_: str
) -> None:
    content = mood()
    assert old in content
    (flaw,) = read(content.replace(old, new).encode(), load_trends(trends)).flaws
    assert flaw.reason is Reason.TREND_CHANGED
    assert content.split("\n")[flaw.place.line - 1].strip() == "trend: some.mood"
    for text in (flaw.text.ko, flaw.text.en):
        assert was in text
        assert is_ in text
        assert "some.mood_2" in text


def test_another_type_is_another_question(trends: Path) -> None:
    content = mood().replace("scale_5", "scale_7").replace("5: {ko: 좋", "7: {ko: 좋")
    flaws = read(content.encode(), load_trends(trends)).flaws
    assert any("scale_5" in flaw.text.en and "scale_7" in flaw.text.en for flaw in flaws)


def test_the_next_code_is_a_free_one(trends: Path) -> None:
    entry = CATALOGUE.split("trends:\n")[1]
    trends.write_text(
        CATALOGUE + entry.replace("some.mood", "some.mood_2").replace("어떻습니까", "어떠십니까"),
        encoding="utf-8",
    )
    (flaw,) = read(mood().replace("feel", "do").encode(), load_trends(trends)).flaws
    assert "some.mood_3" in flaw.text.ko
    taken = read(
        mood().replace("some.mood", "some.mood_2").replace("어떻습니까", "어떠십니까").encode(),
        load_trends(trends),
    )
    assert taken.flaws == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("trend: some.other", Reason.TREND_UNKNOWN),
        ("trend: some", Reason.NOT_A_TREND_CODE),
        ("trend: Some.Mood", Reason.NOT_A_TREND_CODE),
        ("trend: some.mood.", Reason.NOT_A_TREND_CODE),
        ("trend: []", Reason.NOT_TEXT),
    ],
)
def test_a_code_that_cannot_be(trends: Path, line: str, reason: Reason) -> None:
    content = mood().replace("trend: some.mood", line)
    assert [flaw.reason for flaw in read(content.encode(), load_trends(trends)).flaws] == [reason]


def test_a_trend_item_is_asked_once(trends: Path) -> None:
    content = mood() + mood().split("    items:\n")[1].replace("code: mood", "code: again")
    (flaw,) = read(content.encode(), load_trends(trends)).flaws
    assert flaw.reason is Reason.TREND_TWICE


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("some.mood", "mood", Reason.NOT_A_TREND_CODE),
        ("How do you feel?", "''", Reason.EMPTY_TEXT),
        ("    dont_know: true\n", "    required: true\n", Reason.UNKNOWN_KEY),
        ("format: 1", "format: 9", Reason.UNKNOWN_FORMAT),
        ("trends:", "trend:", Reason.UNKNOWN_KEY_NEAR),
        ("  - code", "  - code: a.b\n  - code", Reason.MISSING_KEY),
    ],
)
def test_a_catalogue_that_cannot_be_used(trends: Path, old: str, new: str, reason: Reason) -> None:
    trends.write_text(CATALOGUE.replace(old, new), encoding="utf-8")
    with pytest.raises(QuestionnaireInvalid) as caught:
        load_trends(trends)
    assert reason in [flaw.reason for flaw in caught.value.flaws]


def test_a_code_stands_in_a_catalogue_once(trends: Path) -> None:
    trends.write_text(CATALOGUE + CATALOGUE.split("trends:\n")[1], encoding="utf-8")
    with pytest.raises(QuestionnaireInvalid) as caught:
        load_trends(trends)
    assert [flaw.reason for flaw in caught.value.flaws] == [Reason.CODE_TAKEN]


def test_two_waves_are_compared_by_code() -> None:
    before, after = sample("policy_before_briefing"), sample("policy_after_briefing")
    codes = [code for code, _, _ in shared(before, after)]
    assert len(codes) == 7
    assert {code.split(".")[0] for code in codes} == {"deliberation"}
    assert changed(before, after) == []
    assert shared(before, sample("forum_evaluation")) == []


def test_a_wave_that_was_frozen_with_other_words_is_not_compared(
    trends: Path, tmp_path: Path
) -> None:
    earlier = read(mood().encode(), load_trends(trends)).questionnaire
    trends.write_text(CATALOGUE.replace("feel", "do"), encoding="utf-8")
    later = read(mood().replace("feel", "do").encode(), load_trends(trends)).questionnaire
    assert earlier is not None
    assert later is not None
    assert changed(earlier, later) == ["some.mood"]


def test_a_question_that_goes_to_other_people_is_not_compared() -> None:
    """Its own condition, that of its page, and those of the questions that lead to it, with their words."""
    yes = Leaf(item="filter", test=Test.IS, codes=frozenset({1}))
    both = Leaf(item="filter", test=Test.IS_ONE_OF, codes=frozenset({1, 2}))
    more = Leaf(item="first", test=Test.IS, codes=frozenset({1}))

    def asked(
        condition: Condition | None,
        *,
        page: Condition | None = None,
        first: Condition | None = None,
        code: str = "mood",
        words: str = "b",
    ) -> Questionnaire:
        options = tuple(Option(code=n, label=Bilingual(ko="가", en="a")) for n in (1, 2, 3))

        def single(code: str, words: str, **more: Any) -> Item:
            text = Bilingual(ko="나", en=words)
            return Item(code=code, kind=Kind.SINGLE, text=text, options=options, **more)

        return Questionnaire(
            code="t",
            version=1,
            title=Bilingual(ko="가", en="a"),
            pages=(
                Page(
                    code="p",
                    items=(single("first", "a"), single("filter", words, show_if=first)),
                ),
                Page(
                    code="q",
                    items=(single(code, "c", trend="some.mood", show_if=condition),),
                    show_if=page,
                ),
            ),
        )

    assert changed(asked(yes), asked(yes, code="temper")) == []
    assert changed(asked(None), asked(None, words="other")) == []
    for later in (
        asked(None),
        asked(both),
        asked(yes, page=more),
        asked(yes, first=more),
        asked(yes, words="other"),
    ):
        assert changed(asked(yes), later) == ["some.mood"]


def test_the_catalogue_of_the_product_and_the_samples_agree() -> None:
    used = {
        each.trend
        for path in SAMPLES.values()
        for _, each in load(path).items()
        if each.trend is not None
    }
    assert used == set(catalogue())

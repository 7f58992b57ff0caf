"""The samples: answerable to the end, short, balanced, and without a leading word."""

import re

import pytest

from gongmun.surveys.questionnaire import (
    SAMPLES,
    Item,
    Kind,
    Questionnaire,
    check_answers,
    codebook,
    sample,
)

# Korean and English openings that put an answer into somebody's mouth.
LEADING = re.compile(
    r"않습니까|시겠지요|당연히|물론|Don't you|Do you agree|Wouldn't|of course", re.I
)
PAIRED = re.compile(r"거나|없습니까|\bor\b")


def answered(item: Item) -> object:
    """Some answer to an item."""
    match item.kind:
        case Kind.MULTIPLE:
            return [item.options[0].code]
        case Kind.RANKING:
            return [option.code for option in item.options[: item.top]]
        case Kind.NUMBER:
            return item.bounds and item.bounds.least
        case Kind.TEXT:
            return "의견입니다."
        case _:
            return item.options[0].code


@pytest.fixture(params=SAMPLES)
def questionnaire(request: pytest.FixtureRequest) -> Questionnaire:
    """Each sample."""
    return sample(request.param)


def test_it_can_be_answered_to_its_end(questionnaire: Questionnaire) -> None:
    raw = {item.code: answered(item) for _, item in questionnaire.items()}
    checked = check_answers(questionnaire, raw, submit=True)
    assert checked.flaws == ()
    assert checked.complete
    assert checked.done == checked.total > 1


def test_it_is_short_and_names_what_it_leaned_on(questionnaire: Questionnaire) -> None:
    assert 8 <= len(list(questionnaire.items())) <= 12
    assert len(questionnaire.sources) >= 3
    assert questionnaire.intro
    assert questionnaire.closing
    assert len({variable.name for variable in codebook(questionnaire)}) == len(
        codebook(questionnaire)
    )


def test_its_words_are_neutral_and_its_scales_balanced(questionnaire: Questionnaire) -> None:
    for _, item in questionnaire.items():
        assert len(item.text.ko) <= 60
        assert len(item.text.en) <= 140
        if item.kind.points:
            # As many points with words on either side of the middle.
            worded = [option.code for option in item.options if option.label.ko != str(option.code)]
            ends = item.kind.points[0] + item.kind.points[-1]
            assert sorted(ends - code for code in worded) == worded
        if not PAIRED.search(item.text.ko):
            assert not LEADING.search(item.text.ko), item.code
        assert not LEADING.search(item.text.en), item.code
        if item.kind in (Kind.SINGLE, Kind.MULTIPLE, Kind.RANKING):
            words = [option.label.ko for option in item.options]
            assert len(set(words)) == len(words)


def test_who_cannot_answer_need_not_invent(questionnaire: Questionnaire) -> None:
    """Each opinion or piece of knowledge that is required offers a way out."""
    for _, item in questionnaire.items():
        scale_or_rank = item.kind.points or item.kind in (Kind.RANKING, Kind.NUMBER)
        of_reading = item.code == "clear"  # asked only of those who have read the material
        if item.required and scale_or_rank and not of_reading:
            assert item.dont_know, item.code


def test_the_dissatisfied_are_asked_why_and_others_are_not() -> None:
    quarterly = sample("quarterly_engagement")
    raw = {"took_part": [1], "told": 1, "satisfaction": 2}
    shown = check_answers(quarterly, raw).shown
    assert {"told", "waited", "satisfaction", "why_dissatisfied"} <= set(shown)
    shown = check_answers(quarterly, {**raw, "satisfaction": 3, "told": 2}).shown
    assert not {"waited", "why_dissatisfied"} & set(shown)
    shown = check_answers(quarterly, {**raw, "took_part": [9]}).shown
    assert not {"told", "waited", "satisfaction", "why_dissatisfied"} & set(shown)


def test_who_did_not_attend_is_asked_nothing_about_the_forum() -> None:
    forum = sample("forum_evaluation")
    checked = check_answers(forum, {"attended": 4}, submit=True)
    assert checked.shown == ("attended", "hindered")
    assert checked.complete
    online = check_answers(forum, {"attended": 2}).shown
    assert "connection" in online
    assert "venue" not in online

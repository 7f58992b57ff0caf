"""Page by page, as a form without a script asks."""

import pytest

from gongmun.surveys.questionnaire import (
    PageNotAsked,
    Questionnaire,
    asked_pages,
    check_answers,
    view,
)
from tests.surveys.questionnaire.conftest import YES_NO, Ask, item, page

OPTIONS = "options: [{code: 1, ko: 버스, en: Bus}, {code: 8, ko: 그 밖, en: Other, other: true}, {code: 9, ko: 없음, en: Neither, exclusive: true}]"


@pytest.fixture
def questionnaire(ask: Ask) -> Questionnaire:
    """Three pages, of which the second is asked of some, and the first grows."""
    return ask(
        item("a", "single", YES_NO, "dont_know: true"),
        item("why", "text", "max_length: 20", "dont_know: true", "show_if: {item: a, is: 2}"),
        page(
            "second", item("b", "multiple", OPTIONS, "dont_know: true"), show_if="{item: a, is: 1}"
        ),
        page(
            "third",
            item("c", "ranking", YES_NO),
            item("d", "number", "min: 0", "max: 99", "dont_know: true"),
        ),
    )


def test_pages_follow_the_answers(questionnaire: Questionnaire) -> None:
    def codes(**raw: object) -> list[str]:
        return [page.code for page in asked_pages(questionnaire, check_answers(questionnaire, raw))]

    assert codes() == ["first", "third"]
    assert codes(a=1) == ["first", "second", "third"]
    assert codes(a=2) == ["first", "third"]
    checked = check_answers(questionnaire, {"a": 1})
    first, second, third = (view(questionnaire, checked, code) for code in codes(a=1))
    assert (first.number, first.count, first.previous, first.next) == (1, 3, None, "second")
    assert (second.previous, second.next) == ("first", "third")
    assert (third.number, third.next) == (3, None)
    assert [each.code for each in first.items] == ["a"]


def test_an_item_of_the_same_page_appears_when_it_is_shown_again(
    questionnaire: Questionnaire,
) -> None:
    checked = check_answers(questionnaire, {"a": 2})
    assert [each.code for each in view(questionnaire, checked, "first").items] == ["a", "why"]
    assert checked.first_open_page == "first"


@pytest.mark.parametrize("code", ["second", "none", "", "first.items"])
def test_a_page_that_is_not_asked(questionnaire: Questionnaire, code: str) -> None:
    with pytest.raises(PageNotAsked):
        view(questionnaire, check_answers(questionnaire, {"a": 2}), code)

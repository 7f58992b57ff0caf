"""What is known of whoever was asked: that nobody answered a question who is in none of its routes' cells."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from gongmun.surveys.questionnaire import Questionnaire, check_answers, sample
from gongmun.surveys.questionnaire.answers import Missing
from gongmun.surveys.questionnaire.conditions import Condition, Either, Every, Leaf, Negation, Test
from gongmun.surveys.reports.routing import routes
from tests.surveys.reports.invented import answer

SAMPLES = ("forum_evaluation", "quarterly_engagement", "results_rating", "policy_after_briefing")


def asked_after(condition: Condition) -> Questionnaire:
    """The forum's evaluation, whose last question is asked after this."""
    whole = sample("forum_evaluation")
    *pages, last = whole.pages
    *items, words = last.items
    routed = replace(words, show_if=condition)
    return replace(whole, pages=(*pages, replace(last, show_if=None, items=(*items, routed))))


ATTENDED = Leaf(item="attended", test=Test.IS_ONE_OF, codes=frozenset({1, 2}))
SATISFIED = Leaf(item="satisfaction", test=Test.AT_LEAST, bound=Decimal(4))
NO_VENUE = Leaf(item="venue", test=Test.ANSWERED)
HINDERED = Leaf(item="hindered", test=Test.ANSWERED)
CONDITIONS: Mapping[str, Condition] = {
    "one": ATTENDED,
    "bound": SATISFIED,
    "not": Negation(condition=ATTENDED),
    "not a bound": Negation(condition=SATISFIED),
    "answered": NO_VENUE,
    "all": Every(conditions=(ATTENDED, SATISFIED)),
    "any": Either(conditions=(ATTENDED, SATISFIED)),
    "not all": Negation(condition=Every(conditions=(ATTENDED, SATISFIED))),
    "not any": Negation(condition=Either(conditions=(ATTENDED, SATISFIED))),
}


def cells_of(questionnaire: Questionnaire, raw: Mapping[str, object]) -> set[tuple[str, int]]:
    """The cells that a person's answers are in."""
    given = check_answers(questionnaire, raw).answers
    found = set()
    for _, item in questionnaire.items():
        codes = given[item.code].codes if item.code in given else ()
        found |= {(item.code, code) for code in codes}
        if item.code in given and not given[item.code].missing:
            found |= {(f"{item.code}.{o.code}", int(o.code in codes)) for o in item.options}
    return found


@pytest.mark.parametrize("name", [*SAMPLES, *CONDITIONS])
def test_whoever_is_asked_is_where_the_routes_say(name: str) -> None:
    form = asked_after(CONDITIONS[name]) if name in CONDITIONS else sample(name)
    known, random = {route.item: route for route in routes(form)}, Random(3)
    assert known
    asked = 0
    for _ in range(300):
        raw = {item.code: answer(item, random) for _, item in form.items()}
        if raw.get("attended") == 4 or raw.get("read") == 4:
            continue  # of those who are screened out no table tells
        shown, own = check_answers(form, raw).shown, cells_of(form, raw)
        for route in known.values():
            if route.cells:
                assert (route.item in shown) == bool(own & set(route.cells)), route
            if route.item in shown:
                asked += 1
                assert all(own & set(cells) for cells in route.within)
    assert asked


def test_the_routes_of_the_quarterly_survey() -> None:
    found = {route.item: route for route in routes(sample("quarterly_engagement"))}
    assert found["waited"].cells == (("told", 1),)
    # One may have taken part in several ways; who was not asked has said that there was none.
    assert found["told"].cells == (("took_part.9", 0),)
    assert found["why_dissatisfied"].cells == (("satisfaction", 1), ("satisfaction", 2))


def test_a_page_and_an_item_after_one_question_are_as_exact_as_one_test() -> None:
    found = {route.item: route for route in routes(sample("forum_evaluation"))}
    assert found["venue"].cells == (("attended", 1), ("attended", 3))
    assert found["connection"].cells == (("attended", 2), ("attended", 3))
    # Who is screened out is in no table.
    assert found["hindered"].cells == ()


def test_after_several_answers_each_of_them_is_known() -> None:
    (found,) = (r for r in routes(asked_after(CONDITIONS["all"])) if r.item == "words")
    assert found.after == frozenset({"attended", "satisfaction"})
    assert found.cells == ()
    assert [cells[0][0] for cells in found.within] == ["attended", "satisfaction"]


def test_after_one_of_several_answers_only_all_of_them_are_known() -> None:
    (found,) = (r for r in routes(asked_after(CONDITIONS["any"])) if r.item == "words")
    (cells,) = found.within
    assert {question for question, _ in cells} == {"attended", "satisfaction"}


def test_what_an_open_answer_led_to_follows_what_led_to_the_open_answer() -> None:
    (found,) = (r for r in routes(asked_after(HINDERED)) if r.item == "words")
    assert found.after == frozenset({"attended", "hindered"})


def test_who_does_not_know_may_be_asked_as_well() -> None:
    unknown = Leaf(item="material", test=Test.IS, missing=frozenset({Missing.DONT_KNOW}))
    for condition in (unknown, Every(conditions=(ATTENDED, unknown)), CONDITIONS["not"]):
        (found,) = (r for r in routes(asked_after(condition)) if r.item == "words")
        assert found.takes_missing == (condition is not CONDITIONS["not"])

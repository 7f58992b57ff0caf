"""What keeps an answer from being taken: each problem beside its field, and nothing that is right."""

import pickle
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongmun.answers import content as contents
from gongmun.answers.checks import Field, NotTaken, check, check_all
from gongmun.answers.content import CommitmentContent, Content, day
from gongmun.referrals.models import ResponseDecision
from tests.answers.writing import PROMISE, acceptance, refusal

TODAY = date(2026, 10, 20)
ACCEPTED, PARTIAL, LONG, IN_PLACE, REFUSED = ResponseDecision


def wrong(content: Content) -> set[tuple[Field, int | None]]:
    return {(each.field, each.index) for each in check(7, content, today=TODAY)}


@pytest.mark.parametrize(
    "content",
    [
        refusal(),
        acceptance(),
        acceptance(decision=PARTIAL),
        refusal("현재 시행하고 있습니다."),
        Content(decision=IN_PLACE, reason="2024년부터 시행하고 있습니다."),
        Content(decision=LONG, reason="연구용역 뒤 검토하겠습니다.", review_by=date(2027, 6, 30)),
        Content(decision=LONG, reason="검토하겠습니다.", review_by=TODAY),
        acceptance(reason="확대 여부를 검토하겠습니다."),  # its commitment has a date
        acceptance(reason="가" * 10_000),
        acceptance(commitments=(replace(PROMISE, due_on=TODAY),)),
        acceptance(commitments=(PROMISE,) * 20),
    ],
)
def test_what_is_whole_is_taken(content: Content) -> None:
    assert wrong(content) == set()


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (Content(), {(Field.DECISION, None), (Field.REASON, None)}),
        (refusal(""), {(Field.REASON, None)}),
        (refusal(" \n\u200b\x00 "), {(Field.REASON, None)}),
        (refusal("가" * 10_001), {(Field.REASON, None)}),
        (acceptance(commitments=()), {(Field.COMMITMENTS, None)}),
        (acceptance(commitments=(CommitmentContent(),)), {(Field.COMMITMENTS, None)}),
        (acceptance(decision=PARTIAL, commitments=()), {(Field.COMMITMENTS, None)}),
        (acceptance(decision=REFUSED), {(Field.COMMITMENTS, None)}),
        (acceptance(commitments=(PROMISE,) * 21), {(Field.COMMITMENTS, None)}),
        (Content(decision=LONG, reason="검토하겠습니다."), {(Field.REVIEW_BY, None)}),
        (
            Content(decision=LONG, reason="용역 중.", review_by=date(2026, 10, 19)),
            {(Field.REVIEW_BY, None)},
        ),
        (
            Content(decision=LONG, reason="용역 중.", review_by=date(2206, 10, 19)),
            {(Field.REVIEW_BY, None)},
        ),
        (acceptance(commitments=(PROMISE, replace(PROMISE, text=""))), {(Field.TEXT, 1)}),
        (acceptance(commitments=(replace(PROMISE, text="가" * 1_001),)), {(Field.TEXT, 0)}),
        (acceptance(commitments=(PROMISE, replace(PROMISE, owner=" "))), {(Field.OWNER, 1)}),
        (acceptance(commitments=(replace(PROMISE, owner="가" * 101),)), {(Field.OWNER, 0)}),
        (acceptance(commitments=(replace(PROMISE, due_on=None),)), {(Field.DUE_ON, 0)}),
        (
            acceptance(commitments=(replace(PROMISE, due_on=date(2026, 10, 19)),)),
            {(Field.DUE_ON, 0)},
        ),
        (
            acceptance(reason="", commitments=(CommitmentContent(text="지침"), PROMISE)),
            {(Field.REASON, None), (Field.OWNER, 0), (Field.DUE_ON, 0)},
        ),
    ],
)
def test_each_problem_stands_beside_its_field(
    content: Content, fields: set[tuple[Field, int | None]]
) -> None:
    assert wrong(content) == fields
    for problem in check(7, content, today=TODAY):
        assert problem.referral_id == 7
        assert problem.why.ko.endswith((".", ")"))
        assert "가" <= problem.why.ko[0] <= "힣"
        assert problem.why.en.isascii() or "“" in problem.why.en


@pytest.mark.parametrize(
    "reason",
    [
        "향후 검토하겠습니다.",
        "적극 검토할 예정입니다.",
        "중장기적으로 검토해 나가겠습니다.",
        "도입 여부를 검토하도록 하겠습니다.",
        "관계 부처와 협의하여 검토토록 하겠습니다.",
        "종합적으로 검토할 계획임",
        "반영 여부를 고려하겠습니다.",
        "현재 검토 중입니다.",
        "검토를 해\n나가겠습니다.",
        "2019년 3월에 시범사업을 하였으며, 향후 검토하겠습니다.",  # no date to come
        "We will review it.",
        "The ministry is currently reviewing the matter.",
        "This will be carefully considered.",
    ],
)
@pytest.mark.parametrize("decision", [REFUSED, IN_PLACE])
def test_a_review_is_not_promised_without_a_date(reason: str, decision: ResponseDecision) -> None:
    assert wrong(Content(decision=decision, reason=reason)) == {(Field.REASON, None)}


@pytest.mark.parametrize(
    "reason",
    [
        "2027년 3월까지 검토하겠습니다.",
        "2027. 6. 30.까지 검토하겠습니다.",
        "2027년 상반기에 검토할 예정입니다.",
        "2027년 1분기에 검토할 예정입니다.",
        "2026년 말까지 검토하겠습니다.",
        "2026년 10월에 검토하겠습니다.",
        "We will review it by March 2027.",
        "We will review it by June 30, 2027.",
        "검토하였으나 수용하기 어렵습니다.",
        "형평성을 고려할 때 수용하기 어렵습니다.",
        "검토 결과 이미 시행하고 있습니다.",
        "We have reviewed the suggestion and cannot accept it.",
        "The review was concluded.",
    ],
)
def test_a_review_with_a_date_or_behind_us_is_fine(reason: str) -> None:
    assert wrong(Content(decision=REFUSED, reason=reason)) == set()


def test_a_date_in_its_own_field_is_enough() -> None:
    promised = Content(decision=REFUSED, reason="다시 검토하겠습니다.", review_by=date(2027, 1, 29))
    assert wrong(promised) == set()


@given(st.text(max_size=300))
def test_no_text_upsets_the_checks(text: str) -> None:
    content = Content(
        decision=REFUSED,
        reason=text,
        commitments=(CommitmentContent(text=text, owner=text),),
    )
    check(1, content, today=TODAY)
    assert contents.from_json(contents.to_json(content)) == content
    assert "\x00" not in content.reason


def test_every_referral_is_answered_or_left_open() -> None:
    def fields(answers: dict[int, Content], left_open: set[int]) -> list[tuple[int, Field]]:
        problems = check_all([1, 2, 3], answers, left_open, today=TODAY)
        return [(each.referral_id, each.field) for each in problems]

    assert fields({1: refusal()}, {2, 3}) == []
    assert fields({1: refusal(), 2: refusal(), 3: refusal()}, set()) == []
    assert fields({1: refusal()}, {2}) == [(3, Field.LEFT_OPEN)]
    assert fields({1: refusal()}, {1, 2, 3}) == [(1, Field.LEFT_OPEN)]
    assert fields({1: refusal("")}, {2, 3}) == [(1, Field.REASON)]
    # Nothing at all is no submission.
    assert fields({}, {1, 2, 3}) == [(each, Field.LEFT_OPEN) for each in (1, 2, 3)]


def test_the_error_names_every_problem_and_pickles() -> None:
    problems = check_all([1, 2], {1: Content()}, set(), today=TODAY)
    error = pickle.loads(pickle.dumps(NotTaken.because(problems, {1: "OCF-1-001", 2: "OCF-1-002"})))
    assert list(error.problems) == list(problems)
    assert error.message_ko.count("[1 OCF-1-001]") == 2
    assert "[2 OCF-1-002]" in error.message_en


def test_a_draft_may_lack_anything_and_comes_back_as_it_was() -> None:
    for content in (
        Content(),
        acceptance(),
        Content(reason="쓰다 만"),
        Content(commitments=(CommitmentContent(owner="과"),)),
    ):
        assert contents.from_json(contents.to_json(content)) == content
    assert Content(commitments=(CommitmentContent(text=" \u200b"),)).is_empty


@pytest.mark.parametrize(
    "typed",
    [
        "2027-06-30",
        "2027. 6. 30.",
        "2027.6.30",
        "2027년 6월 30일",
        "2027/06/30",
        "20270630",
        " 2027-6-30 ",
    ],
)
def test_a_day_is_read_as_people_type_it(typed: str) -> None:
    assert day(typed) == date(2027, 6, 30)


@pytest.mark.parametrize(
    "typed", ["", "내년", "2027-13-01", "2027-02-29", "27-06-30", "2027-06", "０"]
)
def test_what_is_no_day_is_none(typed: str) -> None:
    assert day(typed) is None

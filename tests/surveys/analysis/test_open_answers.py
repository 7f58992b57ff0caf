import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongmun.surveys.analysis.masking import Personal
from gongmun.surveys.analysis.open_answers import group_answers


def test_near_duplicates_are_one_group_with_the_middle_as_its_quote() -> None:
    texts = [
        "주차장을 더 만들어 주세요",
        "회의 결과를 빨리 알려 주시면 좋겠습니다",
        "회의 결과를 빨리 알려주시면 좋겠습니다!",
        "회의결과를 더 빨리 알려 주시면 좋겠습니다",
        "회의 결과를 빨리 알려 주시면 좋겠습니다",
        None,
        "   ",
    ]
    first, second = group_answers(texts)
    assert (first.size, first.rows) == (4, (1, 2, 3, 4))
    assert first.quote == "회의 결과를 빨리 알려 주시면 좋겠습니다"
    assert second.rows == (0,)


def test_short_texts_are_merged_only_when_equal() -> None:
    groups = group_answers(["없음", "없음.", "없 음", "있음", "좋아요", "좋아여"])
    assert [group.rows for group in groups] == [(0, 1, 2), (3,), (4,), (5,)]


def test_a_chain_of_small_steps_is_not_one_group() -> None:
    # Each is alike with its neighbours, the ends share nothing.
    letters = [chr(ord("가") + 28 * at) for at in range(60)]
    texts = ["".join(letters[start : start + 24]) for start in range(0, 36, 3)]
    groups = group_answers(texts)
    assert len(groups) > 2
    for group in groups:
        assert max(group.rows) - min(group.rows) <= 4
    assert sum(group.size for group in groups) == len(texts)


def test_the_quote_is_masked_and_says_so() -> None:
    (group,) = group_answers(
        ["담당자는 010-1234-5678로 전화 주세요", "담당자는 010-9876-5432로 전화 주세요"]
    )
    assert group.size == 2
    assert "010" not in group.quote
    assert group.personal == {Personal.PHONE}


def test_signs_alone() -> None:
    groups = group_answers(["...", "!!", "..."])
    assert [(group.rows, group.quote) for group in groups] == [((0, 2), "..."), ((1,), "!!")]
    assert group_answers([]) == ()


def _exact(left: str, right: str) -> float:
    grams = [{t[at : at + 3] for at in range(len(t) - 2)} for t in (left, right)]
    return len(grams[0] & grams[1]) / len(grams[0] | grams[1])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_answer_is_in_one_group_and_like_its_quote(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Syllables up to 쇼: 씨 would make a name of what is before it.
    roots = ["".join(chr(ord("가") + 28 * c) for c in rng.integers(0, 200, 20)) for _ in range(4)]
    texts = []
    for _ in range(30):
        text = list(roots[rng.integers(4)])
        for _ in range(rng.integers(0, 3)):
            text[rng.integers(len(text))] = "나"
        texts.append("".join(text))
    groups = group_answers(texts)
    assert sorted(row for group in groups for row in group.rows) == list(range(30))
    assert [group.size for group in groups] == sorted((g.size for g in groups), reverse=True)
    for group in groups:
        assert all(_exact(texts[row], group.quote) >= 0.6 for row in group.rows)
    # Whoever came first does not matter to what is a group.
    order = rng.permutation(30)
    again = group_answers([texts[at] for at in order])
    assert {frozenset(group.rows) for group in groups} == {
        frozenset(int(order[row]) for row in group.rows) for group in again
    }


def test_many_equal_answers_count() -> None:
    groups = group_answers(
        ["공청회를 자주 열어 주세요"] * 50 + ["공청회를 더 자주 열어 주세요"] * 3
    )
    assert groups[0].size == pytest.approx(50, abs=3)
    assert groups[0].quote == "공청회를 자주 열어 주세요"

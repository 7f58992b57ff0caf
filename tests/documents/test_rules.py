"""Rules of the form: marks, the end mark, disclosure classes, the seal, dates, cutting."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongmun.documents.dates import english_period, korean_period
from gongmun.documents.disclosure import DisclosureInvalid, disclosure_class, in_english
from gongmun.documents.endmark import EndPlace, end_place
from gongmun.documents.letter import Language
from gongmun.documents.numbering import TooManyItems, marks
from gongmun.documents.seal import seal_rows
from gongmun.documents.wording import BODY_LIMIT, WORD_JOINER, break_tokens, excerpt, keep_words


def test_marks_of_the_eight_levels() -> None:
    firsts = [marks(level, 3) for level in range(1, 9)]
    assert [" ".join(level) for level in firsts] == [
        "1. 2. 3.",
        "가. 나. 다.",
        "1) 2) 3)",
        "가) 나) 다)",
        "(1) (2) (3)",
        "(가) (나) (다)",
        "① ② ③",
        "㉮ ㉯ ㉰",
    ]


def test_after_ha_come_geo_and_neo() -> None:
    assert "".join(mark[0] for mark in marks(2, 30)) == (
        "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노"
    )


def test_marks_in_english() -> None:
    firsts = [marks(level, 3, Language.EN) for level in range(1, 9)]
    assert [" ".join(level) for level in firsts] == [
        "1. 2. 3.",
        "a. b. c.",
        "1) 2) 3)",
        "a) b) c)",
        "(1) (2) (3)",
        "(a) (b) (c)",
        "① ② ③",
        "ⓐ ⓑ ⓒ",
    ]
    assert marks(2, 29, Language.EN)[24:] == ["y.", "z.", "aa.", "ab.", "ac."]
    assert marks(2, 704, Language.EN)[701:] == ["zz.", "aaa.", "aab."]


def test_an_item_alone_has_no_mark() -> None:
    assert marks(1, 1) == [""]
    assert marks(1, 1, Language.EN) == [""]
    assert marks(2, 0) == []


@pytest.mark.parametrize(("level", "limit"), [(2, 84), (4, 84), (6, 84), (7, 20), (8, 14)])
def test_a_level_that_runs_out_of_marks_says_so(level: int, limit: int) -> None:
    assert len(set(marks(level, limit))) == limit
    with pytest.raises(TooManyItems):
        marks(level, limit + 1)


@pytest.mark.parametrize(
    ("enclosures", "table", "place"),
    [
        (0, False, EndPlace.AFTER_TEXT),
        (0, True, EndPlace.BELOW_TABLE),
        (1, False, EndPlace.AFTER_ENCLOSURES),
        (2, True, EndPlace.AFTER_ENCLOSURES),
    ],
)
def test_the_place_of_the_end_mark(enclosures: int, table: bool, place: EndPlace) -> None:
    assert end_place(enclosures=enclosures, body_ends_with_table=table) is place


@pytest.mark.parametrize(
    ("given_", "printed"),
    [
        ("공개", "공개"),
        ("부분공개(6)", "부분공개(6)"),
        ("비공개(6, 5,6)", "비공개(5,6)"),
        (" 부분 공개 ( 1,8 ) ", "부분공개(1,8)"),
    ],
)
def test_disclosure_classes(given_: str, printed: str) -> None:
    assert disclosure_class(given_) == printed


@pytest.mark.parametrize(
    ("given_", "printed"),
    [("공개", "Open"), ("부분공개(6)", "Partly open (6)"), ("비공개(5,6)", "Closed (5,6)")],
)
def test_disclosure_classes_in_english(given_: str, printed: str) -> None:
    assert in_english(given_) == printed


@pytest.mark.parametrize(
    "given_",
    [
        "",
        "부분공개",
        "비공개",
        "비공개()",
        "비공개(0)",
        "비공개(9)",
        "비공개(10)",
        "공개(6)",
        "open",
    ],
)
def test_a_class_without_its_items_is_refused(given_: str) -> None:
    with pytest.raises(DisclosureInvalid):
        disclosure_class(given_)


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        ("국민참여처장", ["국민참", "여처장", "의직인"]),
        ("소통청장", ["소통청", "장인"]),
        ("국민 소통 위원장", ["국민소", "통위원", "장의인"]),
    ],
)
def test_the_seal_fills_a_square_where_it_can(head: str, rows: list[str]) -> None:
    assert seal_rows(head) == rows


@given(st.text(alphabet="가나다라마바사", min_size=1, max_size=30))
def test_the_seal_keeps_every_character(head: str) -> None:
    rows = seal_rows(head)
    assert "".join(rows).startswith(head)
    assert len(rows) <= len(rows[0])


def test_periods() -> None:
    first = date(2026, 9, 18)
    assert korean_period((first, first)) == "2026. 9. 18."
    assert korean_period((first, date(2026, 9, 19))) == "2026. 9. 18.~9. 19."
    assert korean_period((first, date(2027, 1, 2))) == "2026. 9. 18.~2027. 1. 2."


def test_periods_in_english() -> None:
    first = date(2026, 9, 18)
    assert english_period((first, first)) == "18 September 2026"
    assert english_period((first, date(2026, 9, 19))) == "18–19 September 2026"
    assert english_period((first, date(2026, 10, 2))) == "18 September – 2 October 2026"
    assert english_period((first, date(2027, 1, 2))) == "18 September 2026 – 2 January 2027"


def test_a_long_body_is_cut_and_says_so() -> None:
    assert excerpt("가" * BODY_LIMIT).is_cut is False
    cut = excerpt("가" * (BODY_LIMIT + 1))
    assert cut.is_cut
    assert cut.paragraphs == ("가" * BODY_LIMIT + "…",)
    assert excerpt("하나\n\n둘").paragraphs == ("하나", "둘")


@given(st.text())
def test_no_token_is_longer_than_the_limit(text: str) -> None:
    broken = break_tokens(text * 20)
    assert all(len(token) <= 200 for token in broken.split())
    assert "".join(broken.split()) == "".join((text * 20).split())


@given(st.text(alphabet="가나 a1,.\n"))
def test_kept_words_read_the_same(text: str) -> None:
    assert keep_words(text).replace(WORD_JOINER, "") == text


def test_words_are_kept_and_long_ones_may_break() -> None:
    assert keep_words("국토 A가") == f"국{WORD_JOINER}토 A가"
    assert keep_words("가" * 500).count(WORD_JOINER) < 20

"""Text from outside is safe to keep, and stays the text it was."""

import unicodedata
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongmun.clock import SEOUL
from gongmun.text import (
    Bilingual,
    clean,
    clean_line,
    english_closing,
    english_date,
    korean_closing,
    korean_date,
    particles,
    shorten,
    with_particle,
)

# Lone surrogates are no text, but a broken file may bring them.
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  버스  정류장\t그늘막 ", "버스 정류장 그늘막"),
        ("한 줄\r\n두 줄\r세 줄", "한 줄\n두 줄\n세 줄"),
        ("위\n\n\n\n\n아래", "위\n\n아래"),
        ("\u1100\u1161을", "가을"),
        ("\x1b[2J지움\x07", "[2J지움"),
        ("위험\u202e문서", "위험문서"),
        ("\ufeff머리", "머리"),
        ("끊\u200b김\u2060없\u00ad이", "끊김없이"),
        ("\ud800홀로", "홀로"),
        ("<b>[bold]{{ 틀 }}</b> & 'x'", "<b>[bold]{{ 틀 }}</b> & 'x'"),
        ("👍🏽 뷁 똠방각하 ㉮", "👍🏽 뷁 똠방각하 ㉮"),
        ("\u3000전각\u00a0공백", "전각 공백"),
        (" \n \t ", ""),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_a_line_is_one_line() -> None:
    assert clean_line(" 첫째\n\n둘째\r\n셋째\u2028넷째 ") == "첫째 둘째 셋째 넷째"


@given(ANY_TEXT)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert clean_line(clean_line(text)) == clean_line(text)


@given(ANY_TEXT)
def test_what_is_clean_can_be_stored_and_read(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.encode().decode() == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not [c for c in cleaned if c != "\n" and unicodedata.category(c) in ("Cc", "Cs")]
    assert "\n" not in clean_line(text)


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_shortened_text_keeps_the_limit(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert short == text or short.endswith("…")


def test_shorten_says_that_something_was_cut() -> None:
    assert shorten("가나다", 3) == "가나다"
    assert shorten("가나 다라", 4) == "가나…"


def test_dates() -> None:
    day = date(2026, 11, 4)
    assert korean_date(day) == "2026. 11. 4."
    assert korean_date(day, weekday=True) == "2026. 11. 4.(수)"
    assert english_date(day) == "4 November 2026"


@pytest.mark.parametrize(
    ("hour", "minute", "korean", "english"),
    [
        (18, 0, "오후 6시", "6 p.m."),
        (9, 5, "오전 9시 5분", "9.05 a.m."),
        (12, 0, "오후 12시", "12 p.m."),
        (0, 30, "오전 12시 30분", "12.30 a.m."),
    ],
)
def test_a_moment_until_which_something_can_be_done(
    hour: int, minute: int, korean: str, english: str
) -> None:
    moment = datetime(2026, 11, 30, hour, minute, tzinfo=SEOUL)
    assert korean_closing(moment) == f"2026. 11. 30.(월) {korean}"
    assert english_closing(moment) == f"{english} on 30 November 2026"


def test_both_languages_korean_first() -> None:
    assert str(Bilingual(ko="이송", en="referral")) == "이송 / referral"


@pytest.mark.parametrize(
    ("word", "by", "topic"),
    [
        ("교육부", "교육부로", "교육부는"),
        ("관세청", "관세청으로", "관세청은"),
        ("서울", "서울로", "서울은"),
        ("‘그늘막’", "‘그늘막’으로", "‘그늘막’은"),
        ("국토교통부(주관)", "국토교통부(주관)으로", "국토교통부(주관)은"),
        # Digits as they are read: 일, 삼, 오, 십.
        ("문서 1", "문서 1로", "문서 1은"),
        ("공론소통과-3", "공론소통과-3으로", "공론소통과-3은"),
        ("OCF-2026-10-005", "OCF-2026-10-005로", "OCF-2026-10-005는"),
        ("OCF-2026-10-010", "OCF-2026-10-010으로", "OCF-2026-10-010은"),
        # Letters by their names: 이, 엘, 엠.
        ("MOE", "MOE로", "MOE는"),
        ("URL", "URL로", "URL은"),
        ("ATM", "ATM으로", "ATM은"),
        # Nobody can say how these end.
        ("〓", "〓(으)로", "〓은(는)"),
        ("", "(으)로", "은(는)"),
    ],
)
def test_a_particle_fits_what_stands_before_it(word: str, by: str, topic: str) -> None:
    assert with_particle(word, "(으)로") == by
    assert with_particle(word, "은(는)") == topic


def test_every_particle_of_a_sentence_is_chosen() -> None:
    told = particles(
        "교육부이(가) 제안 3을(를) 관세청와(과) 함께 검토하여 환경청(으)로 넘겼습니다."
    )
    assert told == "교육부가 제안 3을 관세청과 함께 검토하여 환경청으로 넘겼습니다."
    assert particles("주소와(과) 이름을 적었습니다.") == "주소와 이름을 적었습니다."
    assert particles("전 직원(을) 위한") == "전 직원(을) 위한"

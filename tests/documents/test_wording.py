"""Text on the page: words and numbers with their counters stay whole."""

import pytest

from gongmun.documents.wording import WORD_JOINER, keep_words


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("3건은 1개", "3+건+은 1+개"),
        ("1,234건", "1,234+건"),
        ("2026년 10월", "2026+년 10+월"),
        ("검토 요청", "검+토 요+청"),
        ("제2항", "제2+항"),
        ("3 건, 10mm, 7", "3 건, 10mm, 7"),
    ],
)
def test_lines_break_between_words_only(text: str, kept: str) -> None:
    assert keep_words(text).replace(WORD_JOINER, "+") == kept
    assert keep_words(keep_words(text)) == keep_words(text)

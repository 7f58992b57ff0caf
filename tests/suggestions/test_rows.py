"""One record at a time: cleaning, dates, words."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongmun.suggestions.mapping import ColumnMapping
from gongmun.suggestions.problems import Problem, Reason
from gongmun.suggestions.rows import Entry, check
from gongmun.suggestions.source import Record

MAPPING = ColumnMapping.model_validate(
    {
        "columns": {
            name: name
            for name in ("title", "body", "topic", "submitted_at", "selected", "external_id")
        },
        "constants": {"channel": "mail"},
        "topics": {"버스": "public_transport"},
    }
)


def checked(**values: str) -> Entry | Problem:
    return check(Record(line=2, values={"title": "제목"} | values), MAPPING)


def entry(**values: str) -> Entry:
    found = checked(**values)
    assert isinstance(found, Entry)
    return found


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-03-02", datetime(2026, 3, 1, 15, tzinfo=UTC)),
        ("2026-03-02 14:05", datetime(2026, 3, 2, 5, 5, tzinfo=UTC)),
        ("2026-03-02T14:05:10+09:00", datetime(2026, 3, 2, 5, 5, 10, tzinfo=UTC)),
        ("2026-03-02T14:05:10Z", datetime(2026, 3, 2, 14, 5, 10, tzinfo=UTC)),
        ("2026. 3. 2.", datetime(2026, 3, 1, 15, tzinfo=UTC)),
        ("2026. 3. 2.(월) 14:05", datetime(2026, 3, 2, 5, 5, tzinfo=UTC)),
        ("2026년 3월 2일 오전 12:30", datetime(2026, 3, 1, 15, 30, tzinfo=UTC)),
        ("2026/03/02 오후 12:30:05", datetime(2026, 3, 2, 3, 30, 5, tzinfo=UTC)),
    ],
)
def test_dates_as_people_and_machines_write_them(written: str, utc: datetime) -> None:
    assert entry(submitted_at=written).submitted_at == utc


@pytest.mark.parametrize(
    "written", ["어제", "2026-13-01", "2026-02-30", "26/03/02", "9999-12-31", "2026-03-02 25:00"]
)
def test_what_is_no_date_is_refused(written: str) -> None:
    found = checked(submitted_at=written)
    assert isinstance(found, Problem)
    assert found.reason is Reason.DATE_INVALID
    assert written not in str(found.text)


@pytest.mark.parametrize(
    ("word", "selected"),
    [("선정", True), ("Y", True), ("True", True), ("", False), ("미선정", False), ("n", False)],
)
def test_words_for_selected(word: str, selected: bool) -> None:
    found = entry(selected=word)
    assert (found.selected, found.warnings) == (selected, ())


def test_a_topic_may_be_a_word_of_the_mapping_or_a_code() -> None:
    assert entry(topic="버스").topic == "public_transport"
    assert entry(topic="housing").topic == "housing"
    assert entry(topic="").topic is None
    assert entry(topic="").warnings == ()


def test_a_warning_does_not_repeat_what_was_written() -> None:
    (warning,) = entry(topic="홍길동 010-0000-0000").warnings
    assert "홍길동" not in str(warning.text)


_ANY = st.text(st.characters(), max_size=80)  # lone surrogates too


@given(title=_ANY, body=_ANY)
def test_what_goes_in_is_clean_and_cleaning_it_again_changes_nothing(title: str, body: str) -> None:
    found = checked(title=title, body=body)
    if isinstance(found, Problem):
        assert found.reason is Reason.TITLE_MISSING
        return
    for text in (found.title, found.body):
        text.encode()  # no lone surrogate is left
        assert unicodedata.is_normalized("NFC", text)
        assert not any(unicodedata.category(c) == "Cc" for c in text if c != "\n")
    again = entry(title=found.title, body=found.body)
    assert (again.title, again.body, again.key) == (found.title, found.body, found.key)


@given(title=_ANY, padding=st.text(" \u200b\t\x07", max_size=5))
def test_the_key_does_not_depend_on_what_nobody_sees(title: str, padding: str) -> None:
    one, other = checked(title=title), checked(title=padding + title + padding)
    if isinstance(one, Entry) and isinstance(other, Entry):
        assert one.key == other.key
    else:
        assert one == other

"""Contexts: kept as JSON and read back, clean whatever came in, limited in size."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongmun.documents import (
    Context,
    CorrectionContext,
    DocumentKind,
    Language,
    NothingToSay,
    Reference,
    Rung,
    TooManyRows,
)
from gongmun.documents.contexts import (
    ContextUnreadable,
    from_json,
    to_json,
)
from gongmun.documents.disclosure import DisclosureInvalid
from gongmun.documents.letter import LINE_LIMIT, ROW_LIMIT, TITLE_LIMIT
from gongmun.text import Bilingual
from tests.documents import samples

HOSTILE = st.text(st.characters(codec=None), max_size=200)


@pytest.mark.parametrize(("kind", "context"), samples.EVERY_KIND.items())
def test_round_trip(kind: DocumentKind, context: Context) -> None:
    assert context.kind is kind
    assert from_json(kind, json.loads(json.dumps(to_json(context)))) == context


@given(title=HOSTILE, body=HOSTILE)
def test_any_text_becomes_a_context_that_round_trips(title: str, body: str) -> None:
    context = samples.outcome(suggestions=(samples.suggestion(title=title, body=body),))
    written = json.dumps(to_json(context)).encode()
    assert from_json(DocumentKind.OUTCOME, json.loads(written)) == context
    assert "\n" not in context.suggestions[0].title


def test_long_lines_are_shortened_visibly() -> None:
    cited = Reference(number="나" * 5000, on=date(2026, 8, 3))
    letter = samples.letter(title=Bilingual(ko="가" * 1000, en="a" * 1000), references=(cited,))
    assert letter.title.ko == "가" * (TITLE_LIMIT - 1) + "…"
    assert letter.title.en == "a" * (TITLE_LIMIT - 1) + "…"
    assert letter.references[0].number == "나" * (LINE_LIMIT - 1) + "…"


def test_the_subject_is_the_title_of_the_official_text() -> None:
    title = Bilingual(ko="제목", en="Title")
    assert samples.letter(title=title).subject == "제목"
    assert samples.letter(title=title, language=Language.EN).subject == "Title"


def test_a_document_without_items_is_refused() -> None:
    with pytest.raises(NothingToSay):
        samples.outcome(suggestions=())
    with pytest.raises(NothingToSay):
        samples.reminder(items=())
    with pytest.raises(NothingToSay):
        samples.letter(recipients=())


def test_too_many_rows_are_refused() -> None:
    assert len(samples.outcome(suggestions=(samples.suggestion(),) * ROW_LIMIT).suggestions) == 1000
    with pytest.raises(TooManyRows) as caught:
        samples.outcome(suggestions=(samples.suggestion(),) * (ROW_LIMIT + 1))
    assert "1001" in caught.value.message_ko


def test_a_wrong_disclosure_class_is_refused_by_its_own_error() -> None:
    with pytest.raises(DisclosureInvalid):
        samples.letter(disclosure="비공개")


def test_a_row_that_does_not_fit_says_so_without_its_content() -> None:
    with pytest.raises(ContextUnreadable) as caught:
        from_json(DocumentKind.OUTCOME, {"letter": {"title": "비밀"}})
    assert "비밀" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_correction_in_one_language_stands_for_both() -> None:
    """A file of corrections may leave out the English; rows written before it could be given read on."""
    written = to_json(samples.correction())
    written["reason"] = " 오기\n정정 "
    written["corrections"][0]["place"] = "본문"
    context = from_json(DocumentKind.CORRECTION, written)
    assert isinstance(context, CorrectionContext)
    assert context.reason == samples.both("오기 정정")
    assert context.corrections[0].place == samples.both("본문")


def test_the_rung_names_the_kind() -> None:
    assert samples.reminder(Rung.FIRST).kind is DocumentKind.FIRST_REMINDER
    assert samples.reminder(Rung.SECOND).kind is DocumentKind.SECOND_REMINDER


def test_dates_come_back_as_dates() -> None:
    read = from_json(DocumentKind.OUTCOME, to_json(samples.outcome()))
    assert read.letter.decided_on == date(2026, 10, 12)

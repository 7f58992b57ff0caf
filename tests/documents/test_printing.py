"""The printed page, read back: the form, its fonts, its bytes. Real PDF files of real workers."""

import io
from datetime import date, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from gongmun.db import Database
from gongmun.documents import Context, DocumentKind, LocalStore, RenderPool, Rung, issue, queries
from gongmun.documents.drafting import approve, draft
from gongmun.documents.printing import Page
from gongmun.documents.sheet import to_html
from gongmun.documents.wording import WORD_JOINER
from tests.documents import samples


def _read(pool: RenderPool, context: Context) -> PdfReader:
    rendered = pool.render(Page(html=to_html(context, samples.NOTED).html))
    reader = PdfReader(io.BytesIO(rendered.content))
    assert len(reader.pages) == rendered.pages
    return reader


def _text(reader: PdfReader) -> str:
    text = " ".join(page.extract_text() for page in reader.pages)
    return " ".join(text.replace(WORD_JOINER, "").split())


def _squeezed(reader: PdfReader) -> str:
    return "".join(_text(reader).split())


@pytest.mark.parametrize(("kind", "context"), samples.EVERY_KIND.items())
def test_every_kind_has_the_parts_of_the_form(
    pool: RenderPool, kind: DocumentKind, context: Context
) -> None:
    reader = _read(pool, context)
    text = _squeezed(reader)
    letter = context.letter
    (recipient,) = letter.recipients
    office = recipient.office.ko + (f"({recipient.handling.ko})" if recipient.handling else "")
    for part in (
        f"수신{office}(경유)제목{letter.title.ko}",
        "국민참여처",
        "기안자주무관김소통",
        f"결재권자공론소통과장전결{letter.decided_on.month}/{letter.decided_on.day}이결재",
        "시행공론소통과-1234(2026.10.12.)",
        "전화(044)000-0000팩스(044)000-0001/forum@participation.example/공개",
        "1.관련",
        "끝.",
    ):
        assert "".join(part.split()) in text, part
    assert text.count("끝.") == 1
    assert "〓" not in text
    assert reader.metadata is not None
    assert reader.metadata.title == letter.title.ko
    assert WORD_JOINER not in reader.metadata.title


def test_the_outcome_lists_each_suggestion_and_its_text(pool: RenderPool) -> None:
    context = samples.outcome(20)
    reader = _read(pool, context)
    text = _squeezed(reader)
    for suggestion in context.suggestions:
        assert "".join(suggestion.title.split()) in text
        assert "".join(suggestion.body.split()) in text
    assert "2026.10.30.(금)까지" in text
    assert "협조(주관:행정안전부)" in text
    assert "붙임시민제안내용1부.끝." in text
    # The number stands on the following pages, and every page is counted.
    pages = [page.extract_text() for page in reader.pages]
    assert len(pages) >= 4
    assert all("공론소통과-1234" in page for page in pages[1:])
    assert all(f"{number} / {len(pages)}" in page for number, page in enumerate(pages, start=1))


def test_more_enclosures_are_numbered_and_the_end_follows_the_last(pool: RenderPool) -> None:
    letter = samples.letter(attachments=(samples.both("포럼 회의록"), samples.both("현장 사진")))
    text = _squeezed(_read(pool, samples.outcome(letter=letter)))
    assert "붙임1.시민제안내용1부.2.포럼회의록1부.3.현장사진1부.끝." in text


def test_a_table_ends_with_the_mark_below_it(pool: RenderPool) -> None:
    text = _squeezed(_read(pool, samples.reminder(Rung.SECOND)))
    assert "1일끝." in text
    assert "상급기관에통보" in text


def test_a_reminder_without_a_new_date_and_a_forum_of_one_day(pool: RenderPool) -> None:
    assert "지체없이회신" in _squeezed(_read(pool, samples.reminder(new_due=None)))
    day = date(2026, 9, 18)
    assert "(2026.9.18.)에서국민이" in _squeezed(
        _read(pool, samples.outcome(forum_period=(day, day)))
    )


def test_an_escalation_tells_the_whole_case(pool: RenderPool) -> None:
    context = samples.escalation()
    text = _squeezed(_read(pool, context))
    for line in context.history:
        assert "".join(line.text.ko.split()) in text
    assert "관련가.공론소통과-1234(2026.10.12.)나." in text


def test_only_our_fonts_are_embedded(pool: RenderPool) -> None:
    body = "한글 漢字 〓 ㉮ ★ ① 뷁 English 굵은 … 😀 العربية עברית ไทย हिन्दी 👨‍👩‍👧"
    context = samples.outcome(suggestions=(samples.suggestion(title="漢字 제목 😀", body=body),))
    reader = _read(pool, context)
    fonts = {
        font["/BaseFont"] for page in reader.pages for font in page["/Resources"]["/Font"].values()
    }
    assert {name.split("+")[1] for name in fonts} <= {
        "Gongmun-Serif",
        "Gongmun-Serif-Bold",
        "Gongmun-Sans",
        "Gongmun-Sans-Bold",
    }
    assert "漢字 〓 ㉮ ★ ① 뷁 English" in _text(reader)


def test_what_no_font_covers_is_marked_and_counted(pool: RenderPool) -> None:
    context = samples.outcome(
        suggestions=(samples.suggestion(title="웃음 😀", body="끝없는 😀😀"),)
    )
    sheet = to_html(context, samples.NOTED)
    # The title is printed twice: in the list and over its text.
    assert sheet.replaced == 4
    assert "웃음 〓" in _text(PdfReader(io.BytesIO(pool.render(Page(html=sheet.html)).content)))


def test_a_long_suggestion_is_cut_visibly(pool: RenderPool) -> None:
    context = samples.outcome(suggestions=(samples.suggestion(body="가나다 " * 1000),))
    text = _text(_read(pool, context))
    assert "이하 생략" in text
    assert text.count("가나다") == 500


def test_issued_for_real(
    pool: RenderPool, sqlite_db: Database, now: datetime, tmp_path: Path
) -> None:
    with sqlite_db.transaction() as session:
        document = draft(
            session,
            kind=DocumentKind.OUTCOME,
            key="outcome:1:MOLIT",
            recipient_code="MOLIT",
            context=samples.outcome(3),
            now=now,
        )
        approve(session, document, None, now)
    store = LocalStore(tmp_path)
    report = issue(sqlite_db, [document.id], renderer=pool, store=store, now=now)
    assert report.issued == (document.id,)
    with sqlite_db.reading() as session:
        issued = queries.by_id(session, document.id)
    assert issued.sha256 is not None
    reader = PdfReader(io.BytesIO(store.get(issued.sha256)))
    assert len(reader.pages) == issued.pages
    assert "시행공론소통과-1(2026.10.12.)" in _squeezed(reader)

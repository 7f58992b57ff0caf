"""Exporting: the stored PDF as it is, the other language, HWPX and JSON of the same row."""

import io
import json
from datetime import datetime
from pathlib import Path

import pytest
from hwpx import HwpxDocument
from pypdf import PdfReader

from gongmun.db import Database
from gongmun.documents import (
    DocumentKind,
    FakeRenderer,
    LocalStore,
    RenderPool,
    approve,
    draft,
    issue,
    queries,
)
from gongmun.documents.exporting import (
    FileFormat,
    FileNotMade,
    NoFileYet,
    export,
)
from gongmun.documents.letter import Language
from gongmun.documents.printing import RenderTimedOut
from gongmun.documents.wording import WORD_JOINER
from gongmun.errors import NotFound
from tests.documents import samples

NUMBER = "공론소통과-1"


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "documents")


def _issue(db: Database, store: LocalStore, now: datetime, renderer: FakeRenderer) -> None:
    with db.transaction() as session:
        document = draft(
            session,
            kind=DocumentKind.OUTCOME,
            key="outcome:1:MOLIT",
            recipient_code="MOLIT",
            context=samples.outcome(2),
            now=now,
        )
        approve(session, document, None, now)
    issue(db, [document.id], renderer=renderer, store=store, now=now)


def _never_opened() -> RenderPool:
    raise AssertionError("nothing is to be printed")


def test_the_pdf_is_the_stored_one(sqlite_db: Database, store: LocalStore, now: datetime) -> None:
    _issue(sqlite_db, store, now, FakeRenderer())
    with sqlite_db.reading() as session:
        sha256 = queries.by_number(session, NUMBER).file_sha256
    assert sha256
    for language in (None, Language.KO):
        content = export(
            sqlite_db,
            NUMBER,
            format=FileFormat.PDF,
            language=language,
            renderer=_never_opened,
            store=store,
        )
        assert content == store.get(sha256)


def test_the_other_language_is_printed_on_request(
    sqlite_db: Database, store: LocalStore, now: datetime
) -> None:
    _issue(sqlite_db, store, now, FakeRenderer())
    content = export(
        sqlite_db,
        NUMBER,
        format=FileFormat.PDF,
        language=Language.EN,
        renderer=lambda: RenderPool(workers=1, timeout=60),
        store=store,
    )
    reader = PdfReader(io.BytesIO(content))
    text = "".join(page.extract_text() for page in reader.pages).replace(WORD_JOINER, "")
    assert "Subject" in text
    assert NUMBER in text
    assert list(reader.attachments) == ["outcome.json"]


def test_hwpx_and_json_are_of_the_same_row(
    sqlite_db: Database, store: LocalStore, now: datetime
) -> None:
    _issue(sqlite_db, store, now, FakeRenderer())

    def exported(format: FileFormat, language: Language | None = None) -> bytes:
        return export(
            sqlite_db,
            NUMBER,
            format=format,
            language=language,
            renderer=_never_opened,
            store=store,
        )

    data = json.loads(exported(FileFormat.JSON))
    assert (data["number"], data["issued_on"]) == (NUMBER, "2026-10-12")
    korean = HwpxDocument.open(exported(FileFormat.HWPX)).text.plain()
    english = HwpxDocument.open(exported(FileFormat.HWPX, Language.EN)).text.plain()
    for text in (korean, english):
        assert NUMBER in text
        assert data["content"]["suggestions"][1]["title"] in text
    assert "수신" in korean
    assert "수신" not in english


def test_what_has_no_file_is_not_exported(
    sqlite_db: Database, store: LocalStore, now: datetime
) -> None:
    def late(_html: str) -> RenderTimedOut:
        return RenderTimedOut(seconds=60)

    _issue(sqlite_db, store, now, FakeRenderer(late))
    for number, error in ((NUMBER, NoFileYet), ("공론소통과-2", NotFound), ("", NotFound)):
        with pytest.raises(error):
            export(sqlite_db, number, format=FileFormat.JSON, renderer=_never_opened, store=store)


def test_a_draft_says_that_it_waits_for_its_approval_and_how_to_read_it(
    sqlite_db: Database, store: LocalStore, now: datetime
) -> None:
    with sqlite_db.transaction() as session:
        waiting = draft(
            session,
            kind=DocumentKind.OUTCOME,
            key="outcome:1:MOLIT",
            recipient_code="MOLIT",
            context=samples.outcome(2),
            now=now,
        )
    with pytest.raises(FileNotMade) as caught:
        export(
            sqlite_db,
            str(waiting.id),
            format=FileFormat.PDF,
            renderer=_never_opened,
            store=store,
        )
    for message in (caught.value.message_ko, caught.value.message_en):
        assert f"gongmun document preview {waiting.id}" in message
        assert "gongmun waiting" not in message

"""Previews: samples that print in both languages, a picture of all pages, and a look-out for changes."""

import io
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from gongmun.db import Database
from gongmun.documents import DocumentKind, RenderPool, Status, draft, queries
from gongmun.documents.letter import Language
from gongmun.documents.preview import (
    Format,
    changes,
    document_pdf,
    picture,
    sample_pdf,
    targets,
)
from gongmun.documents.sample_contexts import SAMPLES
from gongmun.documents.sheet import to_html
from gongmun.documents.wording import WORD_JOINER
from gongmun.settings import PROJECT_ROOT, settings
from tests.documents import samples


@pytest.fixture(scope="module")
def pdf(pool: RenderPool) -> bytes:
    return sample_pdf(DocumentKind.OUTCOME, Language.KO, pool)


@pytest.fixture
def overrides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("GONGMUN_DOCUMENT_OVERRIDES", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", DocumentKind)
def test_there_is_a_sample_of_every_kind_in_both_languages(
    kind: DocumentKind, language: Language
) -> None:
    sheet = to_html(SAMPLES[kind], samples.NOTED, language)
    assert SAMPLES[kind].kind is kind
    assert sheet.replaced == 0
    assert f'lang="{language}"' in sheet.html


@pytest.mark.parametrize(
    ("base", "only", "files"),
    [
        ("a", None, ["a.pdf", "a.png"]),
        ("a.png", None, ["a.png"]),
        ("a", Format.PNG, ["a.png"]),
    ],
)
def test_the_option_or_the_name_says_what_is_saved(
    base: str, only: Format | None, files: list[str]
) -> None:
    assert targets(Path(base), only) == [Path(file) for file in files]


def test_a_picture_shows_all_pages(pdf: bytes) -> None:
    with Image.open(io.BytesIO(picture(pdf))) as shown:
        assert shown.format == "PNG"
        width, height = shown.size
        # A4 upright, two pages below each other; neither is empty.
        assert 2 * 1.41 < height / width < 2 * 1.43
        for top in (0, height // 2):
            assert len(shown.crop((0, top, width, top + height // 2)).getcolors(2**16) or []) > 10


def test_the_same_pdf_gives_the_same_picture(pdf: bytes) -> None:
    assert Image.open(io.BytesIO(picture(pdf))).tobytes() == (
        Image.open(io.BytesIO(picture(pdf))).tobytes()
    )


def test_changes_of_forms_are_noticed(overrides: Path) -> None:
    noticed = changes(pause=0)
    next(noticed)
    (overrides / "extra.css").write_text("p {}", "utf-8")
    next(noticed)
    stat = (overrides / "extra.css").stat()
    os.utime(overrides / "extra.css", ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    next(noticed)
    (overrides / "extra.css").unlink()
    next(noticed)


def test_nothing_of_a_preview_depends_on_this_machine() -> None:
    """Samples are shipped: no path, and only invented addresses."""
    source = (PROJECT_ROOT / "gongmun" / "documents" / "sample_contexts.py").read_text("utf-8")
    assert "://" not in source


@pytest.mark.parametrize(
    ("language", "said", "decided"),
    [(None, "시행 미리 보기(", "전결 10"), ("en", "preview (", "delegation 10")],
)
def test_a_document_is_read_before_it_is_decided_on(
    sqlite_db: Database,
    pool: RenderPool,
    now: datetime,
    language: str | None,
    said: str,
    decided: str,
) -> None:
    with sqlite_db.transaction() as session:
        document = draft(
            session,
            kind=DocumentKind.OUTCOME,
            key="outcome:1:MOLIT",
            recipient_code="MOLIT",
            context=samples.outcome(2),
            now=now,
        )
    pdf = document_pdf(
        sqlite_db,
        str(document.id),
        Language(language) if language else None,
        pool,
        today=now.date(),
    )
    pages = PdfReader(io.BytesIO(pdf)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    text = text.replace(WORD_JOINER, "")
    assert said in text
    assert decided not in text
    with sqlite_db.reading() as session:
        after = queries.by_id(session, document.id)
    # Nothing of it is kept, and it takes no number.
    assert (after.status, after.number, after.sha256) == (Status.DRAFTED, None, None)

"""Seeing what would be printed: a form with a sample while it is edited, a document before it is decided on."""

import io
import time
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path

import pypdfium2
from PIL import Image

from gongmun.db import Database
from gongmun.documents import queries
from gongmun.documents.check_codes import check_mark
from gongmun.documents.content import content
from gongmun.documents.contexts import from_json
from gongmun.documents.letter import Language, said
from gongmun.documents.life import APPROVED
from gongmun.documents.models import DocumentKind
from gongmun.documents.printing import Page, Renderer
from gongmun.documents.sample_contexts import SAMPLES
from gongmun.documents.sheet import Imprint, to_html
from gongmun.documents.templating import Place
from gongmun.text import Bilingual

_SCREEN = 110  # dots per inch: a page fills the height of a large screen
_GAP = 12  # dots between pages
_GREY = 0x99
_CODE = "samp1e0000"
# Where the number will stand.
_NOT_ISSUED = Bilingual(ko="미리 보기", en="preview")


class Format(StrEnum):
    """What a preview can be saved as; also the ending of the file's name."""

    PDF = "pdf"
    PNG = "png"


def sample_pdf(kind: DocumentKind, language: Language, renderer: Renderer) -> bytes:
    """The sample of this kind, printed as it would be issued now.

    Raises:
        NotPrinted: a template or a style sheet is at fault.
    """
    context = SAMPLES[kind]
    sheet = to_html(
        context,
        Imprint(
            number="공론소통과-1400",
            issued_on=context.letter.decided_on,
            approver="이결재",
            check=check_mark(_CODE),
        ),
        language,
    )
    return renderer.render(Page(html=sheet.html)).content


def document_pdf(
    db: Database, name: str, language: Language | None, renderer: Renderer, *, today: date
) -> bytes:
    """A document, named as for `queries.named`, as it would be issued now; nothing of it is kept.

    Before it has a number it says that it is a preview in its place, and has neither the day of a decision nor a
    check code.

    Raises:
        NotFound: there is no such document.
        NumberOfSeveralYears: several have this number.
        NotPrinted: it cannot be laid out.
    """
    with db.reading() as session:
        document = queries.named(session, name)
        if document.numbered_at is not None:
            context, imprint = content(session, document)
        else:
            context = from_json(document.kind, document.context)
            where = said(_NOT_ISSUED, language or context.letter.language)
            imprint = Imprint(
                number=where,
                issued_on=today,
                approver=None,
                is_decided=document.status in APPROVED,
            )
    return renderer.render(Page(html=to_html(context, imprint, language).html)).content


def picture(pdf: bytes) -> bytes:
    """All pages of a PDF below each other, as one PNG."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.render(scale=_SCREEN / 72).to_pil().convert("RGB") for page in document]
    width = max(page.width for page in pages)
    height = sum(page.height for page in pages) + _GAP * (len(pages) - 1)
    whole = Image.new("RGB", (width, height), (_GREY, _GREY, _GREY))
    top = 0
    for page in pages:
        whole.paste(page, (0, top))
        top += page.height + _GAP
    written = io.BytesIO()
    whole.save(written, "PNG")
    return written.getvalue()


def targets(base: Path, only: Format | None) -> list[Path]:
    """The files to save: `base` itself where it has an ending, else with that of `only`, else both."""
    if base.suffix:
        return [base]
    return [base.with_suffix(f".{format_}") for format_ in ([only] if only else Format)]


def changes(pause: float = 0.3) -> Iterator[None]:
    """Yields at once, and whenever a file of the forms has changed; looks every `pause` seconds."""
    place, seen = Place.of_settings(), None
    while True:
        if (stamp := place.stamp()) != seen:
            seen = stamp
            yield
        time.sleep(pause)

"""Seeing a form while editing it: the sample of a kind as PDF, and as a picture of its pages."""

import io
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pypdfium2
from PIL import Image

from gongmun.documents.check_codes import check_mark
from gongmun.documents.letter import Language
from gongmun.documents.models import DocumentKind
from gongmun.documents.printing import Page, Renderer
from gongmun.documents.sample_contexts import SAMPLES
from gongmun.documents.sheet import Imprint, to_html
from gongmun.documents.templating import Place

_SCREEN = 110  # dots per inch: a page fills the height of a large screen
_GAP = 12  # dots between pages
_GREY = 0x99
_CODE = "samp1e0000"


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

"""HTML to PDF, in this process. The only module that imports weasyprint.

Render workers run it (see `pool.py`); nothing else should, because weasyprint has no time limit.
"""

import logging
import os
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pydyf

from gongmun.documents import archive, structure
from gongmun.documents.overrides import ASSET, OverrideRefused, refused, style_sheets
from gongmun.documents.printing import Enclosed, Page, RenderedPdf, RenderFailed
from gongmun.documents.streams import compressed_once

# A private configuration without any folder of fonts: our own come by @font-face, and no font of
# the machine is ever pulled in. It must stand before weasyprint loads fontconfig.
_FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><cachedir>{folder}/cache</cachedir></fontconfig>
"""
_folder = tempfile.TemporaryDirectory(prefix="gongmun-fonts-")
_configuration = Path(_folder.name) / "fonts.conf"
_configuration.write_text(_FONTCONFIG.format(folder=_folder.name), encoding="utf-8")
os.environ["FONTCONFIG_FILE"] = str(_configuration)

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="No fonts configured in FontConfig")
    import weasyprint
    from weasyprint.css.counters import CounterStyle
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

# Its warnings quote the content of documents.
_log = logging.getLogger("weasyprint")
_log.setLevel(logging.CRITICAL)
logging.getLogger("fontTools").setLevel(logging.CRITICAL)

OPTIONS = {"pdf_variant": "pdf/a-3a", "pdf_tags": True}


class _Assets(URLFetcher):  # type: ignore[misc]
    """Serves the files it knows by name and refuses every other address."""

    def __init__(self, templates: Path) -> None:
        super().__init__()
        self._files = {
            ASSET + font.name: font for font in sorted((templates / "fonts").glob("*.woff2"))
        }

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """The file of this name; anything else is an error that weasyprint takes as missing."""
        if url not in self._files:
            raise ValueError("not an asset")
        return URLFetcherResponse(url, self._files[url].read_bytes())


class _Said(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """What weasyprint warns of in the block: of a style sheet, each declaration that it ignores."""
    said = _Said()
    _log.addHandler(said)
    _log.setLevel(logging.WARNING)
    try:
        yield said.messages
    finally:
        _log.setLevel(logging.CRITICAL)
        _log.removeHandler(said)


class Press:
    """Makes PDF files of HTML; fonts and style sheets are read once, and again when they change."""

    def __init__(self, templates: Path, overrides: Path | None = None) -> None:
        self._assets = _Assets(templates)
        self._sheets = partial(style_sheets, templates, overrides)
        self._overrides = overrides
        self._read: dict[Path, int] = {}
        # What is refused is read again, and told, with the first page.
        with suppress(OverrideRefused):
            self._read_style(self._stamps())

    def _stamps(self) -> dict[Path, int]:
        return {sheet: sheet.stat().st_mtime_ns for sheet in self._sheets()}

    def _read_style(self, stamps: dict[Path, int]) -> None:
        self._fonts = FontConfiguration()
        self._counters = CounterStyle()
        self._styles = [self._style(sheet) for sheet in stamps]
        self._read = stamps

    def _style(self, sheet: Path) -> weasyprint.CSS:
        with _overheard() as said:
            style = weasyprint.CSS(
                string=sheet.read_text("utf-8"),
                url_fetcher=self._assets,
                font_config=self._fonts,
                counter_style=self._counters,
            )
        if said and self._overrides and sheet.is_relative_to(self._overrides):
            at = re.search(r"(?:at|on line) (\d+)", said[0])
            problem = f"CSS: {said[0].removesuffix('.')}."
            raise refused(sheet.name, int(at[1]) if at else None, problem, problem)
        return style

    def render(self, page: Page) -> RenderedPdf:
        """The PDF/A-3a and PDF/UA-1 of a page (not veraPDF-verified).

        Raises:
            OverrideRefused: weasyprint would ignore a part of the division's own style sheet.
            RenderFailed: weasyprint raised an error, or a character has no glyph: `sheet.to_html`
                replaces those of texts, so it comes from a template or a style sheet.
        """
        try:
            if (stamps := self._stamps()) != self._read:
                self._read_style(stamps)
            document = weasyprint.HTML(string=page.html, url_fetcher=self._assets).render(
                stylesheets=self._styles,
                font_config=self._fonts,
                counter_style=self._counters,
            )
            with compressed_once():
                content = document.write_pdf(
                    finisher=partial(_finish, files=page.enclosed), **OPTIONS
                )
        except OverrideRefused:
            raise
        # weasyprint raises whatever a malformed page leads to; a fetching error is no Exception.
        except (Exception, FatalURLFetchingError) as error:
            raise RenderFailed(reason=type(error).__name__) from error
        missing = sorted({code for font in document.fonts.values() for code in font.missing})
        if missing:
            raise RenderFailed(reason="no glyph: " + " ".join(f"U+{code:04X}" for code in missing))
        return RenderedPdf(content=content, pages=len(document.pages))


def _finish(document: weasyprint.Document, pdf: pydyf.PDF, *, files: tuple[Enclosed, ...]) -> None:
    structure.mend(document, pdf)
    archive.identify(pdf)
    archive.enclose(pdf, files)

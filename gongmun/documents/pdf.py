"""HTML to PDF, in this process. The only module that imports weasyprint.

Render workers run it (see `pool.py`); nothing else should, because weasyprint has no time limit.
"""

import logging
import os
import tempfile
import warnings
from pathlib import Path

from gongmun.documents.printing import RenderedPdf, RenderFailed

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
logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
logging.getLogger("fontTools").setLevel(logging.CRITICAL)

STYLESHEET = "asset:document.css"


class _Assets(URLFetcher):  # type: ignore[misc]
    """Serves the files it knows by name and refuses every other address."""

    def __init__(self, templates: Path) -> None:
        super().__init__()
        self._files = {
            STYLESHEET: templates / "documents" / "document.css",
            **{
                f"asset:{font.name}": font for font in sorted((templates / "fonts").glob("*.woff2"))
            },
        }

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """The file of this name; anything else is an error that weasyprint takes as missing."""
        if url not in self._files:
            raise ValueError("not an asset")
        return URLFetcherResponse(url, self._files[url].read_bytes())


class Press:
    """Makes PDF files of HTML; fonts and style sheet are read once."""

    def __init__(self, templates: Path) -> None:
        self._assets = _Assets(templates)
        self._fonts = FontConfiguration()
        self._counters = CounterStyle()
        self._style = weasyprint.CSS(
            url=STYLESHEET,
            url_fetcher=self._assets,
            font_config=self._fonts,
            counter_style=self._counters,
        )

    def render(self, html: str) -> RenderedPdf:
        """The PDF/A-3a of a page of HTML.

        Raises:
            RenderFailed: weasyprint raised an error.
        """
        try:
            document = weasyprint.HTML(string=html, url_fetcher=self._assets).render(
                stylesheets=[self._style],
                font_config=self._fonts,
                counter_style=self._counters,
                pdf_tags=True,
            )
            content = document.write_pdf(pdf_variant="pdf/a-3a", pdf_tags=True)
        # weasyprint raises whatever a malformed page leads to; a fetching error is no Exception.
        except (Exception, FatalURLFetchingError) as error:
            raise RenderFailed(reason=type(error).__name__) from error
        return RenderedPdf(content=content, pages=len(document.pages))

"""WeasyPrint as its documentation and most tutorials use it.

Fonts and style sheet are read anew for each document, and columns take their width from the text.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from bench.rivals import style
from gongmun.documents.pdf import OPTIONS


@contextmanager
def printer(templates: Path) -> Iterator[Callable[[Path, Path], None]]:
    """See `bench.rivals`."""
    css = style(templates)
    automatic = css.replace("table-layout: fixed", "table-layout: auto")
    assert automatic != css
    # The page names the widths of columns for the sake of fixed tables; an automatic one has none.
    automatic += "col { width: auto !important }"

    def write_pdf(page: Path, pdf: Path) -> None:
        fonts = FontConfiguration()
        sheet = CSS(string=automatic, font_config=fonts)
        html = HTML(string=page.read_text("utf-8"))
        html.write_pdf(pdf, stylesheets=[sheet], font_config=fonts, **OPTIONS)

    yield write_pdf

"""WeasyPrint as fast as a plain loop gets: fonts, style sheet and counters made once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.css.counters import CounterStyle
from weasyprint.text.fonts import FontConfiguration

from bench.rivals import style
from gongmun.documents.pdf import OPTIONS


@contextmanager
def printer(templates: Path) -> Iterator[Callable[[Path, Path], None]]:
    """See `bench.rivals`."""
    fonts, counters = FontConfiguration(), CounterStyle()
    sheet = CSS(string=style(templates), font_config=fonts, counter_style=counters)

    def write_pdf(page: Path, pdf: Path) -> None:
        HTML(string=page.read_text("utf-8")).write_pdf(
            pdf, stylesheets=[sheet], font_config=fonts, counter_style=counters, **OPTIONS
        )

    yield write_pdf

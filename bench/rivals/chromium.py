"""Headless Chromium: one browser and one page, kept. It knows no PDF/A, but tags what it prints."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.rivals import style

_PROGRAM = "/usr/bin/chromium"
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
)


@contextmanager
def printer(templates: Path) -> Iterator[Callable[[Path, Path], None]]:
    """See `bench.rivals`."""
    css = f"<style>{style(templates)}</style></head>"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_PROGRAM, args=_FLAGS)
        tab = browser.new_page()

        def write_pdf(page: Path, pdf: Path) -> None:
            # Fonts lie in files, and only a page that is a file itself may read them.
            styled = pdf.with_suffix(".htm")
            styled.write_text(page.read_text("utf-8").replace("</head>", css), "utf-8")
            tab.goto(styled.as_uri())
            tab.pdf(path=pdf, prefer_css_page_size=True, tagged=True, outline=True)

        yield write_pdf
        browser.close()

"""Typst, a compiler of documents written in Rust: the limit of what a letter can cost.

It prints the same letter from a template of its own, with the same fonts, texts and drawings.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fontTools.ttLib import TTFont
from typst import Compiler, Fonts

_TEMPLATE = Path(__file__).with_name("letter.typ")


@contextmanager
def printer(templates: Path) -> Iterator[Callable[[Path, Path], None]]:
    """See `bench.rivals`."""
    with tempfile.TemporaryDirectory() as folder:
        # It does not read woff2.
        for packed in (templates / "fonts").glob("*.woff2"):
            font = TTFont(packed)
            font.flavor = None
            font.save(Path(folder) / f"{packed.stem}.ttf")
        compiler = Compiler(
            _TEMPLATE,
            font_paths=Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
            ),
        )

        def write_pdf(page: Path, pdf: Path) -> None:
            facts = page.with_suffix(".json").read_text("utf-8")
            compiler.compile(output=pdf, sys_inputs={"facts": facts}, pdf_standards=["a-3a"])

        yield write_pdf

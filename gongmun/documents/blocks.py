"""The blocks of a document: its paragraphs and tables in the order of reading.

For formats that are no page of CSS. They are read from the HTML of `sheet.to_html`, so that every kind
of document, language and template of a division has the same sentences, marks and `끝.` as its PDF.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from gongmun.text import printable

BREAK = "\n"
# What stands after a label, as the rules of the form write `붙임  1. …`; and between parts of a line.
_GAP = 2 * "\u00a0"
_WIDE_GAP = 6 * "\u00a0"

# What is drawn or not shown: nothing of it is read.
_SKIPPED = frozenset({"head", "svg", "style", "script"})
_VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "li", "dt", "dd", "figcaption"})
_CELLS = frozenset({"td", "th"})

_SPACES = re.compile(r"[ \t\r\n\f]+")
_AROUND_GAPS = re.compile(f" *(\u00a0+|{BREAK}) *")
_WIDTH = re.compile(r"width:\s*([\d.]+)mm")


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    """A paragraph, its lines parted by newlines.

    `names` are its classes and tag, then those of what it stands in, the nearest first. Before all,
    it may be `annex:first`, the first one of a section of class `annex`, or `unlabelled`, where its
    label is empty because it goes on under the label above.
    """

    text: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A cell of a table. Our forms merge none: one that does comes out as a single cell."""

    text: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table: widths of its columns in mm (None shares what is left), its rows, the heads first."""

    widths: tuple[float | None, ...]
    rows: tuple[tuple[Cell, ...], ...]
    heads: int  # how many rows are repeated on a new page


Block = Paragraph | Table


def read(html: str) -> tuple[Block, ...]:
    """The blocks of a page that `sheet.to_html` wrote, without unprintable characters."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tuple(reader.blocks)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._open: list[tuple[str, tuple[str, ...]]] = []  # tags with their classes
        self._text = ""
        self._place: list[str] = []  # names of the next paragraph by where it stands
        self._widths: list[float | None] = []
        self._rows: list[list[Cell]] = []
        self._heads = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "br":
            self._text += BREAK
        elif tag == "col":
            width = _WIDTH.search(given.get("style", ""))
            self._widths.append(float(width[1]) if width else None)
        if tag in _VOID:
            return
        classes = tuple(given.get("class", "").split())
        if tag in _PARAGRAPHS | {"table"} and not self._is_in(_CELLS):
            self._end_paragraph()
        elif tag == "tr":
            self._rows.append([])
            self._heads += self._is_in({"thead"})
        elif "part" in classes and self._text.strip():
            self._text += _WIDE_GAP
        if tag == "section":
            self._place += (f"{name}:first" for name in classes)
        self._open.append((tag, classes))

    def handle_endtag(self, tag: str) -> None:
        if all(tag != each for each, _ in self._open):
            return
        if tag in _CELLS:
            self._rows[-1].append(Cell(text=self._take(), names=tuple(self._names())))
        elif tag == "table":
            self._end_table()
        elif tag in _PARAGRAPHS and self._is_in(_CELLS):
            self._text += BREAK
        elif tag in _PARAGRAPHS:
            self._end_paragraph()
        classes: Sequence[str] = ()
        closed = ""
        while closed != tag:
            closed, classes = self._open.pop()
        if "label" in classes and self._text.strip():
            self._text += _GAP
        elif "label" in classes:
            self._place = ["unlabelled"]
        elif "mark" in classes:
            self._text += " "

    def handle_data(self, data: str) -> None:
        if not self._is_in(_SKIPPED):
            self._text += _SPACES.sub(" ", printable(data))

    def close(self) -> None:
        super().close()
        self._end_paragraph()

    def _is_in(self, tags: frozenset[str] | set[str]) -> bool:
        return any(tag in tags for tag, _ in self._open)

    def _names(self) -> Iterator[str]:
        for tag, classes in reversed(self._open):
            yield from (*classes, tag)

    def _take(self) -> str:
        text = _AROUND_GAPS.sub(r"\1", re.sub(" +", " ", self._text))
        self._text = ""
        return text.strip(f" {BREAK}").replace("\u00a0", " ").rstrip()

    def _end_paragraph(self) -> None:
        text = self._take()
        if text:
            self.blocks.append(Paragraph(text=text, names=(*self._place, *self._names())))
            self._place = []

    def _end_table(self) -> None:
        rows = tuple(tuple(row) for row in self._rows if row)
        if rows:
            columns = max(map(len, rows))
            widths = (*self._widths, *[None] * columns)[:columns]
            self.blocks.append(Table(widths=widths, rows=rows, heads=self._heads))
        self._widths, self._rows, self._heads = [], [], 0

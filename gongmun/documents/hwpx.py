"""A document as HWPX, the format of the word processor that offices in Korea use.

For those who want to edit, quote or file its text. It has what the PDF has to read, in the same order;
the seal, the QR code and the signature stay with the PDF, which is the official document.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count

from hwpx import HwpxDocument
from hwpx.oxml import HwpxOxmlParagraph

from gongmun.clock import seoul_time
from gongmun.documents.blocks import Block, Paragraph, Table, read
from gongmun.documents.contexts import Context
from gongmun.documents.letter import Language, said
from gongmun.documents.sheet import Imprint, to_html
from gongmun.settings import settings
from gongmun.text import printable

# Every installation of the word processor has these two.
SERIF = "함초롬바탕"
SANS = "함초롬돋움"

# What file managers and search show of a document without opening it.
_PREVIEW_TEXT = "Preview/PrvText.txt"
_PREVIEW_LENGTH = 1000

_TEXT_WIDTH = 175  # mm between the margins
_UNITS = 7200 / 25.4  # HWPUNIT in a mm


@dataclass(frozen=True, kw_only=True, slots=True)
class _Look:
    """How a paragraph looks: sizes and distances in pt, indents in mm."""

    font: str = SERIF
    size: float = 12
    bold: bool = False
    tracking: int = 0  # % of the size
    align: str = "JUSTIFY"
    line: int = 160  # %
    left: float = 0  # of the first line
    hanging: float = 0  # of those that follow, against the first
    before: float = 0
    after: float = 0
    rule: tuple[str, str] | None = None  # side and width
    keep_with_next: bool = False
    page_before: bool = False


_LABELLED = _Look(hanging=12.7)  # two syllables and two spaces
_FOOT = _Look(font=SANS, size=9.5, line=140)
_CELL = _Look(size=10, line=140, align="CENTER")
# By class or tag; the first of a paragraph's names that is here decides.
_LOOKS: Mapping[str, _Look] = {
    "slogan": _Look(font=SANS, size=9, align="CENTER"),
    "agency": _Look(size=22, bold=True, tracking=25, align="CENTER", after=8),
    "translation": _Look(font=SANS, size=9, align="CENTER", after=8),
    "address": _LABELLED,
    "h1": replace(_LABELLED, bold=True, after=8, rule=("bottom", "0.3 mm")),
    "level1": _Look(hanging=5.7),
    "level2": _Look(left=4.2, hanging=6.8),
    "unlabelled": _Look(left=12.7, hanging=5.7),
    "enclosures": _LABELLED,
    "enclosures:first": replace(_LABELLED, before=11),
    "sender": _Look(
        size=20, bold=True, tracking=50, align="CENTER", before=12, after=8, keep_with_next=True
    ),
    "recipients": replace(_LABELLED, after=6),
    "imprint": _FOOT,
    "imprint:first": replace(_FOOT, rule=("top", "0.7 mm")),
    "annex:first": _Look(font=SANS, size=10, bold=True, page_before=True),
    "h2": _Look(size=16, bold=True, align="CENTER", after=14, keep_with_next=True),
    "h3": _Look(bold=True, before=14, rule=("bottom", "0.2 mm"), keep_with_next=True),
    "h4": _Look(size=11, bold=True, before=8, keep_with_next=True),
    "heading": _Look(font=SANS, size=10, bold=True, before=4, keep_with_next=True),
    "facts": _Look(font=SANS, size=9, line=150, after=4, keep_with_next=True),
    "td": _CELL,
    "th": replace(_CELL, bold=True),
    "text": replace(_CELL, align="LEFT"),
    "number": replace(_CELL, align="RIGHT"),
}
_RUNNING_IDS = {"header": "0", "footer": "1"}
_ANCHOR = _Look(size=10, line=100, before=4, after=6)
_RUNNING = _Look(font=SANS, size=9, align="RIGHT", line=100)


def to_hwpx(context: Context, imprint: Imprint, language: Language | None = None) -> bytes:
    """The HWPX file. Same document, same language, same bytes.

    Raises:
        RenderFailed: a template is missing or at fault.
    """
    language = language or context.letter.language
    sheet = to_html(context, imprint, language)
    with closing(HwpxDocument.new()) as document:
        writer = _Writer(document)
        writer.set_up(imprint, title=said(context.letter.title, language))
        blocks = read(sheet.html)
        for block in blocks:
            if isinstance(block, Paragraph):
                writer.paragraph(block)
            else:
                writer.table(block)
        writer.settle()
        writer.set_preview(blocks)
        return document.to_bytes()


class _Writer:
    def __init__(self, document: HwpxDocument) -> None:
        self._document = document
        # Each look is made once: the word processor knows it by the ids of its two shapes.
        self._shapes: dict[_Look, tuple[str, str]] = {}
        lined = document.styles.ensure_border_fill
        self._lines = lined(border_color="#000000")
        self._shaded = lined(border_color="#000000", fill_color="#EEEEEE")
        self._is_empty = True

    def set_up(self, imprint: Imprint, *, title: str) -> None:
        page, parts = self._document.page, self._document.parts
        page.setup(
            paper_size="A4",
            margins_mm={
                "left": 20,
                "right": 15,
                "top": 20,
                "header": 10,
                "bottom": 7,
                "footer": 8,
            },
        )
        header = page.set_header(text=printable(imprint.number))
        for paragraph in header.paragraphs:
            self._dress(paragraph, _RUNNING)
        page.set_visibility(hide_first_header=True)
        # The number stands in the footer's text; by a position it would be drawn a second time.
        page.set_page_number(format="page/total", position="NONE")
        issued = f"{seoul_time(imprint.issued_on):%Y-%m-%dT%H:%M:%SZ}"
        parts.clear_document_metadata(keep=("language",), timestamp=issued)
        parts.set_document_metadata(title=title, creator=printable(settings().agency.name_ko))

    def paragraph(self, block: Paragraph) -> None:
        look = _look(block.names)
        # Letters are set apart where they are syllables.
        tracking = 0 if block.text.isascii() else look.tracking
        self._dress(self._next(block.text), replace(look, tracking=tracking))

    def table(self, block: Table) -> None:
        anchor = self._next("")
        self._dress(anchor, _ANCHOR)
        table = anchor.add_table(
            len(block.rows),
            len(block.widths),
            width=round(_TEXT_WIDTH * _UNITS),
            border_fill_id_ref=self._lines,
        )
        table.set_column_widths(_shared(block.widths))
        # Laid out as one character, it could not go on to the next page.
        table.set_treat_as_char(False)
        table.element.set("repeatHeader", "1" if block.heads else "0")
        for number, (row, cells) in enumerate(zip(table.rows, block.rows, strict=True)):
            for place, cell in zip(row.cells, cells, strict=False):
                if number < block.heads:
                    place.element.set("header", "1")
                    place.element.set("borderFillIDRef", self._shaded)
                place.text = cell.text
                self._dress(place.paragraphs[0], _look(cell.names))

    def _next(self, text: str) -> HwpxOxmlParagraph:
        """The next paragraph; a new document has its first one, which holds the page's settings."""
        if self._is_empty:
            self._is_empty = False
            first = self._document.paragraphs[0]
            first.text = text
            return first
        return self._document.add_paragraph(text, inherit_style=False)

    def _dress(self, paragraph: HwpxOxmlParagraph, look: _Look) -> None:
        shapes = self._shapes.get(look)
        if shapes is None:
            shapes = self._shapes[look] = self._shaped(paragraph, look)
        paragraph.para_pr_id_ref, paragraph.char_pr_id_ref = shapes

    def _shaped(self, paragraph: HwpxOxmlParagraph, look: _Look) -> tuple[str, str]:
        """The ids of the paragraph shape and of the character shape of a look."""
        styles = self._document.styles
        side, width = look.rule or (None, None)
        styles.apply_paragraph_format(
            paragraphs=[paragraph],
            alignment=look.align,
            line_spacing_percent=look.line,
            indent_left_mm=look.left,
            first_line_indent_mm=-look.hanging,
            spacing_before_pt=look.before,
            spacing_after_pt=look.after,
            keep_with_next=look.keep_with_next,
            page_break_before=look.page_before,
            border={"sides": [side], "width": width} if side else None,
        )
        shape = paragraph.para_pr_id_ref
        assert shape is not None  # it was given one
        return shape, styles.ensure_run(
            font=look.font, size=look.size, bold=look.bold, letter_spacing=look.tracking
        )

    def set_preview(self, blocks: Sequence[Block]) -> None:
        """Put the beginning of the text beside the document, a row of a table on a line."""
        text = "\n".join(line for block in blocks for line in _lines(block))
        self._document.package.write(_PREVIEW_TEXT, text[:_PREVIEW_LENGTH].encode())

    def settle(self) -> None:
        """Give ids in the order of reading: the library's are random, no two files would be equal."""
        numbers = count(len(_RUNNING_IDS))
        section = self._document.sections[0]
        for element in section.element.iter():
            tag = element.tag.rpartition("}")[2]
            if tag == "visibility":
                # The library writes "true", which not every reader knows.
                element.set("hideFirstHeader", "1")
            elif tag in _RUNNING_IDS:
                element.set("id", _RUNNING_IDS[tag])
            elif tag.removesuffix("Apply") in _RUNNING_IDS:
                element.set("idRef", _RUNNING_IDS[tag.removesuffix("Apply")])
            elif tag in {"p", "tbl"}:
                element.set("id", str(next(numbers)))
        section.mark_dirty()


def _look(names: tuple[str, ...]) -> _Look:
    return next((_LOOKS[name] for name in names if name in _LOOKS), _Look())


def _lines(block: Block) -> list[str]:
    if isinstance(block, Paragraph):
        return [block.text]
    return [" ".join(cell.text for cell in row) for row in block.rows]


def _shared(widths: tuple[float | None, ...]) -> list[float]:
    """Widths in mm; columns without one share what the others leave."""
    left = _TEXT_WIDTH - sum(width for width in widths if width)
    return [width or left / widths.count(None) for width in widths]

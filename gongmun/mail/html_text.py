"""The text of a mail that is HTML only: what a reader sees, line by line."""

import re
from html.parser import HTMLParser

_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript"})
_LINES = frozenset(
    {"address", "article", "div", "dd", "dl", "dt", "form", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_CELLS = frozenset({"td", "th"})
_RULE = "-" * 20
# Pictures written into the page: long, and nothing to read.
_DATA = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=\s]*")
# Doctypes, and what Outlook writes for itself.
_DECLARATION = re.compile(r"<![^<>]{0,500}>")
_LONGEST = 500_000
_LONGEST_TAG = 4_000
_SPACES = re.compile(r"[ \t\r\n\f\v\xa0]+")
_DEEPEST_QUOTE = 5


def html_text(page: str) -> str:
    """The text of `page`; quotes (`blockquote`) have `> ` before each line, as in plain mails."""
    reader = _Reader()
    reader.feed(_harmless(page))
    reader.close()
    return reader.text()


def _harmless(page: str) -> str:
    """`page` without what the parser takes quadratic time over: comments and tags that never end."""
    page = _DATA.sub("", page)[:_LONGEST]
    kept: list[str] = []
    start = 0
    while (begin := page.find("<!--", start)) >= 0 and (end := page.find("-->", begin)) >= 0:
        kept.append(page[start:begin])
        start = end + 3
    page = _DECLARATION.sub("", "".join([*kept, page[start:]]))
    first, *tags = page.split("<")
    return first + "".join(
        ("<" if tag.find(">", 0, _LONGEST_TAG) > 0 and tag[0] != "!" else "&lt;") + tag
        for tag in tags
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._silent: str | None = None
        self._quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            return
        if tag in _SILENT:
            self._silent = tag
        elif tag == "body":
            self._silent = None
        elif tag == "blockquote":
            self._end_line()
            self._quotes += 1
        elif tag == "br":
            self._end_line(always=True)
        elif tag == "hr":
            self._end_line()
            self._lines.append(self._prefix() + _RULE)
        elif tag in _LINES:
            self._end_line()
            self._line = "- " if tag == "li" else ""
        elif tag in _CELLS and self._line:
            self._line += "  "

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = None
        elif self._silent:
            return
        elif tag == "blockquote":
            self._end_line()
            self._quotes = max(0, self._quotes - 1)
        elif tag in _LINES:
            self._end_line()
            if tag == "p":
                self._lines.append(self._prefix())

    def handle_data(self, data: str) -> None:
        if not self._silent:
            text = _SPACES.sub(" ", data)
            self._line += (
                text.lstrip() if not self._line.strip(" ") and self._line != "- " else text
            )

    def _prefix(self) -> str:
        return "> " * min(self._quotes, _DEEPEST_QUOTE)

    def _end_line(self, *, always: bool = False) -> None:
        line = self._line.rstrip()
        if always or line.strip("- "):
            self._lines.append(self._prefix() + line)
        self._line = ""

    def text(self) -> str:
        """All lines so far."""
        self._end_line()
        return "\n".join(self._lines)

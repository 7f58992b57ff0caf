"""A page as a browser without eyes reads it: its fields and what stands in them, its ids, links, errors."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


def spaced(text: str) -> str:
    """A page's text with plain spaces: its dates are kept on one line by others."""
    return text.replace("\u00a0", " ")


@dataclass
class Page(HTMLParser):
    """`fields` are what a browser would send, `ids` all places, `links` where links lead."""

    html: str
    fields: dict[str, str] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    invalid: set[str] = field(default_factory=set)
    described: dict[str, str] = field(default_factory=dict)
    _area: str | None = None
    _select: str | None = None

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
            if given.get("aria-invalid") == "true":
                self.invalid.add(given["id"])
            if "aria-describedby" in given:
                self.described[given["id"]] = given["aria-describedby"]
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "textarea":
            self.fields[name], self._area = "", name
        elif tag == "input" and kind in ("radio", "checkbox"):
            if "checked" in given:
                self.fields[name] = given["value"]
        elif tag == "input" and kind != "file":
            self.fields[name] = given.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.fields[self._select] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            # A browser takes one line break at the beginning away.
            self.fields[self._area] = self.fields[self._area].removeprefix("\n")
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data

    @property
    def error_links(self) -> list[str]:
        """The ids that the summary of errors leads to."""
        summary = self.html.partition('id="errors"')[2].partition("</div>")[0]
        return [link[1:] for link in Page(summary).links] if summary else []

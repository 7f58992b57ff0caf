"""The fields of a mapping in a file, read as what they should be; what they are not is noted."""

import re
from collections.abc import Mapping as Table
from collections.abc import Sequence
from decimal import Decimal
from difflib import get_close_matches

from gongmun.surveys.questionnaire.flaws import Flaw, Place, Reason, flaw
from gongmun.surveys.questionnaire.tree import Listing, Mapping, Node, Scalar
from gongmun.text import Bilingual, clean, clean_line

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")
_HANGUL = re.compile("[가-힣]")
_NOTHING = ("", "~", "null")
CODE_LIMIT = 30
_LANGUAGES = {"ko": "한국어", "en": "English"}


class Fields:
    """The fields of one mapping. Each reader gives None where there is nothing to use, and notes why."""

    def __init__(self, node: Node, known: Sequence[str], flaws: list[Flaw]) -> None:
        self.place = node.place
        self.flaws = flaws
        self._nodes: dict[str, Node] = {}
        self._keys: dict[str, Place] = {}
        if not isinstance(node, Mapping):
            flaws.append(flaw(node.place, Reason.NOT_A_MAPPING))
            self.usable = False
            return
        self.usable = True
        for key, value in node.entries:
            if key.text in known:
                self._nodes[key.text] = value
                self._keys[key.text] = key.place
            elif near := get_close_matches(key.text[:CODE_LIMIT], known, n=1, cutoff=0.75):
                self.note(key.place, Reason.UNKNOWN_KEY_NEAR, key=key.text, near=near[0])
            else:
                self.note(key.place, Reason.UNKNOWN_KEY, key=key.text, known=", ".join(known))

    def note(self, place: Place, reason: Reason, **params: object) -> None:
        """Note a flaw."""
        self.flaws.append(flaw(place, reason, **params))

    def __contains__(self, key: str) -> bool:
        return key in self._nodes

    def at(self, key: str) -> Place:
        """Where the value of a field stands, or the mapping if there is no such field."""
        return self._nodes[key].place if key in self._nodes else self.place

    def node(self, key: str, *, needed: bool = True) -> Node | None:
        """The value as it stands."""
        if key not in self._nodes and needed and self.usable:
            self.note(self.place, Reason.MISSING_KEY, key=key)
        return self._nodes.get(key)

    def line(self, key: str, limit: int, *, needed: bool = True) -> str | None:
        """A text on a single line."""
        node = self.node(key, needed=needed)
        return None if node is None else line(node, limit, self.flaws)

    def code(self, key: str = "code") -> str | None:
        """A code of small letters, digits and underscores."""
        text = self.line(key, 200)
        if text is None:
            return None
        if len(text) > CODE_LIMIT or not _CODE.fullmatch(text):
            self.note(self.at(key), Reason.NOT_A_CODE, code=text, limit=CODE_LIMIT)
            return None
        return text

    def both(self, key: str, limit: int, *, needed: bool, lines: bool = True) -> Bilingual | None:
        """A text in both languages."""
        node = self.node(key, needed=needed)
        return None if node is None else both(node, limit, self.flaws, lines=lines)

    def integer(self, key: str, low: int, high: int, *, needed: bool = True) -> int | None:
        """A whole number from `low` to `high`."""
        node = self.node(key, needed=needed)
        return None if node is None else integer(node, low, high, self.flaws)

    def number(self, key: str) -> Decimal | None:
        """A decimal number from 0 to a thousand million, as written."""
        node = self.node(key)
        if node is None:
            return None
        # In the canonical form it is quoted, because JSON would make a float of it.
        if not isinstance(node, Scalar) or not _NUMBER.fullmatch(node.text):
            self.note(node.place, Reason.NOT_A_NUMBER)
            return None
        value = Decimal(node.text)
        if not 0 <= value <= 10**9:
            self.note(node.place, Reason.OUT_OF_RANGE, low="0", high="1000000000")
            return None
        return value

    def boolean(self, key: str, default: bool) -> bool:
        """true or false; `default` where the field is left out."""
        node = self._nodes.get(key)
        if node is None:
            return default
        if isinstance(node, Scalar) and node.plain and node.text in ("true", "false"):
            return node.text == "true"
        self.note(node.place, Reason.NOT_A_BOOLEAN)
        return default

    def nodes(self, key: str, most: int, *, least: int = 1, needed: bool = True) -> Sequence[Node]:
        """The entries of a list of `least` to `most`."""
        node = self.node(key, needed=needed)
        if node is None:
            return ()
        return nodes(node, most, self.flaws, least=least)


def nodes(node: Node, most: int, flaws: list[Flaw], *, least: int = 1) -> Sequence[Node]:
    """The entries of a list of `least` to `most`; those beyond are left out, and noted."""
    if not isinstance(node, Listing):
        flaws.append(flaw(node.place, Reason.NOT_A_LIST))
        return ()
    if not node.nodes:
        flaws.append(flaw(node.place, Reason.EMPTY_LIST))
    elif len(node.nodes) < least:
        flaws.append(flaw(node.place, Reason.TOO_FEW, least=least))
    elif len(node.nodes) > most:
        flaws.append(flaw(node.nodes[most].place, Reason.TOO_MANY, limit=most))
    return node.nodes[:most]


def line(node: Node, limit: int, flaws: list[Flaw]) -> str | None:
    """A text on a single line, not empty."""
    text = _text(node, limit, flaws)
    if text is not None and "\n" in text:
        flaws.append(flaw(node.place, Reason.NOT_ONE_LINE))
        return None
    return text and clean_line(text)


def both(node: Node, limit: int, flaws: list[Flaw], *, lines: bool = True) -> Bilingual | None:
    """A text in both languages; with `lines` it may have more than one."""
    fields = Fields(node, ("ko", "en"), flaws)
    return both_of(fields, limit, lines=lines)


def both_of(fields: Fields, limit: int, *, lines: bool) -> Bilingual | None:
    """The fields `ko` and `en` of a mapping that may have others."""
    if not fields.usable:
        return None
    read = _text if lines else line
    found: dict[str, str] = {}
    for language, name in _LANGUAGES.items():
        node = fields.node(language, needed=False)
        if node is None:
            fields.note(fields.place, Reason.NO_TRANSLATION, key=language, language=name)
        elif (text := read(node, limit, fields.flaws)) is not None:
            found[language] = text
    if len(found) < len(_LANGUAGES):
        return None
    if found["ko"] == found["en"] and _HANGUL.search(found["en"]):
        fields.note(fields.at("en"), Reason.NOT_TRANSLATED)
    return Bilingual(**found)


def integer(node: Node, low: int, high: int, flaws: list[Flaw]) -> int | None:
    """A whole number from `low` to `high`, without quotes."""
    if not (isinstance(node, Scalar) and node.plain and _INTEGER.fullmatch(node.text)):
        flaws.append(flaw(node.place, Reason.NOT_INTEGER))
        return None
    value = int(node.text)
    if not low <= value <= high:
        flaws.append(flaw(node.place, Reason.OUT_OF_RANGE, low=str(low), high=str(high)))
        return None
    return value


def by_key(node: Node, flaws: list[Flaw]) -> Table[Scalar, Node]:
    """The entries of a mapping whose keys are data, in their order."""
    if not isinstance(node, Mapping):
        flaws.append(flaw(node.place, Reason.NOT_A_MAPPING))
        return {}
    return dict(node.entries)


def _text(node: Node, limit: int, flaws: list[Flaw]) -> str | None:
    if not isinstance(node, Scalar):
        flaws.append(flaw(node.place, Reason.NOT_TEXT))
        return None
    text = "" if node.plain and node.text in _NOTHING else clean(node.text)
    if not text:
        flaws.append(flaw(node.place, Reason.EMPTY_TEXT))
    elif len(text) > limit:
        flaws.append(flaw(node.place, Reason.TOO_LONG, limit=limit))
    else:
        return text
    return None

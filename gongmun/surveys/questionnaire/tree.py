"""A YAML file as a tree of texts with their places: no types guessed, nothing expanded.

Only the events of the parser are used. What a value means is decided by the field it stands in, so that
`no`, `2026-10` and `1.10` stay what was typed. Anchors and aliases are refused: a person who reads the
file must see each question where it stands, and without them no file unfolds into more than its bytes.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from gongmun.surveys.questionnaire.flaws import Flaw, Place, Reason, flaw
from gongmun.text import clean_line, printable, shorten

FILE_LIMIT = 512 * 1024  # bytes; twenty times a long questionnaire
_NODES = 30_000
_DEPTH = 16
_FLAWS = 200  # after so many, a file is no questionnaire
_START = Place(1, 1)
# Line breaks that no editor counts, and letters that print as nothing: `printable` lets them pass.
_BLANK = frozenset("\u2028\u2029\u115f\u1160\u3164\uffa0\u2800")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scalar:
    """A text as typed; `plain` where it stood without quotes, and may be a number or true."""

    place: Place
    text: str
    plain: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A list."""

    place: Place
    nodes: Sequence["Node"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapping:
    """Keys and values in the order of the file; each key once."""

    place: Place
    entries: Sequence[tuple[Scalar, "Node"]]


Node: TypeAlias = Scalar | Listing | Mapping


class _Refused(Exception):
    """The file cannot be read any further."""

    def __init__(self, found: Flaw) -> None:
        super().__init__(found.reason)
        self.flaw = found


def read_yaml(content: bytes) -> tuple[Node | None, Sequence[Flaw]]:
    """The tree of a file, and what is wrong with it as YAML; None where it cannot be read to its end.

    A byte order mark is left out. Text comes in NFC. No file takes more memory than a small multiple of
    its own size, which is limited to `FILE_LIMIT` bytes.
    """
    if len(content) > FILE_LIMIT:
        return None, [flaw(_START, Reason.FILE_TOO_LARGE, limit=FILE_LIMIT)]
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        return None, [flaw(Place(line, column), Reason.ENCODING)]
    if found := list(_unreadable(text)):
        return None, found
    flaws: list[Flaw] = []
    try:
        return _build(_events(text), flaws), flaws
    except _Refused as refused:
        return None, [*flaws, refused.flaw]


def read_json(text: str) -> Node:
    """The tree of a JSON text of ours; every place in it is the first.

    Raises:
        ValueError: it is no JSON, or holds what no questionnaire of ours does (null, a key twice).
    """
    try:
        return _from_json(json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _unreadable(text: str) -> Iterator[Flaw]:
    """Tabs and invisible characters, all of them, before the parser stumbles over the first."""
    count = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if "\t" in line[: len(line) - len(line.lstrip(" \t"))]:
            yield flaw(Place(number, line.index("\t") + 1), Reason.TAB)
            count += 1
        # A Mac writes Hangul decomposed, which is no fault; what `printable` takes out is one.
        if not line.isascii() or not line.isprintable():
            for column, character in enumerate(line, start=1):
                if _is_invisible(character):
                    yield _invisible(Place(number, column), character)
                    count += 1
        if count >= _FLAWS:
            return


def _is_invisible(character: str) -> bool:
    return character in _BLANK or not printable(character)


def _invisible(place: Place, character: str) -> Flaw:
    return flaw(place, Reason.UNPRINTABLE, character=f"U+{ord(character):04X}")


def _events(text: str) -> Iterator[Event]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else _START
        problem = shorten(clean_line(error.problem or "not YAML"), 80)
        raise _Refused(flaw(place, Reason.SYNTAX, problem=problem)) from None
    except (YAMLError, ArithmeticError, ValueError) as error:
        # Beside its own errors the parser lets through those of escapes that are no character.
        raise _Refused(flaw(_START, Reason.SYNTAX, problem=type(error).__name__)) from None


def _build(events: Iterator[Event], flaws: list[Flaw]) -> Node | None:
    """The tree of the first document. The open containers are a stack of ours, not Python's."""
    root: Node | None = None
    stack: list[tuple[Place, bool, list[Node]]] = []
    documents = nodes = 0
    for event in events:
        place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
        node: Node | None = None
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _Refused(flaw(place, Reason.SECOND_DOCUMENT))
            if event.version or event.tags:
                raise _Refused(flaw(place, Reason.DIRECTIVE))
        if isinstance(event, NodeEvent):
            nodes += 1
            if nodes > _NODES:
                raise _Refused(flaw(place, Reason.TOO_MANY_NODES, limit=_NODES))
            _no_graph(event, place, flaws)
        match event:
            case AliasEvent():
                node = Scalar(place=place, text="*", plain=False)
            case ScalarEvent():
                node = Scalar(place=place, text=_text(event, place, flaws), plain=not event.style)
            case SequenceStartEvent() | MappingStartEvent():
                if len(stack) >= _DEPTH:
                    raise _Refused(flaw(place, Reason.TOO_DEEP, limit=_DEPTH))
                stack.append((place, isinstance(event, MappingStartEvent), []))
            case SequenceEndEvent():
                opened, _, inside = stack.pop()
                node = Listing(place=opened, nodes=tuple(inside))
            case MappingEndEvent():
                opened, _, inside = stack.pop()
                node = _mapping(opened, inside, flaws)
        if len(flaws) >= _FLAWS:
            return None
        if node is not None and stack:
            stack[-1][2].append(node)
        elif node is not None:
            root = node
    if root is None or (isinstance(root, Scalar) and not root.text):
        raise _Refused(flaw(_START, Reason.EMPTY_FILE))
    return root


def _no_graph(event: NodeEvent, place: Place, flaws: list[Flaw]) -> None:
    if event.anchor is not None:
        flaws.append(flaw(place, Reason.ANCHOR))
    elif getattr(event, "tag", None) is not None:
        flaws.append(flaw(place, Reason.TAG))


def _text(event: ScalarEvent, place: Place, flaws: list[Flaw]) -> str:
    """The text of a scalar; what escapes have put into it is looked at like what was typed."""
    text = str(event.value)
    for character in text:
        if _is_invisible(character):
            flaws.append(_invisible(place, character))
            break
    return printable(text)


def _mapping(place: Place, inside: Sequence[Node], flaws: list[Flaw]) -> Mapping:
    entries: dict[str, tuple[Scalar, Node]] = {}
    for key, value in zip(inside[::2], inside[1::2], strict=True):
        if not isinstance(key, Scalar) or not key.text:
            flaws.append(flaw(key.place, Reason.KEY_NOT_TEXT))
        elif key.text in entries:
            line = entries[key.text][0].place.line
            flaws.append(flaw(key.place, Reason.DUPLICATE_KEY, key=key.text, line=line))
        else:
            entries[key.text] = (key, value)
    return Mapping(place=place, entries=tuple(entries.values()))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _from_json(value: object) -> Node:
    match value:
        case bool():
            return Scalar(place=_START, text="true" if value else "false", plain=True)
        case int():
            return Scalar(place=_START, text=str(value), plain=True)
        case str():
            return Scalar(place=_START, text=value, plain=False)
        case list():
            return Listing(place=_START, nodes=tuple(map(_from_json, value)))
        case dict():
            entries = tuple(
                (Scalar(place=_START, text=key, plain=False), _from_json(node))
                for key, node in value.items()
            )
            return Mapping(place=_START, entries=entries)
    raise ValueError(f"{type(value).__name__} in the canonical form")

"""Which part of a reply is about which suggestion. Pure.

A ministry that answers several suggestions in one mail writes below their references, below their titles,
or in a list as long as the document's. Where none of it is plain, all of it goes to the first: the officer
sees the whole text, and moves what belongs elsewhere. Not a line is lost either way.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gongmun.answers.reading import plain

# A shorter title could stand anywhere by chance.
TITLE_LENGTH = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A suggestion that the reply may be about, in the order of the document."""

    referral_id: int
    reference: str
    title: str


def split(text: str, items: Sequence[Item], *, first: int) -> Mapping[int, str]:
    """The part of `text` for each referral that has one; together they are the whole text.

    `first` is the referral that gets what cannot be told apart. What stands before the first part
    goes to it.
    """
    if not text.strip():
        return {}
    if len(items) > 1:
        for way in (_by_name, _by_list):
            if parts := way(text, items):
                return parts
    return {first: text}


def _by_name(text: str, items: Sequence[Item]) -> Mapping[int, str]:
    """Parts that begin with the line that names a suggestion; a line may name several."""
    names = {item.referral_id: _names(item) for item in items}
    named = [
        (number, [i for i, names_it in names.items() if names_it(line)])
        for number, line in enumerate(map(_compact, text.split("\n")))
    ]
    return _cut(text, [(number, about) for number, about in named if about])


def _names(item: Item) -> Callable[[str], bool]:
    reference = re.compile(
        rf"(?<![0-9a-z-]){re.escape(_compact(item.reference))}(?![0-9a-z]|-[0-9a-z])"
    )
    title = _compact(item.title)
    return lambda line: bool(
        reference.search(line) or (len(title) >= TITLE_LENGTH and title in line)
    )


def _compact(text: str) -> str:
    return "".join(plain(text).casefold().split())


_MARKS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"\s*(?:[(\[<]?)(?:제안|건의|연번|안건)\s?(\d{1,2})\b"), "number"),
    (re.compile(r"\s*([가나다라마바사아자차카타파하])\s?[.)]"), "letter"),
    (re.compile(r"\s*([①-⑳])"), "circle"),
    (re.compile(r"\s*\(?(\d{1,2})\s?[.)](?!\s?\d)"), "number"),
)
_LETTERS = "가나다라마바사아자차카타파하"
# Items of a letter, not of a list of answers: "1. 관련: …", "2. 위 호와 관련하여 …".
_LETTER = re.compile(r"^\W*(?:관련|귀\s?(?:기관|부|처)|위\s|아래|붙임|우리\s|평소|무궁|안녕|감사)")


def _by_list(text: str, items: Sequence[Item]) -> Mapping[int, str]:
    """Parts of the one list in `text` that counts from 1 to the number of suggestions."""
    lines = text.split("\n")
    for mark, kind in _MARKS:
        found = [
            (number, match) for number, line in enumerate(lines) if (match := mark.match(line))
        ]
        counted = [_position(match[1], kind) for _, match in found]
        if counted != list(range(1, len(items) + 1)):
            continue
        if any(_LETTER.match(lines[number][match.end() :]) for number, match in found):
            continue
        return _cut(
            text,
            [(number, [item.referral_id]) for (number, _), item in zip(found, items, strict=True)],
        )
    return {}


def _position(mark: str, kind: str) -> int:
    match kind:
        case "letter":
            return _LETTERS.index(mark) + 1
        case "circle":
            return ord(mark) - ord("①") + 1
        case _:
            return int(mark)


def _cut(text: str, heads: Sequence[tuple[int, Sequence[int]]]) -> Mapping[int, str]:
    """The lines from each head to the next, by referral; what is before the first goes with it."""
    if not heads:
        return {}
    lines = text.split("\n")
    starts = [0, *(number for number, _ in heads[1:])]
    ends = [*starts[1:], len(lines)]
    parts: dict[int, str] = {}
    for (_, about), start, end in zip(heads, starts, ends, strict=True):
        part = "\n".join(lines[start:end]).strip("\n")
        for referral_id in about:
            parts[referral_id] = f"{parts[referral_id]}\n{part}" if referral_id in parts else part
    return parts

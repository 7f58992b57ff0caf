"""Trend items (추세 문항): questions that are put in the same words in every wave, by a stable code.

The catalogue holds the words of each. A questionnaire repeats them, so that whoever reads it reads all
of it, and is refused where it departs from them: a changed wording is another question, and gets another
code. `changed` compares two frozen questionnaires themselves, whatever the catalogue says today.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from gongmun.surveys.questionnaire.fields import Fields
from gongmun.surveys.questionnaire.flaws import FileUnreadable, Flaw, Place, Reason, flaw, invalid
from gongmun.surveys.questionnaire.forms import differences, routing_of
from gongmun.surveys.questionnaire.items import Item, Questionnaire
from gongmun.surveys.questionnaire.reading_items import read_question
from gongmun.surveys.questionnaire.tree import FILE_LIMIT, read_yaml

CATALOGUE = Path(__file__).parent / "data" / "trends.yaml"

_CODE = re.compile(r"[a-z][a-z0-9_]{0,29}(\.[a-z][a-z0-9_]{0,29}){1,3}")
_VERSION = re.compile(r"_([0-9]{1,3})\Z")
_FORMAT = 1
_ITEMS = 1_000

Catalogue = Mapping[str, Item]


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The trend items of this release, by code."""
    return load_trends(CATALOGUE)


def load_trends(path: Path) -> Catalogue:
    """The trend items of a catalogue's file, by code.

    Raises:
        FileUnreadable: it is not there, or must not be read.
        QuestionnaireInvalid: with every flaw, each with its line and column.
    """
    try:
        with path.open("rb") as opened:
            content = opened.read(FILE_LIMIT + 1)
    except OSError:
        raise FileUnreadable(file=path.name) from None
    root, found = read_yaml(content)
    flaws, items = list(found), dict[str, Item]()
    if root is not None:
        fields = Fields(root, ("format", "trends"), flaws)
        version = fields.integer("format", 0, 10**6)
        if version not in (None, _FORMAT):
            fields.note(fields.at("format"), Reason.UNKNOWN_FORMAT, known=_FORMAT)
        lines: dict[str, int] = {}
        for node in fields.nodes("trends", _ITEMS):
            code, item, place = read_question(node, flaws)
            if code is None:
                continue
            if not _CODE.fullmatch(code):
                flaws.append(flaw(place, Reason.NOT_A_TREND_CODE, code=code))
            elif code in lines:
                flaws.append(flaw(place, Reason.CODE_TAKEN, code=code, line=lines[code]))
            elif item is not None:
                items[code] = item
            lines.setdefault(code, place.line)
    if flaws:
        raise invalid(path.name, sorted(flaws, key=lambda each: each.place))
    return items


def compare(item: Item, trends: Catalogue, place: Place) -> Iterator[Flaw]:
    """Where an item departs from the trend item that it claims to be; `place` is that of the claim."""
    code = item.trend or ""
    if not _CODE.fullmatch(code):
        yield flaw(place, Reason.NOT_A_TREND_CODE, code=code)
    elif code not in trends:
        yield flaw(place, Reason.TREND_UNKNOWN, trend=code)
    else:
        for field, old, new in differences(trends[code], item):
            yield flaw(
                place,
                Reason.TREND_CHANGED,
                trend=code,
                field=field,
                old=old,
                new=new,
                next=_next(code, trends),
            )


def _next(code: str, trends: Catalogue) -> str:
    """The first free code for a new wording: engagement.trust_2."""
    stem, number = _VERSION.sub("", code), 2
    while f"{stem}_{number}" in trends:
        number += 1
    return f"{stem}_{number}"


def shared(earlier: Questionnaire, later: Questionnaire) -> Sequence[tuple[str, Item, Item]]:
    """The trend items that both questionnaires ask, in the order of the later one."""
    before = {item.trend: item for _, item in earlier.items() if item.trend}
    return [
        (item.trend, before[item.trend], item)
        for _, item in later.items()
        if item.trend in before and item.trend
    ]


def changed(earlier: Questionnaire, later: Questionnaire) -> Sequence[str]:
    """The codes under which the two ask different questions, or ask them of other people: these must not be compared."""
    return [
        code
        for code, old, new in shared(earlier, later)
        if any(differences(old, new))
        or routing_of(earlier, old.code) != routing_of(later, new.code)
    ]

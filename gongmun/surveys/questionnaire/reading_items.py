"""One item of a file: what its type needs, and nothing that its type does not know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypedDict

from gongmun.surveys.questionnaire.answers import Missing
from gongmun.surveys.questionnaire.fields import Fields, both_of, by_key
from gongmun.surveys.questionnaire.flaws import Flaw, Place, Reason
from gongmun.surveys.questionnaire.items import Bounds, Item, Kind, Option
from gongmun.surveys.questionnaire.tree import Node, Scalar
from gongmun.text import Bilingual

TEXT_LIMIT = 1_000
NOTE_LIMIT = 2_000
_LABEL_LIMIT = 200
_OPTIONS = 100
_LARGEST_CODE = 999
_DECIMALS = 6
_LONGEST = 10_000  # characters of an open answer

# Stands for a text that is wrong, so that what depends on the item is still looked at.
_UNREADABLE = Bilingual(ko="", en="")

_QUESTION = ("code", "type", "text", "note", "dont_know", "refused")
_PLACED = ("required", "trend", "show_if")
_OF_CHOICE = ("options",)
_OF_SCALE = ("labels",)
_OF_KIND: Final[Mapping[Kind, Sequence[str]]] = {
    Kind.SINGLE: _OF_CHOICE,
    Kind.MULTIPLE: _OF_CHOICE,
    Kind.SCALE_5: _OF_SCALE,
    Kind.SCALE_7: _OF_SCALE,
    Kind.SCALE_0_10: _OF_SCALE,
    Kind.RANKING: ("options", "top"),
    Kind.NUMBER: ("min", "max", "decimals", "unit"),
    Kind.TEXT: ("max_length",),
}
_KEYS = tuple(dict.fromkeys(key for keys in _OF_KIND.values() for key in keys))


class _Choices(TypedDict, total=False):
    """What an item has by its type."""

    options: Sequence[Option]
    top: int | None
    bounds: Bounds | None
    max_length: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An item as far as it could be read; None where its code or its choices could not be."""

    code: str | None
    item: Item | None
    place: Place
    condition: Node | None
    trend_place: Place


def read_item(node: Node, flaws: list[Flaw]) -> Draft:
    """An item of a page, without its condition."""
    fields = _fields(node, (*_QUESTION, *_PLACED), flaws)
    code = fields.code()
    trend = fields.line("trend", 200, needed=False)
    required = fields.boolean("required", default=True)
    return Draft(
        code=code,
        item=_question(fields, code, trend=trend, required=required),
        place=fields.place,
        condition=fields.node("show_if", needed=False),
        trend_place=fields.at("trend"),
    )


def read_question(node: Node, flaws: list[Flaw]) -> tuple[str | None, Item | None, Place]:
    """A question that stands in no questionnaire, under whatever code, and where the code stands."""
    fields = _fields(node, _QUESTION, flaws)
    code = fields.line("code", 200)
    return code, _question(fields, code, trend=code, required=True), fields.at("code")


def _fields(node: Node, keys: Sequence[str], flaws: list[Flaw]) -> Fields:
    """The fields of an item: by its type, or any where the type is unknown."""
    of_kind: Sequence[str] = _KEYS
    for key, value in getattr(node, "entries", ()):
        if key.text == "type" and isinstance(value, Scalar) and value.text in set(Kind):
            of_kind = _OF_KIND[Kind(value.text)]
    return Fields(node, (*keys, *of_kind), flaws)


def _question(
    fields: Fields, code: str | None, *, trend: str | None, required: bool
) -> Item | None:
    kind = _kind(fields)
    text = fields.both("text", TEXT_LIMIT, needed=True)
    note = fields.both("note", NOTE_LIMIT, needed=False)
    dont_know = _offer(fields, "dont_know", Missing.DONT_KNOW)
    refused = _offer(fields, "refused", Missing.REFUSED)
    choices = _choices(fields, kind) if kind else None
    if choices is not None:
        offers = {"dont_know": dont_know, "refused": refused}
        _check_offers(fields, choices.get("options", ()), offers)
    if code is None or kind is None or choices is None:
        return None
    return Item(
        code=code,
        kind=kind,
        text=text or _UNREADABLE,
        note=note,
        required=required,
        trend=trend,
        dont_know=dont_know,
        refused=refused,
        **choices,
    )


def _kind(fields: Fields) -> Kind | None:
    text = fields.line("type", 200)
    if text is None or text in set(Kind):
        return Kind(text) if text else None
    fields.note(fields.at("type"), Reason.UNKNOWN_TYPE, type=text, known=", ".join(Kind))
    return None


def _offer(fields: Fields, key: str, missing: Missing) -> Bilingual | None:
    """`true` offers it in the usual words, a text in both languages in its own."""
    node = fields.node(key, needed=False)
    if isinstance(node, Scalar):
        return missing.label if fields.boolean(key, default=False) else None
    return fields.both(key, _LABEL_LIMIT, needed=False, lines=False)


def _check_offers(
    fields: Fields, options: Sequence[Option], offers: Mapping[str, Bilingual | None]
) -> None:
    """Not to answer is worded apart from the options, and from the other way not to."""
    line = fields.at("labels" if "labels" in fields else "options").line
    lines = {text: line for each in options for text in (each.label.ko, each.label.en)}
    for key, words in offers.items():
        if words is not None:
            for text in (words.ko, words.en):
                if text in lines:
                    fields.note(fields.at(key), Reason.LABEL_TAKEN, line=lines[text])
                    break
            lines |= {words.ko: fields.at(key).line, words.en: fields.at(key).line}


def _choices(fields: Fields, kind: Kind) -> _Choices | None:
    """What the type needs; None where it cannot be used."""
    before = len(fields.flaws)
    found: _Choices = {}
    if kind.points:
        found["options"] = _points(fields, kind.points)
    elif kind is Kind.NUMBER:
        found["bounds"] = _bounds(fields)
    elif kind is Kind.TEXT:
        found["max_length"] = fields.integer("max_length", 1, _LONGEST)
    else:
        options = _options(fields, kind)
        found["options"] = options
        if kind is Kind.RANKING:
            top = fields.integer("top", 1, max(1, len(options)), needed=False)
            found["top"] = top or len(options)
    wrong = {flaw.reason for flaw in fields.flaws[before:]} - _OF_TEXTS
    return None if wrong else found


# With these an item's choices are still known.
_OF_TEXTS = frozenset(
    {
        Reason.EMPTY_TEXT,
        Reason.TOO_LONG,
        Reason.NO_TRANSLATION,
        Reason.NOT_TRANSLATED,
        Reason.NOT_TEXT,
        Reason.NOT_ONE_LINE,
        Reason.LABEL_TAKEN,
        Reason.ENDS_UNLABELLED,
        Reason.UNKNOWN_KEY,
        Reason.UNKNOWN_KEY_NEAR,
        Reason.NOT_A_BOOLEAN,
        Reason.SECOND_OTHER,
    }
)


_FLAGS_OF = {Kind.MULTIPLE: ["exclusive"], Kind.SINGLE: ["screens_out"]}


def _options(fields: Fields, kind: Kind) -> Sequence[Option]:
    known = ["code", "ko", "en"]
    if kind is not Kind.RANKING:
        known.append("other")
    known += _FLAGS_OF.get(kind, ())
    options: list[Option] = []
    codes: dict[int, int] = {}
    labels: dict[tuple[str, str], int] = {}
    for node in fields.nodes("options", _OPTIONS, least=2):
        each = Fields(node, known, fields.flaws)
        code = each.integer("code", 1, _LARGEST_CODE)
        label = both_of(each, _LABEL_LIMIT, lines=False)
        if code is not None and code in codes:
            each.note(each.at("code"), Reason.OPTION_TAKEN, code=code, line=codes[code])
            continue
        for language, text in (("ko", label.ko), ("en", label.en)) if label else ():
            if (language, text) in labels:
                line = labels[language, text]
                each.note(each.at(language), Reason.LABEL_TAKEN, line=line)
            labels[language, text] = each.place.line
        other = each.boolean("other", default=False)
        if other and any(option.other for option in options):
            each.note(each.at("other"), Reason.SECOND_OTHER)
        if code is not None:
            codes[code] = each.place.line
            options.append(
                Option(
                    code=code,
                    label=label or _UNREADABLE,
                    other=other,
                    exclusive=each.boolean("exclusive", default=False),
                    screens_out=each.boolean("screens_out", default=False),
                )
            )
    if options and all(option.screens_out for option in options):
        fields.note(fields.at("options"), Reason.NOBODY_LEFT)
    return tuple(options)


def _points(fields: Fields, points: range) -> Sequence[Option]:
    """Every point of a scale; those without a label of their own are labelled by their number."""
    ends = {"low": str(points[0]), "high": str(points[-1])}
    labels: dict[int, Bilingual] = {}
    node = fields.node("labels")
    if node is None:
        return ()
    for key, value in by_key(node, fields.flaws).items():
        if key.text not in map(str, points):
            fields.note(key.place, Reason.NO_SUCH_POINT, **ends)
        else:
            each = Fields(value, ("ko", "en"), fields.flaws)
            labels[int(key.text)] = both_of(each, _LABEL_LIMIT, lines=False) or _UNREADABLE
    if points[0] not in labels or points[-1] not in labels:
        fields.note(node.place, Reason.ENDS_UNLABELLED, **ends)
    return tuple(
        Option(code=point, label=labels.get(point, Bilingual(ko=str(point), en=str(point))))
        for point in points
    )


def _bounds(fields: Fields) -> Bounds | None:
    least, most = fields.number("min"), fields.number("max")
    decimals = fields.integer("decimals", 0, _DECIMALS, needed=False) or 0
    unit = None
    if (node := fields.node("unit", needed=False)) is not None:
        unit = both_of(Fields(node, ("ko", "en"), fields.flaws), _LABEL_LIMIT, lines=False)
    if least is None or most is None:
        return None
    for key, value in (("min", least), ("max", most)):
        if value != round(value, decimals):
            fields.note(fields.at(key), Reason.TOO_MANY_DECIMALS, limit=decimals)
    if least >= most:
        fields.note(fields.at("min"), Reason.BOUNDS_CROSSED)
    return Bounds(least=plain(least), most=plain(most), decimals=decimals, unit=unit)


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros or an exponent: 5.0 and 5 are one."""
    return Decimal(format(value.normalize(), "f"))

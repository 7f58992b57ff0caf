"""One raw answer taken: what a form, a file or a program gave, as an Answer, or why not."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from gongmun.surveys.questionnaire.answers import OFFERED, Answer, Missing
from gongmun.surveys.questionnaire.items import OTHER_LIMIT, Item, Kind
from gongmun.surveys.questionnaire.refusals import AnswerFlaw, Refusal, refused
from gongmun.text import clean, clean_line

# Longer than that, a text is not even looked at: it is no answer.
_LONGEST = 100_000
_CODE = re.compile(r"[0-9]{1,3}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,15})?")
_PARTS = frozenset({"codes", "number", "text", "missing"})


class Untaken(Exception):
    """A raw answer that cannot be taken."""

    def __init__(self, refusal: Refusal, **params: Any) -> None:
        super().__init__(refusal)
        self.refusal = refusal
        self.params = params


def take(item: Item, raw: object) -> Answer | None:
    """The answer in `raw`; None where nothing was given.

    `raw` may be an Answer or the mapping that its `stored` gives; else, by the type of the item, a code
    or its digits, a list of codes, a number or its digits, or a text; and the name of a Missing that
    the item offers, except in an open answer, where that is a text like any other.

    Raises:
        Untaken: it is something else, or not what the item takes.
    """
    parts = _parts(item, raw)
    missing = _missing(item, parts.get("missing"))
    answer = _VALUES.get(item.kind, _chosen)(item, parts)
    if missing is None or answer is None:
        return answer if missing is None else Answer(missing=missing)
    words = item.offered(missing) or missing.label
    raise Untaken(Refusal.MISSING_AND_VALUE, option_ko=words.ko, option_en=words.en)


def unfinished(item: Item, answer: Answer | None) -> AnswerFlaw | None:
    """What an answer still lacks to be submitted."""
    if answer is None:
        return refused(item.code, Refusal.REQUIRED) if item.required else None
    if item.top and answer.codes and len(answer.codes) < item.top:
        return refused(item.code, Refusal.RANKING_UNFINISHED, top=item.top)
    other = item.other
    if other and other.code in answer.codes and not answer.text:
        label = other.label
        return refused(item.code, Refusal.OTHER_UNSAID, option_ko=label.ko, option_en=label.en)
    return None


def _parts(item: Item, raw: object) -> Mapping[str, object]:
    """A raw answer in the form that `Answer.stored` gives."""
    if isinstance(raw, Answer):
        return raw.stored()
    if isinstance(raw, Mapping):
        if not _PARTS.issuperset(raw):
            raise Untaken(Refusal.UNREADABLE)
        return raw
    if isinstance(raw, Missing):
        return {"missing": raw}
    if item.kind is Kind.TEXT:
        return {"text": raw}
    if isinstance(raw, str) and raw.strip() in OFFERED:
        return {"missing": raw.strip()}
    return {"number" if item.kind is Kind.NUMBER else "codes": raw}


def _missing(item: Item, raw: object) -> Missing | None:
    if raw is None or raw == "":
        return None
    if not isinstance(raw, str) or raw not in OFFERED or item.offered(Missing(raw)) is None:
        raise Untaken(Refusal.NOT_OFFERED)
    return Missing(raw)


def _codes(item: Item, raw: object) -> Sequence[int]:
    """The codes that were given, in their order; empty fields of a form are none."""
    given = raw if isinstance(raw, list | tuple) else [] if raw is None else [raw]
    if len(given) > 2 * len(item.options) + 2:
        raise Untaken(Refusal.UNREADABLE)
    known = {option.code for option in item.options}
    codes: list[int] = []
    for each in given:
        if isinstance(each, str):
            # `strip` takes separators away that `int` does not.
            each = each.strip()
            if not each:
                continue
            if not _CODE.fullmatch(each):
                raise Untaken(Refusal.UNKNOWN_OPTION)
            each = int(each)
        if not isinstance(each, int) or isinstance(each, bool):
            raise Untaken(Refusal.UNREADABLE)
        if each not in known:
            raise Untaken(Refusal.UNKNOWN_OPTION)
        codes.append(each)
    return codes


def _chosen(item: Item, parts: Mapping[str, object]) -> Answer | None:
    """A single choice, a scale, or several of a multiple choice."""
    codes = sorted(set(_codes(item, parts.get("codes"))))
    if len(codes) > 1 and item.kind is not Kind.MULTIPLE:
        raise Untaken(Refusal.MORE_THAN_ONE)
    for option in item.options:
        if option.exclusive and option.code in codes and len(codes) > 1:
            label = option.label
            raise Untaken(Refusal.EXCLUSIVE, option_ko=label.ko, option_en=label.en)
    if not codes:
        return None
    answer = Answer(codes=tuple(codes))
    # Words beside an "other" that was not chosen in the end are dropped.
    if item.other and item.other.code in codes:
        return replace(answer, text=_words(parts.get("text"), OTHER_LIMIT, lines=False))
    return answer


def _ranked(item: Item, parts: Mapping[str, object]) -> Answer | None:
    raw, top = parts.get("codes"), item.top or len(item.options)
    if isinstance(raw, list | tuple):
        filled = [not isinstance(each, str) or bool(each.strip()) for each in raw]
        if False in filled[: len(filled) - filled[::-1].index(True) if True in filled else 0]:
            raise Untaken(Refusal.RANK_LEFT_OUT, rank=filled.index(False) + 1)
    codes = _codes(item, raw)
    if len(codes) > top:
        raise Untaken(Refusal.RANKING_TOO_LONG, top=top)
    if len(set(codes)) < len(codes):
        raise Untaken(Refusal.RANKED_TWICE)
    return Answer(codes=tuple(codes)) if codes else None


def _counted(item: Item, parts: Mapping[str, object]) -> Answer | None:
    bounds = item.bounds
    raw = parts.get("number")
    if bounds is None or raw is None:
        return None
    unreadable = Untaken(Refusal.NOT_A_NUMBER, least=bounds.least, most=bounds.most)
    if isinstance(raw, str):
        if len(raw) > _LONGEST:
            raise unreadable
        # Korean input methods write digits in full width.
        text = unicodedata.normalize("NFKC", raw).strip()
        if not text:
            return None
    elif isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        # A float as its shortest decimal; neither infinity nor NaN reads as a number.
        text = repr(raw) if isinstance(raw, float) else _written(raw)
    else:
        raise unreadable
    if not _NUMBER.fullmatch(text):
        raise unreadable
    value = Decimal(text.replace(",", ""))
    if not bounds.least <= value <= bounds.most:
        raise Untaken(Refusal.OUT_OF_RANGE, least=bounds.least, most=bounds.most)
    if value != round(value, bounds.decimals):
        raise Untaken(Refusal.TOO_MANY_DECIMALS, decimals=bounds.decimals)
    # There is no answer below zero, but one may be written -0.
    return Answer(number=abs(round(value, bounds.decimals)))


def _written(raw: int | Decimal) -> str:
    """A number in digits; nothing where it has too many of them to be an answer."""
    if isinstance(raw, int):
        return str(raw) if abs(raw) < 10**15 else ""
    return format(raw, "f") if raw.is_finite() and abs(raw.adjusted()) < 16 else ""


def _said(item: Item, parts: Mapping[str, object]) -> Answer | None:
    text = _words(parts.get("text"), item.max_length or 0, lines=True)
    return Answer(text=text) if text else None


def _words(raw: object, limit: int, *, lines: bool) -> str | None:
    """Cleaned words; None where nothing is left of them."""
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise Untaken(Refusal.UNREADABLE)
    if len(raw) > _LONGEST:
        raise Untaken(Refusal.TOO_LONG, limit=limit)
    text = clean(raw) if lines else clean_line(raw)
    if len(text) > limit:
        raise Untaken(Refusal.TOO_LONG, limit=limit)
    return text or None


_VALUES = {Kind.RANKING: _ranked, Kind.NUMBER: _counted, Kind.TEXT: _said}

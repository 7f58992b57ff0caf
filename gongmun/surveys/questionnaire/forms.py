"""The form of a questionnaire as plain values: what its file could say, with nothing left to choose.

It is the one source of the hash, and of what makes two questions the same.
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from gongmun.surveys.questionnaire.conditions import (
    Condition,
    Either,
    Every,
    Leaf,
    Negation,
    Test,
    leaves,
)
from gongmun.surveys.questionnaire.items import Item, Kind, Option, Page, Questionnaire, shown_if
from gongmun.text import Bilingual

Value: TypeAlias = str | int | bool | list["Value"] | dict[str, "Value"]
Form: TypeAlias = dict[str, Value]

FORMAT = 1


def form_of(questionnaire: Questionnaire) -> Form:
    """All that a respondent or an analyst could notice, by the names of the file's keys."""
    form: Form = {
        "format": FORMAT,
        "code": questionnaire.code,
        "version": questionnaire.version,
        "title": _both(questionnaire.title),
        "pages": [_page(page) for page in questionnaire.pages],
    }
    _put(form, "intro", questionnaire.intro)
    _put(form, "closing", questionnaire.closing)
    if questionnaire.sources:
        form["sources"] = list(questionnaire.sources)
    return form


def differences(old: Item, new: Item) -> Iterator[tuple[str, str, str]]:
    """In which fields two items are not the same question, with the words of both, Korean and English.

    Where an item stands (its code, its condition, whether it must be answered) is no part of the
    question; its instruction and the answers that it offers are.
    """
    before, after = _question(old), _question(new)
    for field in sorted({*before, *after}):
        was, is_ = before.get(field), after.get(field)
        if was != is_:
            yield field, _words(was), _words(is_)


def routing_of(questionnaire: Questionnaire, code: str) -> Form:
    """Which answers lead to a question: its condition, and by its code every question that leads to it, with its own.

    Empty where everybody is asked.
    """
    places = {item.code: (page, item) for page, item in questionnaire.items()}
    found: Form = {}
    left = [code]
    while left:
        name = left.pop()
        condition = shown_if(*places[name])
        # Of the question itself neither its code nor its words are part of its way.
        own = {} if name == code else _question(places[name][1])
        if condition is not None:
            own["show_if"] = _condition(condition)
            left += {leaf.item for leaf in leaves(condition)} - {*found}
        if own:
            found["" if name == code else name] = own
    return found


def _page(page: Page) -> Form:
    form: Form = {"code": page.code, "items": [_item(item) for item in page.items]}
    _put(form, "title", page.title)
    _put(form, "intro", page.intro)
    if page.show_if is not None:
        form["show_if"] = _condition(page.show_if)
    return form


def _item(item: Item) -> Form:
    form = {"code": item.code, "required": item.required, **_question(item)}
    if item.trend is not None:
        form["trend"] = item.trend
    if item.show_if is not None:
        form["show_if"] = _condition(item.show_if)
    return form


def _question(item: Item) -> Form:
    form: Form = {"type": item.kind.value, "text": _both(item.text)}
    _put(form, "note", item.note)
    _put(form, "dont_know", item.dont_know)
    _put(form, "refused", item.refused)
    if item.kind.points:
        form["labels"] = {
            str(point.code): _both(point.label)
            for point in item.options
            if (point.label.ko, point.label.en) != (str(point.code), str(point.code))
            or point.code in (item.kind.points[0], item.kind.points[-1])
        }
    elif item.options:
        form["options"] = [_option(option, item.kind) for option in item.options]
    if item.top is not None:
        form["top"] = item.top
    if item.bounds is not None:
        form["min"], form["max"] = str(item.bounds.least), str(item.bounds.most)
        form["decimals"] = item.bounds.decimals
        _put(form, "unit", item.bounds.unit)
    if item.max_length is not None:
        form["max_length"] = item.max_length
    return form


def _option(option: Option, kind: Kind) -> Form:
    form: Form = {"code": option.code, "ko": option.label.ko, "en": option.label.en}
    if kind is not Kind.RANKING:
        form["other"] = option.other
    if kind is Kind.MULTIPLE:
        form["exclusive"] = option.exclusive
    if option.screens_out:
        # Younger than the first frozen questionnaires: where it is not said, their text stays what it was.
        form["screens_out"] = True
    return form


def _condition(condition: Condition) -> Form:
    match condition:
        case Every():
            return {"all": [_condition(each) for each in condition.conditions]}
        case Either():
            return {"any": [_condition(each) for each in condition.conditions]}
        case Negation():
            return {"not": _condition(condition.condition)}
        case Leaf():
            return {"item": condition.item, condition.test.value: _tested(condition)}


def _tested(leaf: Leaf) -> Value:
    if leaf.test is Test.ANSWERED:
        return True
    if leaf.bound is not None:
        return str(leaf.bound)
    values: list[Value] = [*sorted(leaf.codes), *sorted(each.value for each in leaf.missing)]
    return values[0] if leaf.test is Test.IS else values


def _both(text: Bilingual) -> Form:
    return {"ko": text.ko, "en": text.en}


def _put(form: Form, key: str, text: Bilingual | None) -> None:
    if text is not None:
        form[key] = _both(text)


def _words(value: Value | None) -> str:
    """A value in words, for a person who compares two."""
    match value:
        case None:
            return "–"
        case {"ko": ko, "en": en, "code": code}:
            return f"{code} {ko} / {en}"
        case {"ko": ko, "en": en}:
            return f"{ko} / {en}"
        case Mapping():
            return ", ".join(f"{key} {_words(each)}" for key, each in value.items())
        case list():
            return ", ".join(map(_words, value))
        case _:
            return str(value)

"""Routing and types in words, as a person reads a questionnaire."""

from collections.abc import Mapping
from typing import Final

from gongmun.surveys.questionnaire.conditions import (
    Condition,
    Either,
    Every,
    Leaf,
    Negation,
    Test,
)
from gongmun.surveys.questionnaire.items import Item, Kind, Questionnaire
from gongmun.text import Bilingual, particles

KINDS: Final[Mapping[Kind, Bilingual]] = {
    Kind.SINGLE: Bilingual(ko="하나 선택", en="one answer"),
    Kind.MULTIPLE: Bilingual(ko="모두 선택", en="all that apply"),
    Kind.SCALE_5: Bilingual(ko="5점 척도", en="scale of 5 points"),
    Kind.SCALE_7: Bilingual(ko="7점 척도", en="scale of 7 points"),
    Kind.SCALE_0_10: Bilingual(ko="0~10점 척도", en="scale from 0 to 10"),
    Kind.RANKING: Bilingual(ko="순위", en="ranking"),
    Kind.NUMBER: Bilingual(ko="숫자", en="number"),
    Kind.TEXT: Bilingual(ko="서술형", en="in own words"),
}


def numbered(questionnaire: Questionnaire) -> Mapping[str, tuple[int, Item]]:
    """Every item by its code, with its number in the order asked, from 1."""
    return {
        item.code: (number, item) for number, (_, item) in enumerate(questionnaire.items(), start=1)
    }


def in_words(condition: Condition, items: Mapping[str, tuple[int, Item]]) -> Bilingual:
    """A condition in words, with the items' numbers and the options' labels.

    Neither language has a full stop: `3번에서 ‘예’ 선택`, `question 3 is “Yes”`.
    """
    match condition:
        case Leaf():
            return _leaf(condition, *items[condition.item])
        case Negation():
            inner = in_words(condition.condition, items)
            return Bilingual(ko=particles(f"({inner.ko})이(가) 아님"), en=f"not ({inner.en})")
        case Every() | Either():
            ko, en = (" 그리고 ", " and ") if isinstance(condition, Every) else (" 또는 ", " or ")
            parts = [_part(each, items) for each in condition.conditions]
            return Bilingual(
                ko=ko.join(part.ko for part in parts), en=en.join(part.en for part in parts)
            )


def _part(condition: Condition, items: Mapping[str, tuple[int, Item]]) -> Bilingual:
    """In brackets where it is itself joined of several."""
    words = in_words(condition, items)
    if isinstance(condition, Every | Either) and len(condition.conditions) > 1:
        return Bilingual(ko=f"({words.ko})", en=f"({words.en})")
    return words


def _leaf(leaf: Leaf, number: int, item: Item) -> Bilingual:
    if leaf.test is Test.ANSWERED:
        return Bilingual(ko=f"{number}번에 응답", en=f"question {number} is answered")
    if leaf.bound is not None:
        unit = item.bounds.unit if item.bounds else None
        ko, en = (f"{unit.ko}", f" {unit.en}") if unit else ("", "")
        low = leaf.test is Test.AT_LEAST
        return Bilingual(
            ko=f"{number}번이 {leaf.bound}{ko} {'이상' if low else '이하'}",
            en=f"question {number} is at {'least' if low else 'most'} {leaf.bound}{en}",
        )
    labels = [option.label for option in item.options if option.code in leaf.codes]
    for missing in sorted(leaf.missing):
        labels.append(item.offered(missing) or missing.label)
    among = ", ".join(f"‘{label.ko}’" for label in labels)
    listed = ", ".join(f"“{label.en}”" for label in labels)
    one_of = "one of " if len(labels) > 1 else ""
    of = " 중 하나" if len(labels) > 1 else ""
    verb = "includes" if leaf.test is Test.INCLUDES else "is"
    return Bilingual(
        ko=f"{number}번에서 {among}{of} 선택", en=f"question {number} {verb} {one_of}{listed}"
    )

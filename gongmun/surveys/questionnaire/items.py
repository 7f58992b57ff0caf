"""A questionnaire (설문지): pages of items, with all texts in both languages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from gongmun.surveys.questionnaire.answers import Missing
from gongmun.surveys.questionnaire.conditions import Condition, Every
from gongmun.text import Bilingual

OTHER_LIMIT = 200  # characters beside "other, please say"


class Kind(StrEnum):
    """The type of an item."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE_5 = "scale_5"
    SCALE_7 = "scale_7"
    SCALE_0_10 = "scale_0_10"
    RANKING = "ranking"
    NUMBER = "number"
    TEXT = "text"

    @property
    def points(self) -> range | None:
        """The points of a scale; None of what is none."""
        return _POINTS.get(self)


_POINTS = {
    Kind.SCALE_5: range(1, 6),
    Kind.SCALE_7: range(1, 8),
    Kind.SCALE_0_10: range(11),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One thing to choose, or one point of a scale: a point without a text is labelled by its number.

    Whoever chooses what `screens_out` is not of those whom the survey is about: AAPOR's 4.10, not eligible.
    """

    code: int
    label: Bilingual
    other: bool = False
    exclusive: bool = False
    screens_out: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """What numbers an item takes: from `least` to `most`, both included, with so many decimals."""

    least: Decimal
    most: Decimal
    decimals: int = 0
    unit: Bilingual | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One question.

    `options` are those of a choice or ranking, or the points of a scale; `top` is how many are ranked;
    `bounds` are a number's; `max_length` is an open answer's, in characters. `dont_know` and `refused`
    are the words by which they are offered, None where they are not. `trend` is the code under which
    the same question is compared between waves.
    """

    code: str
    kind: Kind
    text: Bilingual
    note: Bilingual | None = None
    required: bool = True
    trend: str | None = None
    options: Sequence[Option] = ()
    top: int | None = None
    bounds: Bounds | None = None
    max_length: int | None = None
    dont_know: Bilingual | None = None
    refused: Bilingual | None = None
    show_if: Condition | None = None

    @property
    def other(self) -> Option | None:
        """The option beside which one says what else, if there is one."""
        return next((option for option in self.options if option.other), None)

    def offered(self, missing: Missing) -> Bilingual | None:
        """The words by which "don't know" or "prefer not to say" is offered; None where it is not."""
        return {Missing.DONT_KNOW: self.dont_know, Missing.REFUSED: self.refused}.get(missing)

    def variables(self) -> Iterator[str]:
        """The names of its columns in data, in their order."""
        match self.kind:
            case Kind.MULTIPLE:
                yield from (f"{self.code}_{option.code}" for option in self.options)
            case Kind.RANKING:
                yield from (f"{self.code}_rank_{rank}" for rank in range(1, (self.top or 0) + 1))
            case _:
                yield self.code
        if self.other:
            yield f"{self.code}_other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Items that are asked together."""

    code: str
    items: Sequence[Item]
    title: Bilingual | None = None
    intro: Bilingual | None = None
    show_if: Condition | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Questionnaire:
    """A version of a questionnaire. Two are equal if nobody who reads them could tell them apart."""

    code: str
    version: int
    title: Bilingual
    pages: Sequence[Page]
    intro: Bilingual | None = None
    closing: Bilingual | None = None
    sources: Sequence[str] = ()

    def items(self) -> Iterator[tuple[Page, Item]]:
        """Every item with its page, in the order asked."""
        for page in self.pages:
            for item in page.items:
                yield page, item


def shown_if(page: Page, item: Item) -> Condition | None:
    """Under which condition an item is shown: its own and its page's; None if always."""
    if page.show_if is not None and item.show_if is not None:
        return Every(conditions=(page.show_if, item.show_if))
    return item.show_if or page.show_if

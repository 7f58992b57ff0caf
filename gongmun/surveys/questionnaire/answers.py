"""An answer (응답): what one person gave to one item, and the kinds of giving none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from gongmun.text import Bilingual


class Missing(StrEnum):
    """Why there is no value: the respondent has chosen so (`OFFERED`), or it came about."""

    NOT_ASKED = "not_asked"
    REFUSED = "refused"
    DONT_KNOW = "dont_know"
    NOT_ANSWERED = "not_answered"

    @property
    def code(self) -> int:
        """The number that stands for it in data."""
        return _CODES[self]

    @property
    def label(self) -> Bilingual:
        """Its name, as codebooks have it."""
        return _LABELS[self]


_CODES = {
    Missing.NOT_ASKED: -6,
    Missing.REFUSED: -7,
    Missing.DONT_KNOW: -8,
    Missing.NOT_ANSWERED: -9,
}
_LABELS = {
    Missing.NOT_ASKED: Bilingual(ko="비해당", en="Not asked, by routing"),
    Missing.REFUSED: Bilingual(ko="응답 거절", en="Prefer not to say"),
    Missing.DONT_KNOW: Bilingual(ko="모름", en="Don't know"),
    Missing.NOT_ANSWERED: Bilingual(ko="무응답", en="Not answered"),
}
OFFERED = (Missing.DONT_KNOW, Missing.REFUSED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What was given to one item, checked.

    Of a single choice and a scale `codes` has one code, of a multiple choice those chosen from low to
    high, of a ranking those ranked from the first rank on. `text` is an open answer, or what was said
    beside "other". Where `missing` is set there is nothing else.
    """

    codes: Sequence[int] = ()
    number: Decimal | None = None
    text: str | None = None
    missing: Missing | None = None

    def stored(self) -> Mapping[str, object]:
        """The answer as JSON has it; `check_answers` reads it back as the same answer."""
        form: dict[str, object] = {}
        if self.codes:
            form["codes"] = list(self.codes)
        if self.number is not None:
            form["number"] = str(self.number)
        if self.text is not None:
            form["text"] = self.text
        if self.missing is not None:
            form["missing"] = self.missing.value
        return form

"""The codebook (부호책): which columns the answers to a questionnaire become, and what stands in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from gongmun.surveys.questionnaire.answers import Answer, Missing
from gongmun.surveys.questionnaire.items import Item, Kind, Option, Questionnaire, shown_if
from gongmun.text import Bilingual

# What stands in a column: a code, a number, a text.
Cell = int | Decimal | str


class Measure(StrEnum):
    """What a column holds beside the codes of missing values."""

    CHOICE = "choice"  # one of `values`, in no order
    SCALE = "scale"  # one of `values`, ordered: a mean can be told
    FLAG = "flag"  # 1 chosen, 0 not
    RANK = "rank"  # the option that has this rank
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """One column.

    `values` are the codes with their labels, empty for numbers and texts; `missing` the kinds of missing
    values that can occur, by the codes of `Missing`, as numbers also in a column of texts. `option` is
    the option that a FLAG or the text beside "other" belongs to, `rank` that of a RANK, from 1.
    """

    name: str
    item: str
    measure: Measure
    label: Bilingual
    values: Sequence[tuple[int, Bilingual]]
    missing: Sequence[Missing]
    trend: str | None = None
    option: int | None = None
    rank: int | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    decimals: int = 0
    unit: Bilingual | None = None


_FLAGS = ((0, Bilingual(ko="선택 안 함", en="Not chosen")), (1, Bilingual(ko="선택", en="Chosen")))
_OTHER = Bilingual(ko="기타 내용", en="other, in words")
_MEASURES = {Kind.SINGLE: Measure.CHOICE, Kind.NUMBER: Measure.NUMBER, Kind.TEXT: Measure.TEXT}


def codebook(questionnaire: Questionnaire) -> Sequence[Variable]:
    """The columns in the order asked: a FLAG for each option of a multiple choice, a RANK for each rank."""
    return [
        variable
        for page, item in questionnaire.items()
        for variable in _variables(item, routed=shown_if(page, item) is not None)
    ]


def _variables(item: Item, *, routed: bool) -> Iterator[Variable]:
    names = list(item.variables())
    missing = tuple(
        each
        for each in Missing
        if (each is Missing.NOT_ANSWERED)
        or (each is Missing.NOT_ASKED and routed)
        or item.offered(each) is not None
    )
    labels = tuple((option.code, option.label) for option in item.options)

    def variable(
        name: str,
        measure: Measure,
        label: Bilingual,
        values: Sequence[tuple[int, Bilingual]] = (),
        *,
        option: Option | None = None,
        rank: int | None = None,
    ) -> Variable:
        bounds = item.bounds
        return Variable(
            name=name,
            item=item.code,
            measure=measure,
            label=label,
            values=values,
            missing=missing,
            trend=item.trend,
            option=option.code if option else None,
            rank=rank,
            least=bounds.least if bounds else None,
            most=bounds.most if bounds else None,
            decimals=bounds.decimals if bounds else 0,
            unit=bounds.unit if bounds else None,
        )

    match item.kind:
        case Kind.MULTIPLE:
            for option, name in zip(item.options, names, strict=False):
                label = _beside(item.text, option.label)
                yield variable(name, Measure.FLAG, label, _FLAGS, option=option)
        case Kind.RANKING:
            for rank, name in enumerate(names, start=1):
                label = _beside(item.text, Bilingual(ko=f"{rank}순위", en=f"rank {rank}"))
                yield variable(name, Measure.RANK, label, labels, rank=rank)
        case _:
            measure = Measure.SCALE if item.kind.points else _MEASURES[item.kind]
            yield variable(names[0], measure, item.text, labels)
    if item.other:
        missing = tuple(each for each in Missing if each in {*missing, Missing.NOT_ASKED})
        label = _beside(item.text, _OTHER)
        yield variable(names[-1], Measure.TEXT, label, option=item.other)


def _beside(text: Bilingual, part: Bilingual) -> Bilingual:
    return Bilingual(ko=f"{text.ko} – {part.ko}", en=f"{text.en} – {part.en}")


def cells(item: Item, answer: Answer) -> Iterator[Cell]:
    """The values of an item's columns, in their order."""
    if answer.missing is not None:
        yield from [answer.missing.code for _ in item.variables()]
        return
    match item.kind:
        case Kind.MULTIPLE:
            yield from (int(option.code in answer.codes) for option in item.options)
        case Kind.RANKING:
            yield from answer.codes
            left = (item.top or 0) - len(answer.codes)
            yield from [Missing.NOT_ANSWERED.code] * left
        case _ if answer.number is not None:
            yield answer.number
        case Kind.TEXT:
            yield answer.text or ""
        case _:
            yield answer.codes[0]
    if item.other and item.other.code in answer.codes:
        yield answer.text or Missing.NOT_ANSWERED.code
    elif item.other:
        yield Missing.NOT_ASKED.code

"""What a column of answers means: kinds of items, their options, kinds of missing answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gongmun.surveys.analysis.errors import ColumnsMissing, UnknownAnswers
from gongmun.text import Bilingual

Codes = NDArray[np.int64]
OUTSIDE = -1
_SHOWN = 5


class Kind(StrEnum):
    """How an item is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"
    RANKING = "ranking"
    NUMBER = "number"


class Missing(IntEnum):
    """Why there is no answer, as it is stored in the place of one."""

    NOT_ASKED = -6
    REFUSED = -7
    DONT_KNOW = -8
    NOT_ANSWERED = -9


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """An answer that can be chosen; `code` is what stands in the column, 0 or more."""

    code: int
    label: Bilingual


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """An item or a demographic.

    `columns`: one column of option codes for SINGLE and SCALE, one of numbers for NUMBER; for MULTIPLE one
    column an option, 1 chosen and 0 not; for RANKING one a rank, from the first, the code of the option that
    has it. Where there is no answer, a kind of `Missing` stands there. `base`: the kinds that count as answers, in the
    table and in its base. `trend`: the stable code of an item that is asked again in the same words.
    Of a MULTIPLE, `must_choose`: whoever answered has chosen one option at least; `exclusive`: the options beside which no
    other can be chosen.
    """

    name: str
    kind: Kind
    label: Bilingual
    columns: tuple[str, ...]
    options: tuple[Option, ...] = ()
    base: frozenset[Missing] = field(default_factory=frozenset)
    trend: str | None = None
    must_choose: bool = False
    exclusive: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Coded:
    """One question of one answer each: `codes` count through `options`, `OUTSIDE` is out of the base.

    `option` is the option that a MULTIPLE item's part is about: 0 is chosen, 1 not.
    """

    variable: Variable
    option: Option | None
    options: tuple[Option, ...]
    codes: Codes

    @property
    def name(self) -> str:
        """A name of its own: `q7`, and `q7.2` for the second option of a MULTIPLE item."""
        part = "" if self.option is None else f".{self.option.code}"
        return f"{self.variable.name}{part}"


_CHOSEN = (
    Option(code=1, label=Bilingual(ko="선택", en="chosen")),
    Option(code=0, label=Bilingual(ko="선택하지 않음", en="not chosen")),
)
MISSING_LABELS: Mapping[Missing, Bilingual] = {
    Missing.NOT_ASKED: Bilingual(ko="해당 없음", en="not asked"),
    Missing.REFUSED: Bilingual(ko="응답 거절", en="refused"),
    Missing.DONT_KNOW: Bilingual(ko="모름", en="don't know"),
    Missing.NOT_ANSWERED: Bilingual(ko="무응답", en="not answered"),
}


def coded(answers: pd.DataFrame, variable: Variable) -> Iterator[Coded]:
    """The questions of one answer each that an item of options consists of.

    SINGLE and SCALE are one; RANKING is one, of what is ranked first; MULTIPLE is one an option.

    Raises:
        ColumnsMissing: a column is not there.
        UnknownAnswers: a value is neither an option nor a kind of missing answer.
    """
    if variable.kind is Kind.NUMBER:
        return
    columns = [_whole(answers, variable, name) for name in _present(answers, variable)]
    if variable.kind is Kind.MULTIPLE:
        for option, values in zip(variable.options, columns, strict=True):
            yield _question(variable, option, _CHOSEN, values)
    else:
        yield _question(variable, None, variable.options, columns[0])


def numbers(answers: pd.DataFrame, variable: Variable) -> NDArray[np.float64]:
    """The values of a NUMBER item, NaN where there is none (negative numbers other than -6 to -9 stay).

    Raises:
        ColumnsMissing: the column is not there.
    """
    (name,) = _present(answers, variable)
    values: NDArray[np.float64] = answers[name].to_numpy(dtype=np.float64, na_value=np.nan).copy()
    values[np.isin(values, [int(kind) for kind in Missing])] = np.nan
    return values


def missing(answers: pd.DataFrame, variable: Variable) -> Codes:
    """Which kind of missing answer each row is, as its code; 0 where it is answered.

    An empty value counts as not answered.
    """
    values = answers[_present(answers, variable)[0]]
    found = values.to_numpy(dtype=np.float64, na_value=float(Missing.NOT_ANSWERED))
    found = np.where(np.isnan(found), float(Missing.NOT_ANSWERED), found)
    kinds = np.isin(found, [int(kind) for kind in Missing])
    codes: Codes = np.where(kinds, found, 0).astype(np.int64)
    return codes


def _present(answers: pd.DataFrame, variable: Variable) -> tuple[str, ...]:
    lacking = [name for name in variable.columns if name not in answers.columns]
    if lacking:
        raise ColumnsMissing(columns=", ".join(lacking))
    return variable.columns


def _whole(answers: pd.DataFrame, variable: Variable, name: str) -> Codes:
    values = answers[name].to_numpy(dtype=np.float64, na_value=np.nan)
    values = np.where(np.isnan(values), float(Missing.NOT_ANSWERED), values)
    whole: Codes = np.rint(values).astype(np.int64)
    broken = whole != values
    if broken.any():
        raise UnknownAnswers(variable=variable.name, values=_list(values[broken]))
    return whole


def _question(
    variable: Variable, option: Option | None, options: tuple[Option, ...], values: Codes
) -> Coded:
    kept = (
        *options,
        *(
            Option(code=int(kind), label=MISSING_LABELS[kind])
            for kind in sorted(variable.base, reverse=True)
        ),
    )
    order = np.argsort([each.code for each in kept])
    ordered = np.array([each.code for each in kept])[order]
    at = np.minimum(np.searchsorted(ordered, values), len(kept) - 1)
    known = ordered[at] == values
    strange = ~known & ~np.isin(values, [int(kind) for kind in Missing])
    if strange.any():
        raise UnknownAnswers(variable=variable.name, values=_list(values[strange]))
    codes: Codes = np.where(known, order[at], OUTSIDE).astype(np.int64)
    return Coded(variable=variable, option=option, options=kept, codes=codes)


def _list(values: NDArray[np.int64] | NDArray[np.float64]) -> str:
    return ", ".join(f"{value:g}" for value in np.unique(values)[:_SHOWN])

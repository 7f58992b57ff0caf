"""All published figures of a wave (공표 수치) as one frozen value: what is not here is published nowhere.

They are made after the disclosure check: None stands where something is withheld. Shares are from 0 to 1 with three
decimals, means have two: no more digits than the answers bear.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from gongmun.text import Bilingual

# The kinds of questions that are told in a way of their own; see `analysis.variables.Kind`.
SCALE, RANKING = "scale", "ranking"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A share or a mean, its interval at 95 %, its margin of error and its design effect.

    An interval or a design effect that cannot be told is None.
    """

    value: float
    low: float | None
    high: float | None
    margin: float | None
    deff: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OptionFigure:
    """An answer that could be chosen: who chose it, unweighted, and its weighted share; None where withheld."""

    code: int
    label: Bilingual
    n: int | None
    share: Figure | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingFigure:
    """Those without an answer of one kind."""

    label: Bilingual
    n: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One item, in the words in which it was put. `base` counts who answered it; None where all is withheld.

    `kind` is that of `analysis.variables.Kind`. `top` is the share of the two highest points of a scale.
    """

    code: str
    kind: str
    text: Bilingual
    note: Bilingual | None
    trend: str | None
    base: int | None
    options: tuple[OptionFigure, ...]
    mean: Figure | None
    top: Figure | None
    missing: tuple[MissingFigure, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupFigure:
    """A group of a crosstab: who answered, and its cells in the order of the options."""

    label: Bilingual
    base: int | None
    counts: tuple[int | None, ...]
    shares: tuple[float | None, ...]
    stands_out: tuple[bool, ...]
    mean: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Breakdown:
    """A question by sex, age group or region. `part` is the option of a multiple choice that it is about.

    `p` is the Rao-Scott test's, after Holm's correction over all tables of the wave; None where it is withheld.
    """

    code: str
    text: Bilingual
    part: Bilingual | None
    by: str
    by_label: Bilingual
    options: tuple[Bilingual, ...]
    groups: tuple[GroupFigure, ...]
    p: float | None
    v: float | None
    is_significant: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeFigure:
    """One figure of a trend item, in the wave before and in this one; `p` is after Holm's correction.

    `n_before` and `n_after` answered the question, unweighted, and `pairs` of them in both waves; None where it is not
    told.
    """

    trend: str
    text: Bilingual
    figure: Bilingual
    is_share: bool
    before: float
    after: float
    difference: float
    low: float
    high: float
    p: float
    is_significant: bool
    n_before: int | None = None
    n_after: int | None = None
    pairs: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Precision:
    """What the weights cost. `margin` is that of a share of 50 %, as a share."""

    design_effect: float
    effective_n: float
    margin: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Raking:
    """How the weights came about: `rounds` until the largest relative difference of a margin was `largest`, and how many
    weights were above `cap` times the median and `trimmed`.
    """

    rounds: int
    largest: float
    trimmed: int
    cap: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Recruitment:
    """How the panel came to this wave: the people at each step of the funnel; None where nobody counted.

    `cumulative` is the product of `stages`, shares by name; None where a stage was not counted.
    """

    steps: tuple[tuple[str, int | None], ...]
    stages: tuple[tuple[str, float], ...]
    cumulative: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """How the wave was made. `population` and `weighting` are sentences; rates are shares by AAPOR's names.

    Of a list there is no recruitment. `raking` is None where all weights are the same.
    """

    panel: Bilingual
    population: Bilingual
    weighting: Bilingual
    modes: tuple[Bilingual, ...]
    first_day: date
    last_day: date
    invited: int
    answered: int
    outcomes: tuple[tuple[str, int], ...]
    rates: tuple[tuple[str, float], ...]
    precision: Precision | None
    questionnaire: str
    version: int
    questionnaire_sha256: str
    sheets_sha256: str
    recruitment: Recruitment | None = None
    raking: Raking | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Everything that is published of one wave. Without questions there were too few answers to publish any.

    `not_compared` are the trend items of which the words, or who is asked, changed since the wave `before`.
    """

    series: str
    title: Bilingual
    wave: int
    before: int | None
    method: Method
    questions: tuple[Question, ...]
    breakdowns: tuple[Breakdown, ...]
    changes: tuple[ChangeFigure, ...]
    open_questions: tuple[tuple[str, Bilingual], ...]
    not_compared: tuple[Bilingual, ...] = ()


_ADAPTER = TypeAdapter(Figures)


def to_json(figures: Figures) -> dict[str, Any]:
    """The JSON object that `from_json` reads back."""
    written: dict[str, Any] = _ADAPTER.dump_python(figures, mode="json")
    return written


def from_json(written: Mapping[str, Any]) -> Figures:
    """The figures of a report's row."""
    return _ADAPTER.validate_python(written)

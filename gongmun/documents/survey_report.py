"""What the report of a survey (설문조사 결과 보고) says: its method, its questions with their figures, what differs.

Figures come as they may be published: None stands where one is withheld. Shares are from 0 to 1.
"""

from datetime import date
from enum import StrEnum

from pydantic.dataclasses import dataclass

from gongmun.documents.letter import Both, Letter, Paragraphs, Rows
from gongmun.documents.models import DocumentKind


class Chart(StrEnum):
    """How the answers to a question are drawn."""

    BARS = "bars"  # one bar an answer
    SCALE = "scale"  # one bar, parted, from low to high
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class SurveyFact:
    """One line of the method: what it is about, and what is to be said of it."""

    name: Both
    value: Both


@dataclass(frozen=True, kw_only=True, slots=True)
class SurveyAnswer:
    """One answer: who gave it, unweighted, its weighted share, and the interval of the share at 95 %."""

    label: Both
    count: int | None
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SurveyQuestion:
    """One question in the words in which it was put; `base` counts who answered it."""

    text: Both
    hint: Both | None
    chart: Chart
    base: int | None
    answers: tuple[SurveyAnswer, ...]
    summaries: tuple[Both, ...]  # the mean, the highest two points, what is withheld
    missing: tuple[SurveyAnswer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SurveyGroup:
    """A group of a table: its name, who of it answered, and the share of each answer."""

    label: Both
    base: int | None
    shares: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SurveyDifference:
    """A question whose answers differ between groups more than chance does."""

    question: int  # counted from 1
    text: Both
    by: Both
    answers: tuple[Both, ...]
    groups: tuple[SurveyGroup, ...]
    test: Both


@dataclass(frozen=True, kw_only=True, slots=True)
class SurveyChange:
    """A figure in the wave before and in this one, as they are printed. `people`: how many answered, then and now."""

    text: Both
    figure: Both
    before: Both
    after: Both
    difference: Both
    is_significant: bool
    people: Both | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SurveyQuote:
    """An open answer that stands for those which say the same, as it was written."""

    words: Paragraphs
    said_by: Both


@dataclass(frozen=True, kw_only=True, slots=True)
class SurveyQuotes:
    """The quotes to an open question."""

    text: Both
    quotes: tuple[SurveyQuote, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SurveyReportContext:
    """The report of one wave of a survey."""

    letter: Letter
    survey: Both
    wave: int
    period: tuple[date, date]  # first and last day of the field
    answered: int
    findings: tuple[Both, ...]
    method: Rows[SurveyFact]
    questions: tuple[SurveyQuestion, ...]
    differences: tuple[SurveyDifference, ...]
    compared: int  # tables that were tested
    changes: tuple[SurveyChange, ...]
    before: int | None  # the wave that it is compared with
    quotes: tuple[SurveyQuotes, ...]
    published_at: Both | None  # where tables and open data are to be found

    @property
    def kind(self) -> DocumentKind:
        """The kind of document that prints this."""
        return DocumentKind.SURVEY_REPORT

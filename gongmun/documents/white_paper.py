"""What the white paper (백서) of a year says: the whole process in figures, by ministry, and what was asked of the public.

Every figure comes with what is counted, every table with where it comes from.
"""

from datetime import date

from pydantic.dataclasses import dataclass

from gongmun.documents.letter import Both, Letter, Line, Rows
from gongmun.documents.models import DocumentKind


@dataclass(frozen=True, kw_only=True, slots=True)
class WhitePaperFigure:
    """One figure. `base` is what it is a share of, None where it is no share."""

    name: Both
    count: int
    base: int | None
    definition: Both


@dataclass(frozen=True, kw_only=True, slots=True)
class WhitePaperPart:
    """One step of the process: its figures, and the rows that they are counted from."""

    title: Both
    source: Both
    figures: Rows[WhitePaperFigure]


@dataclass(frozen=True, kw_only=True, slots=True)
class WhitePaperMinistry:
    """The same figures of one ministry: what was sent to it, what it answered, decided, promised and kept."""

    name: Both
    sent: int
    in_time: int
    late: int
    waiting: int  # the deadline is yet to come
    overdue: int
    gone: int  # transferred or withdrawn
    accepted: int
    partially_accepted: int
    long_term_review: int
    already_in_place: int
    not_accepted: int
    promised: int
    kept: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WhitePaperSurvey:
    """A wave whose results were published in the year: its headline figures, and the report that has all."""

    title: Both
    wave: int
    period: tuple[date, date]  # first and last day of the field
    published_on: date
    number: Line  # of the report
    panel: Both
    precision: Both | None
    findings: tuple[Both, ...]
    published_at: Both | None  # where tables and open data are to be found


@dataclass(frozen=True, kw_only=True, slots=True)
class WhitePaperContext:
    """The white paper of one year, as the tables stood on the day `counted_on`."""

    letter: Letter
    year: int
    counted_on: date
    highlights: Rows[Both]
    parts: Rows[WhitePaperPart]
    ministries: tuple[WhitePaperMinistry, ...]
    surveys: tuple[WhitePaperSurvey, ...]
    published_at: Both | None  # where all white papers are to be found

    @property
    def kind(self) -> DocumentKind:
        """The kind of document that prints this."""
        return DocumentKind.WHITE_PAPER

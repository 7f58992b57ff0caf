"""What a document says: a typed context for each kind, built by the rooms that own the data.

Every text is cleaned when a context is made (NFC, nothing unprintable), so a context holds only what
can be printed. Contexts are kept on the document's row as JSON.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from gongmun.documents.letter import (
    Both,
    BothOrOne,
    Letter,
    Line,
    Paragraphs,
    Reference,
    Rows,
    Title,
)
from gongmun.documents.models import DocumentKind
from gongmun.documents.printing import NotPrinted
from gongmun.documents.survey_report import SurveyReportContext
from gongmun.documents.white_paper import WhitePaperContext
from gongmun.errors import GongmunError


class WrongContext(GongmunError):
    """A context of another kind of document."""

    code = "documents.wrong_context"
    ko = "'{kind}' 문서에 '{given}' 내용을 담을 수 없습니다."
    en = "A document of kind '{kind}' cannot hold a context of kind '{given}'."


class ContextUnreadable(NotPrinted):
    """The content kept on a document's row does not fit its kind."""

    code = "documents.context_unreadable"
    ko = "'{kind}' 문서의 저장된 내용을 읽을 수 없습니다(오류 {count}건). 문서를 다시 작성해 주십시오."
    en = (
        "The stored content of a '{kind}' document cannot be read ({count} faults). Draft it again."
    )


class Role(StrEnum):
    """The part of a ministry in a suggestion."""

    LEAD = "lead"  # 주관
    COOPERATING = "cooperating"  # 협조


class Rung(StrEnum):
    """Which formal reminder (독촉) this is."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, kw_only=True, slots=True)
class SuggestionItem:
    """One suggestion (제안) as it is put to one ministry. Without the proposer's name."""

    reference: Line
    title: Title
    body: Paragraphs
    topic: Both
    role: Role
    lead_name: Both
    cooperating_names: tuple[Both, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferredFrom:
    """Where a transferred (이관) suggestion comes from: the ministry, and the document it was sent by."""

    ministry_name: Both
    document: Reference


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeContext:
    """The outcome document (결과 통보 공문): all suggestions of a forum for one ministry."""

    letter: Letter
    forum_title: Both
    forum_period: tuple[date, date]  # first and last day
    suggestions: Rows[SuggestionItem]
    acknowledge_by: date
    answer_due: date
    answer_due_explanation: Both  # the deadline explains itself, in a sentence
    transferred_from: TransferredFrom | None = None

    @property
    def kind(self) -> DocumentKind:
        """The kind of document that prints this."""
        return DocumentKind.OUTCOME


@dataclass(frozen=True, kw_only=True, slots=True)
class OverdueItem:
    """One referral (이송) that waits for its answer beyond the date."""

    reference: Line
    title: Title
    original_number: Line  # the outcome document that carried it
    sent_on: date
    due_on: date
    promised_on: date | None = None  # told before the days off changed
    days_overdue: int  # working days


@dataclass(frozen=True, kw_only=True, slots=True)
class ReminderContext:
    """A formal reminder (독촉): one a ministry, listing all its overdue referrals."""

    letter: Letter
    rung: Rung
    items: Rows[OverdueItem]
    new_due: date | None = None
    counted: tuple[Both, ...] = ()  # how their deadlines were; earlier documents have none

    @property
    def kind(self) -> DocumentKind:
        """The kind of document that prints this."""
        first = self.rung is Rung.FIRST
        return DocumentKind.FIRST_REMINDER if first else DocumentKind.SECOND_REMINDER


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLine:
    """One step of the case, as the parent body reads it."""

    on: date
    text: Both
    words: Paragraphs = ""  # what was asked, answered or given as a reason, as it was written


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """All that there is to one referral: what was suggested, and what came of it, the oldest first."""

    reference: Line
    title: Title
    body: Paragraphs
    original_number: Line  # the outcome document that carried it
    sent_on: date
    due_on: date
    history: Rows[HistoryLine]


@dataclass(frozen=True, kw_only=True, slots=True)
class EscalationContext:
    """An escalation (상향 통보) to the parent body, with the whole case of each referral.

    Documents of earlier days have no `cases`, but the steps of all of them in one `history`.
    """

    letter: Letter
    ministry_name: Both
    items: Rows[OverdueItem]
    cases: tuple[Case, ...] = ()
    history: tuple[HistoryLine, ...] = ()

    @property
    def kind(self) -> DocumentKind:
        """The kind of document that prints this."""
        return DocumentKind.ESCALATION


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """One place of an earlier document, as it stood (당초) and as it is to be read (정정)."""

    place: BothOrOne
    stood: Paragraphs  # as it is quoted, in the language of the official text
    reads: Paragraphs


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectionContext:
    """A correction (정정 통보): a new document that takes the place of what an earlier one said."""

    letter: Letter
    corrected: Reference
    corrected_title: Both
    reason: BothOrOne
    corrections: Rows[Correction]

    @property
    def kind(self) -> DocumentKind:
        """The kind of document that prints this."""
        return DocumentKind.CORRECTION


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtendedItem:
    """One referral whose answer was asked for later; without `new_due` its deadline stands."""

    reference: Line
    title: Title
    original_number: Line  # the outcome document that carried it
    due_on: date
    asked_for: date | None = None  # unknown to documents of earlier days
    new_due: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtensionContext:
    """A decision on requests for an extension (기한 연장 결정) of one ministry."""

    letter: Letter
    requested_on: date
    request_reason: Line  # the ministry's own words
    items: Rows[ExtendedItem]
    decision_reason: Both

    @property
    def kind(self) -> DocumentKind:
        """The kind of document that prints this."""
        return DocumentKind.EXTENSION


@dataclass(frozen=True, kw_only=True, slots=True)
class AgendaItem:
    """One suggestion that a committee is asked to decide on."""

    reference: Line
    title: Title
    body: Paragraphs
    ministry_name: Both
    position: Both  # what the ministry answered, or that it did not
    asked: Both  # what the committee is asked to do


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmissionContext:
    """A submission to a committee (위원회 안건 제출)."""

    letter: Letter
    committee: Both
    meeting_on: date | None
    agenda: Rows[AgendaItem]

    @property
    def kind(self) -> DocumentKind:
        """The kind of document that prints this."""
        return DocumentKind.SUBMISSION


Context = (
    OutcomeContext
    | ReminderContext
    | EscalationContext
    | CorrectionContext
    | ExtensionContext
    | SubmissionContext
    | SurveyReportContext
    | WhitePaperContext
)

_ADAPTERS: Mapping[DocumentKind, TypeAdapter[Context]] = {
    DocumentKind.OUTCOME: TypeAdapter(OutcomeContext),
    DocumentKind.FIRST_REMINDER: TypeAdapter(ReminderContext),
    DocumentKind.SECOND_REMINDER: TypeAdapter(ReminderContext),
    DocumentKind.ESCALATION: TypeAdapter(EscalationContext),
    DocumentKind.CORRECTION: TypeAdapter(CorrectionContext),
    DocumentKind.EXTENSION: TypeAdapter(ExtensionContext),
    DocumentKind.SUBMISSION: TypeAdapter(SubmissionContext),
    DocumentKind.SURVEY_REPORT: TypeAdapter(SurveyReportContext),
    DocumentKind.WHITE_PAPER: TypeAdapter(WhitePaperContext),
}


def to_json(context: Context) -> dict[str, Any]:
    """The JSON object that `from_json` reads back."""
    written: dict[str, Any] = _ADAPTERS[context.kind].dump_python(context, mode="json")
    return written


def from_json(kind: DocumentKind, data: Mapping[str, Any]) -> Context:
    """The context of a document's row.

    Raises:
        ContextUnreadable: the row was not written by `to_json` of this version.
    """
    try:
        return _ADAPTERS[kind].validate_python(data)
    except ValidationError as error:
        # Not chained: its message quotes the content.
        raise ContextUnreadable(kind=kind.value, count=error.error_count()) from None

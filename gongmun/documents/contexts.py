"""What a document says: typed contexts, built by the rooms that own the data.

Every text is cleaned when a context is made (NFC, nothing unprintable), so a context holds only what
can be printed. Contexts are kept on the document's row as JSON.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from gongmun.documents.disclosure import OPEN, disclosure_class
from gongmun.documents.models import DocumentKind
from gongmun.documents.printing import NotPrinted
from gongmun.errors import GongmunError
from gongmun.text import clean, clean_line, shorten

ROW_LIMIT = 1000
TITLE_LIMIT = 300
LINE_LIMIT = 1000

T = TypeVar("T")


class TooManyRows(GongmunError):
    """A document with more rows than can be printed safely."""

    code = "documents.too_many_rows"
    ko = "한 문서에는 {limit}건까지만 담을 수 있습니다({rows}건). 문서를 나누어 작성해 주십시오."
    en = "A document holds {limit} items at most ({rows} given). Split it into several documents."


class NothingToSay(GongmunError):
    """A document without a single item."""

    code = "documents.no_rows"
    ko = "대상이 한 건도 없는 문서는 작성할 수 없습니다. 담을 제안을 확인해 주십시오."
    en = "A document without any item cannot be drafted. Check which suggestions it is about."


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


def _limited(rows: tuple[T, ...]) -> tuple[T, ...]:
    if not rows:
        raise NothingToSay()
    if len(rows) > ROW_LIMIT:
        raise TooManyRows(limit=ROW_LIMIT, rows=len(rows))
    return rows


def _line(value: object) -> object:
    return shorten(clean_line(value), LINE_LIMIT) if isinstance(value, str) else value


def _paragraphs(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


# Cleaned before validation: pydantic refuses the lone surrogates that cleaning removes.
Line = Annotated[str, BeforeValidator(_line)]
Title = Annotated[Line, AfterValidator(lambda title: shorten(title, TITLE_LIMIT))]
Paragraphs = Annotated[str, BeforeValidator(_paragraphs)]


class Role(StrEnum):
    """The part of a ministry in a suggestion."""

    LEAD = "lead"  # 주관
    COOPERATING = "cooperating"  # 협조


class Rung(StrEnum):
    """Which formal reminder (독촉) this is."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What every official document has, whatever it is about."""

    recipient: Line  # the office of the head: 국토교통부장관
    handling: Line | None = None  # the head of the division that handles it: 교통안전정책과장
    via: Line = ""  # (경유), always printed
    title: Title
    decided_on: date  # the day of the decision, printed beside 전결
    legal_basis: tuple[Line, ...] = ()  # each the name and article of a law, as it is cited
    disclosure: Annotated[str, AfterValidator(disclosure_class)] = OPEN
    references: tuple[Line, ...] = ()  # 관련: number and date of earlier documents
    attachments: tuple[Line, ...] = ()  # names; "1부." is added in print
    language: Line = "ko"


@dataclass(frozen=True, kw_only=True, slots=True)
class SuggestionItem:
    """One suggestion (제안) as it is put to one ministry. Without the proposer's name."""

    reference: Line
    title: Title
    body: Paragraphs
    topic: Line
    role: Role
    lead_name: Line
    cooperating_names: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeContext:
    """The outcome document (결과 통보 공문): all suggestions of a forum for one ministry."""

    letter: Letter
    forum_title: Line
    forum_period: tuple[date, date]  # first and last day
    suggestions: Annotated[tuple[SuggestionItem, ...], AfterValidator(_limited)]
    answer_due: date
    answer_due_explanation: Line  # the deadline explains itself, in a sentence
    acknowledge_within: Line  # a sentence

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
    days_overdue: int  # working days


@dataclass(frozen=True, kw_only=True, slots=True)
class ReminderContext:
    """A formal reminder (독촉): one a ministry, listing all its overdue referrals."""

    letter: Letter
    rung: Rung
    items: Annotated[tuple[OverdueItem, ...], AfterValidator(_limited)]
    new_due: date | None = None

    @property
    def kind(self) -> DocumentKind:
        """The kind of document that prints this."""
        first = self.rung is Rung.FIRST
        return DocumentKind.FIRST_REMINDER if first else DocumentKind.SECOND_REMINDER


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLine:
    """One step of the case, as the parent body reads it."""

    on: date
    text: Line


@dataclass(frozen=True, kw_only=True, slots=True)
class EscalationContext:
    """An escalation (상향 통보) to the parent body, with the whole case."""

    letter: Letter
    ministry_name: Line
    items: Annotated[tuple[OverdueItem, ...], AfterValidator(_limited)]
    history: Annotated[tuple[HistoryLine, ...], AfterValidator(_limited)]

    @property
    def kind(self) -> DocumentKind:
        """The kind of document that prints this."""
        return DocumentKind.ESCALATION


Context = OutcomeContext | ReminderContext | EscalationContext

_ADAPTERS: Mapping[DocumentKind, TypeAdapter[Context]] = {
    DocumentKind.OUTCOME: TypeAdapter(OutcomeContext),
    DocumentKind.FIRST_REMINDER: TypeAdapter(ReminderContext),
    DocumentKind.SECOND_REMINDER: TypeAdapter(ReminderContext),
    DocumentKind.ESCALATION: TypeAdapter(EscalationContext),
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

"""The samples of the product, varied for the tests. Every text is in both languages."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from gongmun.documents import (
    AgendaItem,
    Context,
    CorrectionContext,
    DocumentKind,
    EscalationContext,
    ExtendedItem,
    ExtensionContext,
    Letter,
    OutcomeContext,
    OverdueItem,
    Recipient,
    ReminderContext,
    Rung,
    SubmissionContext,
    SuggestionItem,
)
from gongmun.documents.sample_contexts import SAMPLES
from gongmun.documents.sheet import Imprint
from gongmun.text import Bilingual

EVERY_KIND: Mapping[DocumentKind, Context] = SAMPLES

NOTED = Imprint(number="공론소통과-1234", issued_on=date(2026, 10, 12), approver="이결재")


def both(text: str) -> Bilingual:
    """The same text in both languages."""
    return Bilingual(ko=text, en=text)


def letter(**changes: Any) -> Letter:
    """A letter to one ministry."""
    return replace(outcome().letter, **changes)


def recipients(count: int) -> tuple[Recipient, ...]:
    """So many ministries."""
    return tuple(
        Recipient(
            office=Bilingual(ko=f"제{number}부장관", en=f"Minister No. {number}"),
            handling=Bilingual(ko="국민소통과장", en="Director, Public Dialogue Division"),
        )
        for number in range(1, count + 1)
    )


def suggestion(number: int = 1, **changes: Any) -> SuggestionItem:
    """A suggestion; every third is led by another ministry."""
    sample = SAMPLES[DocumentKind.OUTCOME]
    assert isinstance(sample, OutcomeContext)
    suggestions = sample.suggestions
    like = suggestions[(number - 1) % len(suggestions)]
    return replace(like, **{"reference": f"제안 2026-{number}"} | changes)


def outcome(count: int = 1, **changes: Any) -> OutcomeContext:
    """The outcome of a forum with `count` suggestions."""
    sample = SAMPLES[DocumentKind.OUTCOME]
    assert isinstance(sample, OutcomeContext)
    return replace(sample, **{"suggestions": tuple(map(suggestion, range(1, count + 1)))} | changes)


def overdue(number: int = 1, **changes: Any) -> OverdueItem:
    """A suggestion whose answer is late by a day."""
    sample = SAMPLES[DocumentKind.FIRST_REMINDER]
    assert isinstance(sample, ReminderContext)
    values = {"reference": f"제안 2026-{number}", "title": suggestion(number).title}
    return replace(sample.items[0], **values | changes)


def reminder(rung: Rung = Rung.FIRST, count: int = 2, **changes: Any) -> ReminderContext:
    """A reminder of `count` overdue suggestions."""
    kind = DocumentKind.FIRST_REMINDER if rung is Rung.FIRST else DocumentKind.SECOND_REMINDER
    sample = SAMPLES[kind]
    assert isinstance(sample, ReminderContext)
    return replace(sample, **{"items": tuple(map(overdue, range(1, count + 1)))} | changes)


def escalation(**changes: Any) -> EscalationContext:
    """The whole case, to the parent body."""
    sample = SAMPLES[DocumentKind.ESCALATION]
    assert isinstance(sample, EscalationContext)
    return replace(sample, **changes)


def correction(**changes: Any) -> CorrectionContext:
    """A correction of the outcome document."""
    sample = SAMPLES[DocumentKind.CORRECTION]
    assert isinstance(sample, CorrectionContext)
    return replace(sample, **changes)


def extension(*granted: bool, **changes: Any) -> ExtensionContext:
    """A decision on as many requests as are given, each granted or not."""
    sample = SAMPLES[DocumentKind.EXTENSION]
    assert isinstance(sample, ExtensionContext)
    items = tuple(
        ExtendedItem(
            reference=f"제안 2026-{number}",
            title=suggestion(number).title,
            original_number=sample.items[0].original_number,
            due_on=sample.items[0].due_on,
            new_due=date(2026, 11, 19) if is_granted else None,
        )
        for number, is_granted in enumerate(granted, start=1)
    )
    return replace(sample, **{"items": items} | changes)


def submission(count: int = 2, **changes: Any) -> SubmissionContext:
    """An agenda of `count` items for a committee."""
    sample = SAMPLES[DocumentKind.SUBMISSION]
    assert isinstance(sample, SubmissionContext)
    agenda: tuple[AgendaItem, ...] = tuple(
        replace(sample.agenda[0], reference=f"제안 2026-{number}", title=suggestion(number).title)
        for number in range(1, count + 1)
    )
    return replace(sample, **{"agenda": agenda} | changes)

"""The data of a document: what it says as JSON, for the systems of the ministry that receives it.

It is enclosed in the PDF. Written field by field and not dumped from the context, because others rely
on it: its schema is published. A field may be added; one that goes or changes makes a new version. All
texts are whole, ours in both languages. Nothing personal is in it: no name of who drafted or decided.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from operator import attrgetter
from pathlib import Path
from typing import Any

from gongmun.clock import seoul_time
from gongmun.documents.contexts import (
    AgendaItem,
    Case,
    Context,
    Correction,
    CorrectionContext,
    EscalationContext,
    ExtendedItem,
    ExtensionContext,
    HistoryLine,
    OutcomeContext,
    OverdueItem,
    ReminderContext,
    SubmissionContext,
    SuggestionItem,
    TransferredFrom,
)
from gongmun.documents.letter import Reference
from gongmun.documents.printing import Enclosed
from gongmun.documents.sheet import Imprint
from gongmun.documents.survey_data import survey_content
from gongmun.documents.survey_report import SurveyReportContext
from gongmun.documents.white_paper import WhitePaperContext
from gongmun.documents.white_paper_data import white_paper_content
from gongmun.settings import settings
from gongmun.text import Bilingual

SCHEMA_ID = "urn:gongmun:document:1"
# Published by file name, e.g. as `/schemas/document-1.schema.json`.
SCHEMAS = Path(__file__).with_name("schemas")
SCHEMA = SCHEMAS / "document-1.schema.json"

_Object = dict[str, Any]


def enclosed(context: Context, imprint: Imprint) -> tuple[Enclosed, ...]:
    """What goes into the PDF beside its text: `outcome.json`, or as its kind is called."""
    return (
        Enclosed(
            filename=f"{context.kind.value}.json",
            media_type="application/json",
            content=to_bytes(context, imprint),
            description="공문의 내용(JSON) / The content of this document (JSON)",
            at=seoul_time(imprint.issued_on),
        ),
    )


def to_bytes(context: Context, imprint: Imprint) -> bytes:
    """The JSON as a file: UTF-8, keys sorted, a newline at the end. Same document, same bytes."""
    written = json.dumps(to_data(context, imprint), ensure_ascii=False, indent=2, sort_keys=True)
    return f"{written}\n".encode()


def to_data(context: Context, imprint: Imprint) -> _Object:
    """The JSON object that `schemas/document-1.schema.json` describes."""
    letter, agency = context.letter, settings().agency
    return {
        "schema": SCHEMA_ID,
        "kind": context.kind.value,
        "language": letter.language.value,
        "number": imprint.number,
        "issued_on": imprint.issued_on.isoformat(),
        "check_url": imprint.check.url if imprint.check else None,
        "sender": {
            "agency": {"ko": agency.name_ko, "en": agency.name_en},
            "division": {"ko": agency.division_ko, "en": agency.division_en},
            "email": agency.email,
            "telephone": agency.telephone,
        },
        "recipients": [
            {"office": _both(to.office), "handling": _both(to.handling) if to.handling else None}
            for to in letter.recipients
        ],
        "title": _both(letter.title),
        "references": [_reference(reference) for reference in letter.references],
        "legal_basis": _each(letter.legal_basis),
        "disclosure": letter.disclosure,
        "attachments": _each(letter.attachments),
        "content": _content(context),
    }


def _content(context: Context) -> _Object:
    match context:
        case OutcomeContext():
            first, last = context.forum_period
            return {
                "forum": {
                    "title": _both(context.forum_title),
                    "first_day": first.isoformat(),
                    "last_day": last.isoformat(),
                },
                "acknowledge_by": context.acknowledge_by.isoformat(),
                "answer_due": context.answer_due.isoformat(),
                "answer_due_explanation": _both(context.answer_due_explanation),
                "transferred_from": _transferred(context.transferred_from),
                "suggestions": [_suggestion(suggestion) for suggestion in context.suggestions],
            }
        case ReminderContext():
            return {
                "new_due": _day(context.new_due),
                "overdue": _overdue(context.items),
                "counted": _each(context.counted),
            }
        case EscalationContext():
            return {
                "ministry": _both(context.ministry_name),
                "overdue": _overdue(context.items),
                "cases": [_case(case) for case in context.cases],
                "history": [_step(line) for line in _in_one(context)],
            }
        case CorrectionContext():
            return {
                "corrected": _reference(context.corrected)
                | {"title": _both(context.corrected_title)},
                "reason": _both(context.reason),
                "corrections": [_correction(correction) for correction in context.corrections],
            }
        case ExtensionContext():
            return {
                "requested_on": context.requested_on.isoformat(),
                "request_reason": context.request_reason,
                "decision_reason": _both(context.decision_reason),
                "decisions": [_extended(item) for item in context.items],
            }
        case SubmissionContext():
            return {
                "committee": _both(context.committee),
                "meeting_on": _day(context.meeting_on),
                "agenda": [_agenda(item) for item in context.agenda],
            }
        case SurveyReportContext():
            return survey_content(context)
        case WhitePaperContext():
            return white_paper_content(context)


def _transferred(before: TransferredFrom | None) -> _Object | None:
    if before is None:
        return None
    return {"ministry": _both(before.ministry_name), "document": _reference(before.document)}


def _suggestion(suggestion: SuggestionItem) -> _Object:
    return {
        "reference": suggestion.reference,
        "title": suggestion.title,
        "body": suggestion.body,
        "topic": _both(suggestion.topic),
        "role": suggestion.role.value,
        "lead": _both(suggestion.lead_name),
        "cooperating": _each(suggestion.cooperating_names),
    }


def _overdue(items: Sequence[OverdueItem]) -> list[_Object]:
    return [
        {
            "reference": item.reference,
            "title": item.title,
            "carried_by": item.original_number,
            "sent_on": item.sent_on.isoformat(),
            "due_on": item.due_on.isoformat(),
            "promised_on": _day(item.promised_on),
            "working_days_overdue": item.days_overdue,
        }
        for item in items
    ]


def _case(case: Case) -> _Object:
    return {
        "reference": case.reference,
        "title": case.title,
        "body": case.body,
        "carried_by": case.original_number,
        "sent_on": case.sent_on.isoformat(),
        "due_on": case.due_on.isoformat(),
        "history": [_step(line) | {"words": line.words or None} for line in case.history],
    }


def _step(line: HistoryLine) -> _Object:
    return {"on": line.on.isoformat(), "text": _both(line.text)}


def _in_one(context: EscalationContext) -> Sequence[HistoryLine]:
    """The steps of all cases by day, for who reads no `cases`."""
    steps = [*context.history, *(line for case in context.cases for line in case.history)]
    return sorted(steps, key=attrgetter("on"))


def _correction(correction: Correction) -> _Object:
    return {
        "place": _both(correction.place),
        "stood": correction.stood,
        "reads": correction.reads,
    }


def _extended(item: ExtendedItem) -> _Object:
    return {
        "reference": item.reference,
        "title": item.title,
        "carried_by": item.original_number,
        "due_on": item.due_on.isoformat(),
        "asked_for": _day(item.asked_for),
        "granted": item.new_due is not None,
        "new_due": _day(item.new_due),
    }


def _agenda(item: AgendaItem) -> _Object:
    return {
        "reference": item.reference,
        "title": item.title,
        "body": item.body,
        "ministry": _both(item.ministry_name),
        "position": _both(item.position),
        "asked": _both(item.asked),
    }


def _reference(reference: Reference) -> _Object:
    return {"number": reference.number, "on": reference.on.isoformat()}


def _both(text: Bilingual) -> Mapping[str, str]:
    return {"ko": text.ko, "en": text.en}


def _each(texts: Sequence[Bilingual]) -> list[Mapping[str, str]]:
    return [_both(text) for text in texts]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None

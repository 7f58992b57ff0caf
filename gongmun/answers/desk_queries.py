"""The SELECTs behind a desk: the referrals of documents to one ministry."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, select
from sqlalchemy.orm import Session, defer

from gongmun.answers.models import ResponseDraft
from gongmun.answers.queries import HIDDEN
from gongmun.calendar import CountedIn
from gongmun.documents import Document, Role
from gongmun.organisations import Organisation
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral
from gongmun.suggestions.models import Suggestion

_REFERRALS, _SUGGESTIONS, _DRAFTS, _DOCUMENTS, _ORGANISATIONS = (
    cast(Table, each.__table__)
    for each in (Referral, Suggestion, ResponseDraft, Document, Organisation)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskRow:
    """A referral of a document with its suggestion, and its draft where there is one."""

    id: int
    outcome_id: int
    suggestion_id: int
    role: Role
    status: Status
    answer_rule: str
    dispatched_at: datetime | None
    acknowledge_due: date | None
    acknowledged_at: datetime | None
    registration_number: str | None
    answer_counted_in: CountedIn | None
    answer_counted_since: datetime | None
    answer_counted: int | None
    answer_due: date | None
    answer_due_at: datetime | None
    answer_due_promised: date | None
    paused_at: datetime | None
    reference: str
    title: str
    body: str
    draft: dict[str, Any] | None
    # Of the document and the ministry: the same in all rows.
    division: str | None
    serial: int | None
    numbered_at: datetime | None
    document_ko: str
    document_en: str
    disclosure: str
    ministry_ko: str
    ministry_en: str


def desk_rows(session: Session, document_id: int, organisation_id: int) -> Sequence[DeskRow]:
    """The referrals of a document to one organisation, in order of id; empty where there is none."""
    rows = session.execute(_desk_rows(), {"document": document_id, "organisation": organisation_id})
    return [DeskRow(**row) for row in rows.mappings()]


# The statements of every desk are built once, of tables: to build and to hash them anew takes as long as to
# run them, and so does to make objects of what is only read.
@cache
def _desk_rows() -> Select[Any]:
    letter = Document.context["letter"]
    # Read once, not with each row.
    disclosure, title_en = (
        select(each.as_string()).where(Document.id == bindparam("document")).scalar_subquery()
        for each in (letter["disclosure"], letter["title"]["en"])
    )
    return (
        select(
            _REFERRALS.c.id,
            _REFERRALS.c.outcome_id,
            _REFERRALS.c.suggestion_id,
            _REFERRALS.c.role,
            _REFERRALS.c.status,
            _REFERRALS.c.answer_rule,
            _REFERRALS.c.dispatched_at,
            _REFERRALS.c.acknowledge_due,
            _REFERRALS.c.acknowledged_at,
            _REFERRALS.c.registration_number,
            _REFERRALS.c.answer_counted_in,
            _REFERRALS.c.answer_counted_since,
            _REFERRALS.c.answer_counted,
            _REFERRALS.c.answer_due,
            _REFERRALS.c.answer_due_at,
            _REFERRALS.c.answer_due_promised,
            _REFERRALS.c.paused_at,
            _SUGGESTIONS.c.reference,
            _SUGGESTIONS.c.title,
            _SUGGESTIONS.c.body,
            _DRAFTS.c.content.label("draft"),
            _DOCUMENTS.c.division,
            _DOCUMENTS.c.serial,
            _DOCUMENTS.c.numbered_at,
            _DOCUMENTS.c.title.label("document_ko"),
            title_en.label("document_en"),
            disclosure.label("disclosure"),
            _ORGANISATIONS.c.name_ko.label("ministry_ko"),
            _ORGANISATIONS.c.name_en.label("ministry_en"),
        )
        .join_from(_REFERRALS, _DOCUMENTS, _DOCUMENTS.c.id == _REFERRALS.c.document_id)
        .join(_ORGANISATIONS, _ORGANISATIONS.c.id == _REFERRALS.c.organisation_id)
        .join(_SUGGESTIONS, _SUGGESTIONS.c.id == _REFERRALS.c.suggestion_id)
        .outerjoin(_DRAFTS, _DRAFTS.c.referral_id == _REFERRALS.c.id)
        .where(
            _DOCUMENTS.c.id == bindparam("document"),
            _REFERRALS.c.organisation_id == bindparam("organisation"),
            _REFERRALS.c.status.not_in(HIDDEN),
        )
        .order_by(_REFERRALS.c.id)
    )


def referrals_of(
    session: Session, document_ids: Collection[int], organisation_id: int
) -> Sequence[tuple[Document, str, Referral]]:
    """The referrals of some documents to one organisation, the newest document first.

    Each with its document and that one's title in English.
    """
    rows = session.execute(
        select(Document, Document.context["letter"]["title"]["en"].as_string(), Referral)
        .options(defer(Document.context))
        .join(Referral, Referral.document_id == Document.id)
        .where(
            Document.id.in_(document_ids),
            Referral.organisation_id == organisation_id,
            Referral.status.not_in(HIDDEN),
        )
        .order_by(Document.id.desc(), Referral.id)
    )
    return [(document, title_en, referral) for document, title_en, referral in rows]

"""Every SELECT of the board: counts, and the few first ones, because what is open may be hundreds of thousands of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from gongmun.documents import Document
from gongmun.organisations import Organisation
from gongmun.referrals.life import Status
from gongmun.referrals.models import IS_CHASED, Referral
from gongmun.suggestions.models import Suggestion
from gongmun.text import Bilingual

# Without the sum SQLite takes the index over the ministry for the order, and reads the whole history.
_MINISTRY = Referral.organisation_id + literal(0, literal_execute=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Alike:
    """How many open referrals of one ministry stand alike; those whose clock stands still, since when."""

    organisation_id: int
    status: Status
    answer_due: date
    paused_at: datetime | None
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """One referral that a ministry owes an answer to, and the document that carried it; none of anybody's words."""

    referral_id: int
    reference: str
    ministry: Bilingual
    code: str
    status: Status
    answer_due: date
    paused_at: datetime | None
    document_id: int
    number: str


def most_urgent(session: Session, limit: int) -> Sequence[Owed]:
    """At most so many of what is with a ministry, the longest due first."""
    first = select(Referral.id).where(IS_CHASED).order_by(Referral.answer_due, Referral.id)
    rows = session.execute(
        select(Referral, Suggestion.reference, Organisation, Document)
        .join(Suggestion, Suggestion.id == Referral.suggestion_id)
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .join(Document, Document.id == Referral.document_id)
        .where(Referral.id.in_(first.limit(limit)))
        .order_by(Referral.answer_due, Referral.id)
    )
    return [
        Owed(
            referral_id=referral.id,
            reference=reference,
            ministry=Bilingual(ko=ministry.name_ko, en=ministry.name_en),
            code=ministry.code,
            status=referral.status,
            answer_due=referral.clocks.answer_due,
            paused_at=referral.paused_at,
            document_id=document.id,
            number=document.number or "",
        )
        for referral, reference, ministry, document in rows
    ]


def open_ones(session: Session) -> Sequence[Alike]:
    """All that is with a ministry, counted."""
    columns = (Referral.status, Referral.answer_due, Referral.paused_at)
    rows = session.execute(
        select(_MINISTRY, *columns, func.count()).where(IS_CHASED).group_by(_MINISTRY, *columns)
    )
    return [
        Alike(
            organisation_id=organisation_id,
            status=status,
            answer_due=answer_due,
            paused_at=paused_at,
            count=count,
        )
        for organisation_id, status, answer_due, paused_at, count in rows
    ]

"""Every SELECT of the white papers: what a year is counted from, and the white papers themselves.

A year is a pair of moments, the first included.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from gongmun.answers.models import Commitment
from gongmun.documents import Document, DocumentKind
from gongmun.documents.life import ISSUED, WITHOUT_FILE
from gongmun.organisations.models import Organisation
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral, Response, ResponseStatus
from gongmun.suggestions.models import Suggestion
from gongmun.text import Bilingual
from gongmun.white_papers.counting import Promised, Sent

Year = tuple[datetime, datetime]
_KEY = "white_paper:{year}:"
# With its ministry, or it was: what came back as undeliverable waits to be sent again.
_SENT = Referral.dispatched_at.is_not(None) & Referral.status.not_in(
    [Status.DRAFTED, Status.APPROVED]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SuggestionCounts:
    """Suggestions registered in a year: all, those selected, those of which a referral was sent."""

    received: int
    selected: int
    referred: int


def suggestions(session: Session, year: Year) -> SuggestionCounts:
    """How many suggestions of the year there are, by how far they came until now."""
    begin, end = year
    of_year = (Suggestion.imported_at >= begin) & (Suggestion.imported_at < end)
    is_referred = exists().where(Referral.suggestion_id == Suggestion.id, _SENT)

    def count(*conditions: ColumnElement[bool]) -> int:
        counted = select(func.count()).select_from(Suggestion).where(of_year, *conditions)
        return session.scalar(counted) or 0

    return SuggestionCounts(
        received=count(),
        selected=count(Suggestion.selected.is_(True)),
        referred=count(Suggestion.selected.is_(True), is_referred),
    )


def sent(session: Session, year: Year) -> Sequence[Sent]:
    """The referrals sent in the year, as they stand now."""
    verdict = (
        select(Response.decision)
        .where(
            Response.referral_id == Referral.id,
            Response.status == ResponseStatus.PUBLISHED,
        )
        .order_by(Response.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Referral.organisation_id,
            Referral.status,
            Referral.answer_due_at,
            Referral.answered_at,
            Referral.paused_at,
            verdict,
        ).where(*_sent_in(year))
    )
    return [
        Sent(
            organisation_id=organisation_id,
            status=status,
            due_at=due_at,
            answered_at=answered_at,
            paused_at=paused_at,
            verdict=decision,
        )
        for organisation_id, status, due_at, answered_at, paused_at, decision in rows
    ]


def promised(session: Session, year: Year) -> Sequence[Promised]:
    """The commitments in published answers to those referrals."""
    rows = session.execute(
        select(
            Referral.organisation_id,
            Commitment.status,
            Commitment.due_on,
            Commitment.settled_at,
        )
        .join(Response, Response.id == Commitment.response_id)
        .join(Referral, Referral.id == Commitment.referral_id)
        .where(Response.status == ResponseStatus.PUBLISHED, *_sent_in(year))
    )
    return [
        Promised(
            organisation_id=organisation_id, status=status, due_on=due_on, settled_at=settled_at
        )
        for organisation_id, status, due_on, settled_at in rows
    ]


def _sent_in(year: Year) -> tuple[ColumnElement[bool], ...]:
    begin, end = year
    return (_SENT, Referral.dispatched_at >= begin, Referral.dispatched_at < end)


def names(session: Session) -> Mapping[int, Bilingual]:
    """Organisations by id."""
    rows = session.execute(select(Organisation.id, Organisation.name_ko, Organisation.name_en))
    return {id_: Bilingual(ko=ko, en=en) for id_, ko, en in rows}


def key(year: int, edition: int) -> str:
    """What makes a white paper one document: one that was returned is followed by the next edition."""
    return f"{_KEY.format(year=year)}{edition}"


def of_year(session: Session, year: int) -> Sequence[Document]:
    """The drafts of a year's white paper, the oldest first: all but the last one were returned."""
    return session.scalars(
        select(Document)
        .where(
            Document.kind == DocumentKind.WHITE_PAPER,
            Document.key.startswith(_KEY.format(year=year), autoescape=True),
        )
        .order_by(Document.id)
    ).all()


def to_issue(session: Session) -> Sequence[int]:
    """The white papers that are approved and have no file yet."""
    return session.scalars(
        select(Document.id)
        .where(Document.kind == DocumentKind.WHITE_PAPER, Document.status.in_(WITHOUT_FILE))
        .order_by(Document.id)
    ).all()


def issued(session: Session) -> Sequence[Document]:
    """The white papers that everybody may see."""
    return session.scalars(
        select(Document)
        .where(Document.kind == DocumentKind.WHITE_PAPER, Document.status.in_(ISSUED))
        .order_by(Document.id)
    ).all()

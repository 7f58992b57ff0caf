"""Every SELECT about what ministries ask of us: questions, extensions, transfers, delegates.

An open one is undecided, and its referral still says so (`paused_at`, `asks_since`): an answer of the
ministry takes these marks away, whatever way it came.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gongmun.access.models import AccessLink, Audience
from gongmun.answers.models import Extension, Question, RequestStatus, Transfer
from gongmun.documents import Document
from gongmun.documents.life import APPROVED
from gongmun.errors import NotFound
from gongmun.mail import Dispatch
from gongmun.organisations import Organisation
from gongmun.referrals.life import CHASED, GONE
from gongmun.referrals.models import Referral, Response, ResponseStatus
from gongmun.suggestions.models import Suggestion

# A request with what it is about, as lists show it.
Line = tuple[Referral, Suggestion, Organisation]


def question(session: Session, question_id: int) -> Question:
    """One question; NotFound where there is none."""
    found = session.get(Question, question_id)
    if found is None:
        raise NotFound(thing_ko=f"질의 {question_id}", thing_en=f"question {question_id}")
    return found


def extension(session: Session, extension_id: int) -> Extension:
    """One request for an extension; NotFound where there is none."""
    found = session.get(Extension, extension_id)
    if found is None:
        raise NotFound(
            thing_ko=f"연장 요청 {extension_id}",
            thing_en=f"request for an extension {extension_id}",
        )
    return found


def transfer(session: Session, transfer_id: int) -> Transfer:
    """One request for a transfer; NotFound where there is none."""
    found = session.get(Transfer, transfer_id)
    if found is None:
        raise NotFound(
            thing_ko=f"이관 요청 {transfer_id}", thing_en=f"request for a transfer {transfer_id}"
        )
    return found


def open_questions(session: Session) -> Sequence[tuple[Question, Line]]:
    """Questions that wait for the division's answer, oldest first."""
    rows = session.execute(
        select(Question, Referral, Suggestion, Organisation)
        .join(Referral, Referral.id == Question.referral_id)
        .join(Suggestion, Suggestion.id == Referral.suggestion_id)
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .where(
            Question.answered_at.is_(None),
            Referral.status.in_(CHASED),
            or_(Referral.paused_at.is_not(None), Referral.asks_since.is_not(None)),
        )
        .order_by(Question.id)
    )
    return [(row[0], (row[1], row[2], row[3])) for row in rows]


def open_extensions(session: Session) -> Sequence[tuple[Extension, Line]]:
    """Requests for an extension that wait for a coordinator, oldest first."""
    rows = session.execute(
        select(Extension, Referral, Suggestion, Organisation)
        .join(Referral, Referral.id == Extension.referral_id)
        .join(Suggestion, Suggestion.id == Referral.suggestion_id)
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .where(
            Extension.decided_at.is_(None),
            Referral.status.in_(CHASED),
            Referral.asks_since.is_not(None),
        )
        .order_by(Extension.id)
    )
    return [(row[0], (row[1], row[2], row[3])) for row in rows]


def open_transfers(session: Session) -> Sequence[tuple[Transfer, Line]]:
    """Requests for a transfer that wait for a coordinator, oldest first."""
    rows = session.execute(
        select(Transfer, Referral, Suggestion, Organisation)
        .join(Referral, Referral.id == Transfer.referral_id)
        .join(Suggestion, Suggestion.id == Referral.suggestion_id)
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .where(
            Transfer.decided_at.is_(None),
            Referral.status.in_(CHASED),
            Referral.asks_since.is_not(None),
        )
        .order_by(Transfer.id)
    )
    return [(row[0], (row[1], row[2], row[3])) for row in rows]


def undecided(
    session: Session, referral_ids: Collection[int]
) -> Sequence[Question | Extension | Transfer]:
    """Everything about these referrals that has no decision, open or left over.

    There is mostly none: one query asks of which kinds there is any, and only those are read.
    """
    there = session.execute(_is_undecided(), {"ids": list(referral_ids)}).one()
    found: list[Question | Extension | Transfer] = []
    for (kind, decided_at), is_there in zip(_DECIDED_AT, there, strict=True):
        if is_there:
            query = select(kind).where(kind.referral_id.in_(referral_ids), decided_at.is_(None))
            found += session.scalars(query)
    return found


_DECIDED_AT: Sequence[
    tuple[type[Question | Extension | Transfer], InstrumentedAttribute[datetime | None]]
] = (
    (Question, Question.answered_at),
    (Extension, Extension.decided_at),
    (Transfer, Transfer.decided_at),
)


@cache
def _is_undecided() -> Select[Any]:
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    return select(
        *(
            exists().where(kind.referral_id.in_(ids), decided_at.is_(None))
            for kind, decided_at in _DECIDED_AT
        )
    )


def extensions_used(session: Session, referral_id: int) -> int:
    """Requests for an extension of the present clock: undecided, granted and refused ones.

    A clock begins with the dispatch, and again with a re-examination, which only a published answer can
    have. An extension goes on with the clock, and so does an answer that was sent back.
    """
    begun: datetime | None = session.scalar(
        select(func.max(Response.decided_at)).where(
            Response.referral_id == referral_id, Response.status == ResponseStatus.PUBLISHED
        )
    )
    count = select(func.count()).where(
        Extension.referral_id == referral_id, Extension.status != RequestStatus.LAPSED
    )
    if begun is not None:
        count = count.where(Extension.requested_at > begun)
    return session.scalar(count) or 0


def unsent_extensions(session: Session) -> Sequence[Extension]:
    """Decided ones whose document the outbox has not taken yet, oldest first."""
    mailed = exists().where(Dispatch.document_id == Document.id)
    return session.scalars(
        select(Extension)
        .join(Document, Document.id == Extension.document_id)
        .where(Document.status.in_(APPROVED), ~mailed)
        .order_by(Extension.id)
    ).all()


def holders(session: Session, referral: Referral) -> frozenset[int]:
    """The organisations that have, or are about to get, the suggestion of this referral."""
    return frozenset(
        session.scalars(
            select(Referral.organisation_id).where(
                Referral.outcome_id == referral.outcome_id,
                Referral.suggestion_id == referral.suggestion_id,
                Referral.status.not_in(GONE),
            )
        )
    )


def delegates(session: Session, document_id: int, organisation_id: int) -> Sequence[AccessLink]:
    """All links that colleagues were given for a document of an organisation, revoked ones too."""
    found = session.scalars(
        select(AccessLink)
        .where(
            AccessLink.audience == Audience.DELEGATE,
            AccessLink.organisation_id == organisation_id,
        )
        .order_by(AccessLink.id)
    )
    return [link for link in found if document_id in link.document_ids]

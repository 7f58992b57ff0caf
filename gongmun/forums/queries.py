"""Every SELECT and guarded UPDATE of the forums room."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import CursorResult, exists, select, update
from sqlalchemy.orm import Session

from gongmun.db.bulk import some_of
from gongmun.documents.letter import INTERNAL_CODE
from gongmun.documents.life import APPROVED, ISSUED
from gongmun.documents.life import Status as DocumentStatus
from gongmun.documents.models import Document
from gongmun.errors import NotFound
from gongmun.forums.life import Event as OutcomeEvent
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.life import advance
from gongmun.forums.models import Forum, ManualRoute, Outcome
from gongmun.mail.models import Dispatch
from gongmun.organisations import Organisation
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral
from gongmun.suggestions.models import Suggestion

# Selected, and no ministry has it or is about to get it.
_UNREFERRED = select(Suggestion).where(
    Suggestion.selected.is_(True),
    ~exists().where(Referral.suggestion_id == Suggestion.id, Referral.status != Status.WITHDRAWN),
)


def forum(session: Session, forum_id: int, *, lock: bool = False) -> Forum:
    """One forum by its id, locked until the transaction ends if asked for; NotFound without one."""
    found = session.get(Forum, forum_id, with_for_update=lock or None)
    if found is None:
        raise NotFound(thing_ko=f"포럼 {forum_id}", thing_en=f"forum {forum_id}")
    return found


def forum_by_code(session: Session, code: str) -> Forum | None:
    """One forum by its code."""
    return session.scalars(select(Forum).where(Forum.code == code)).one_or_none()


def required_forum(session: Session, code: str) -> Forum:
    """One forum by its code; NotFound where there is none."""
    found = forum_by_code(session, code)
    if found is None:
        raise NotFound(thing_ko=f"포럼 {code}", thing_en=f"forum {code}")
    return found


def forums(session: Session) -> Sequence[Forum]:
    """All forums, the newest end first."""
    return session.scalars(select(Forum).order_by(Forum.ends_at.desc(), Forum.id)).all()


def outcome(session: Session, outcome_id: int, *, lock: bool = False) -> Outcome:
    """One outcome by its id, locked until the transaction ends if asked for; NotFound without one."""
    found = session.get(Outcome, outcome_id, with_for_update=lock or None)
    if found is None:
        raise NotFound(thing_ko=f"결과 {outcome_id}", thing_en=f"outcome {outcome_id}")
    return found


def latest_outcome(session: Session, forum_id: int, *, lock: bool = False) -> Outcome | None:
    """The outcome of the last wrap-up of a forum; locked until the transaction ends if asked for."""
    query = (
        select(Outcome).where(Outcome.forum_id == forum_id).order_by(Outcome.round.desc()).limit(1)
    )
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def outcome_by_key(session: Session, key: str) -> Outcome | None:
    """The outcome a wrap-up of that key has drafted."""
    return session.scalars(select(Outcome).where(Outcome.key == key)).one_or_none()


def outcomes_with(session: Session, *statuses: OutcomeStatus) -> Sequence[Outcome]:
    """Outcomes in any of `statuses`, oldest first."""
    return session.scalars(
        select(Outcome).where(Outcome.status.in_(statuses)).order_by(Outcome.id)
    ).all()


def unreferred(session: Session, forum_id: int) -> Sequence[Suggestion]:
    """Selected suggestions of a forum that no ministry has, or is about to get."""
    return session.scalars(
        _UNREFERRED.where(Suggestion.forum_id == forum_id).order_by(Suggestion.number)
    ).all()


def unreferred_of_ended(session: Session, now: datetime) -> Sequence[Suggestion]:
    """Those of all forums that have ended by `now`, in one statement."""
    return session.scalars(
        _UNREFERRED.join(Forum, Forum.id == Suggestion.forum_id)
        .where(Forum.ends_at <= now)
        .order_by(Forum.ends_at, Forum.id, Suggestion.number)
    ).all()


def referrals_by_ministry(
    session: Session, outcome_id: int
) -> Sequence[tuple[Organisation, Sequence[Referral]]]:
    """The referrals of an outcome, withdrawn ones left out, grouped by ministry in order of code."""
    rows = session.execute(
        select(Organisation, Referral)
        .join(Referral, Referral.organisation_id == Organisation.id)
        .where(Referral.outcome_id == outcome_id, Referral.status != Status.WITHDRAWN)
        .order_by(Organisation.code, Referral.suggestion_id)
    )
    groups = groupby(rows, key=lambda row: row[0])
    return [(ministry, [referral for _, referral in group]) for ministry, group in groups]


def documents_of(session: Session, outcome_id: int) -> Sequence[Document]:
    """The documents of an outcome, discarded ones left out, in order of ministry code."""
    return session.scalars(
        select(Document)
        .where(
            Document.status != DocumentStatus.DISCARDED,
            Document.id.in_(select(Referral.document_id).where(Referral.outcome_id == outcome_id)),
        )
        .order_by(Document.recipient_code)
    ).all()


def documents_without_mail(session: Session, outcome_id: int) -> Sequence[Document]:
    """The issued documents of an outcome that the outbox has not taken yet."""
    mailed = exists().where(Dispatch.document_id == Document.id)
    return session.scalars(
        select(Document)
        .where(
            Document.status.in_(ISSUED),
            Document.id.in_(select(Referral.document_id).where(Referral.outcome_id == outcome_id)),
            ~mailed,
        )
        .order_by(Document.id)
    ).all()


def documents_never_mailed(session: Session, approved_before: datetime) -> Sequence[Document]:
    """Documents approved before that moment that no mail names, oldest first.

    A superseded one is not missed: its correction goes out. A mail with several documents names none
    of them; their notice leads to it. What is addressed to nobody outside (reports) is published.
    """
    mailed = exists().where(Dispatch.document_id == Document.id)
    return session.scalars(
        select(Document)
        .where(
            Document.status.in_(APPROVED - {DocumentStatus.SUPERSEDED}),
            Document.approved_at < approved_before,
            Document.recipient_code != INTERNAL_CODE,
            ~mailed,
        )
        .order_by(Document.id)
    ).all()


def late_outcomes(session: Session) -> Sequence[int]:
    """Issued outcomes with a document that was approved since and has no mail yet: of a transfer."""
    mailed = exists().where(Dispatch.document_id == Document.id)
    return session.scalars(
        select(Outcome.id)
        .join(Referral, Referral.outcome_id == Outcome.id)
        .join(Document, Document.id == Referral.document_id)
        .where(Outcome.status == OutcomeStatus.ISSUED, Document.status.in_(APPROVED), ~mailed)
        .distinct()
        .order_by(Outcome.id)
    ).all()


def manual_routes(session: Session, suggestion_ids: Collection[int]) -> Mapping[int, ManualRoute]:
    """What coordinators said of who is to have these suggestions, by suggestion."""
    return {
        route.suggestion_id: route
        for some in some_of(suggestion_ids)
        for route in session.scalars(select(ManualRoute).where(ManualRoute.suggestion_id.in_(some)))
    }


def move(session: Session, outcome: Outcome, event: OutcomeEvent, **values: Any) -> bool:
    """Advance the life of `outcome` by `event`, if its status is still the same; False if not.

    Raises:
        InvalidTransition: the event is not allowed in the status that was read.
    """
    before = outcome.status
    result = session.execute(
        update(Outcome)
        .where(Outcome.id == outcome.id, Outcome.status == before)
        .values(status=advance(before, event), **values)
    )
    assert isinstance(result, CursorResult)
    session.refresh(outcome)
    return result.rowcount == 1


def not_wrapped_up(session: Session) -> Sequence[Forum]:
    """Forums with an end, past or to come, that no wrap-up has looked at since."""
    return session.scalars(
        select(Forum)
        .where(Forum.ends_at.is_not(None), Forum.wrapped_up_at.is_(None))
        .order_by(Forum.ends_at, Forum.id)
    ).all()


def wrapped_up(session: Session) -> Sequence[Forum]:
    """Forums that a wrap-up has looked at after their end."""
    return session.scalars(
        select(Forum).where(Forum.wrapped_up_at.is_not(None)).order_by(Forum.id)
    ).all()

"""Every SELECT and guarded UPDATE of the answers room."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import BindParameter, CursorResult, Row, Table, bindparam, delete, select, update
from sqlalchemy.orm import Session, defer

from gongmun.access import queries as access_queries
from gongmun.answers.models import (
    AnswerFile,
    Commitment,
    Receipt,
    ResponseDraft,
)
from gongmun.documents import Document
from gongmun.errors import NotFound
from gongmun.organisations import Organisation
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral, Response, ResponseStatus
from gongmun.suggestions.models import Suggestion

# Statuses in which a ministry does not know of a referral, or has it no more.
HIDDEN = (Status.DRAFTED, Status.WITHDRAWN)

# What each desk and each submission runs is built once: to build and to hash it anew takes as long as to run
# it. Where rows are only read, it is of tables: objects of the ORM cost as much again.
_REFERRALS, _SUGGESTIONS, _KEPT_DRAFTS, _RECEIPTS = (
    cast(Table, each.__table__).c for each in (Referral, Suggestion, ResponseDraft, Receipt)
)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_DRAFTS = select(ResponseDraft).where(ResponseDraft.referral_id.in_(_IDS))
_DELETE_DRAFTS = (
    delete(ResponseDraft)
    .where(ResponseDraft.referral_id.in_(_IDS))
    # Nobody goes on with those that the session knows.
    .execution_options(synchronize_session=False)
)
_KEPT = (
    select(_REFERRALS.id, _REFERRALS.status, _SUGGESTIONS.reference, _KEPT_DRAFTS.content)
    .join_from(
        Referral.__table__, Suggestion.__table__, _SUGGESTIONS.id == _REFERRALS.suggestion_id
    )
    .outerjoin(ResponseDraft.__table__, _KEPT_DRAFTS.referral_id == _REFERRALS.id)
    .where(
        _REFERRALS.document_id == bindparam("document"),
        _REFERRALS.organisation_id == bindparam("organisation"),
        _REFERRALS.status.not_in(HIDDEN),
    )
    .order_by(_REFERRALS.id)
)
_LOCKED = (
    select(Referral)
    .where(
        Referral.document_id == bindparam("document"),
        Referral.organisation_id == bindparam("organisation"),
        Referral.status.not_in(HIDDEN),
    )
    .order_by(Referral.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_NAMED = (
    select(_REFERRALS.id, _SUGGESTIONS.reference, _SUGGESTIONS.title)
    .join_from(
        Referral.__table__, Suggestion.__table__, _SUGGESTIONS.id == _REFERRALS.suggestion_id
    )
    .where(_REFERRALS.id.in_(_IDS))
    .order_by(_REFERRALS.id)
)
_DOCUMENT = (
    select(Document)
    .options(defer(Document.context))
    .join(Referral, Referral.document_id == Document.id)
    .where(Referral.id == bindparam("referral"))
)
_DRAFT_FILES = (
    select(AnswerFile)
    .where(
        AnswerFile.referral_id.in_(_IDS),
        AnswerFile.removed_at.is_(None),
        AnswerFile.response_id.is_(None),
        AnswerFile.commitment_id.is_(None),
        AnswerFile.meeting_id.is_(None),
    )
    .order_by(AnswerFile.id)
)
_RECEIPTS_OF = (
    select(_RECEIPTS.name, _RECEIPTS.given_at)
    .where(
        _RECEIPTS.document_id == bindparam("document"),
        _RECEIPTS.organisation_id == bindparam("organisation"),
    )
    .order_by(_RECEIPTS.id.desc())
)


def take_files_turn(session: Session) -> None:
    """Wait for whoever notes a file of an answer, or deletes contents that no answer has, until his transaction ends."""
    access_queries.take_turn(session, "answer-files")


def no_document(document_id: int) -> NotFound:
    """A document that does not exist, or is another ministry's: the same words."""
    return NotFound(thing_ko=f"문서 {document_id}", thing_en=f"document {document_id}")


def draft(session: Session, referral_id: int) -> ResponseDraft | None:
    """The draft of a referral's answer."""
    return session.get(ResponseDraft, referral_id)


def drafts(session: Session, referral_ids: Collection[int]) -> Mapping[int, ResponseDraft]:
    """The drafts of these referrals, by their ids; those without one are left out."""
    found = session.scalars(_DRAFTS, {"ids": list(referral_ids)})
    return {each.referral_id: each for each in found}


def draft_rows(session: Session, document_id: int, organisation_id: int) -> Sequence[Row[Any]]:
    """What is kept of the answers to a document: id, status and reference of each referral, and its draft."""
    return session.execute(_KEPT, {"document": document_id, "organisation": organisation_id}).all()


def delete_drafts(session: Session, referral_ids: Collection[int]) -> None:
    """Delete the drafts of these referrals."""
    session.execute(_DELETE_DRAFTS, {"ids": list(referral_ids)})


def locked_of_document(
    session: Session, document_id: int, organisation_id: int
) -> Sequence[Referral]:
    """The referrals of a document to one organisation as they are now, locked, in order of id."""
    return session.scalars(
        _LOCKED, {"document": document_id, "organisation": organisation_id}
    ).all()


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A suggestion, as it is named in a sentence or a list."""

    reference: str
    title: str


def suggestions_of(session: Session, referral_ids: Collection[int]) -> Mapping[int, Named]:
    """The suggestion of each of these referrals, in order of the referrals' ids."""
    rows = session.execute(_NAMED, {"ids": list(referral_ids)})
    return {row.id: Named(reference=row.reference, title=row.title) for row in rows}


def document_of(session: Session, referral_id: int) -> Document:
    """The document that carries a referral which was dispatched, without its context, which is long."""
    return session.scalars(_DOCUMENT, {"referral": referral_id}).one()


def response(session: Session, response_id: int) -> Response:
    """One response; NotFound where there is none."""
    found = session.get(Response, response_id)
    if found is None:
        raise NotFound(thing_ko=f"회신 {response_id}", thing_en=f"response {response_id}")
    return found


def responses_with(
    session: Session, statuses: Collection[ResponseStatus]
) -> Sequence[tuple[Response, Referral, Suggestion, Organisation]]:
    """Responses in any of `statuses`, oldest first, with what they are about and who gave them."""
    rows = session.execute(
        select(Response, Referral, Suggestion, Organisation)
        .join(Referral, Referral.id == Response.referral_id)
        .join(Suggestion, Suggestion.id == Referral.suggestion_id)
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .where(Response.status.in_(statuses))
        .order_by(Response.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def decide(session: Session, response_id: int, status: ResponseStatus, **values: Any) -> bool:
    """Set `status` if the response still waits for a coordinator; False if it does not."""
    result = session.execute(
        update(Response)
        .where(Response.id == response_id, Response.status == ResponseStatus.RECEIVED)
        .values(status=status, **values)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def commitments_of(session: Session, response_id: int) -> Sequence[Commitment]:
    """What a response promises, in the order in which it was written."""
    return session.scalars(
        select(Commitment).where(Commitment.response_id == response_id).order_by(Commitment.id)
    ).all()


def draft_files(session: Session, referral_ids: Collection[int]) -> Sequence[AnswerFile]:
    """The files that lie with the drafts of these referrals, in order of id."""
    return session.scalars(_DRAFT_FILES, {"ids": list(referral_ids)}).all()


def files_of(
    session: Session,
    referral_id: int,
    *,
    response_id: int | None = None,
    commitment_id: int | None = None,
    meeting_id: int | None = None,
) -> Sequence[AnswerFile]:
    """The files of a response, a commitment or a meeting; of the draft where none of them is named."""
    return session.scalars(
        select(AnswerFile)
        .where(
            AnswerFile.referral_id == referral_id,
            AnswerFile.removed_at.is_(None),
            AnswerFile.response_id.is_not_distinct_from(response_id),
            AnswerFile.commitment_id.is_not_distinct_from(commitment_id),
            AnswerFile.meeting_id.is_not_distinct_from(meeting_id),
        )
        .order_by(AnswerFile.id)
    ).all()


def file_by_name(session: Session, name: str) -> AnswerFile:
    """The file with this random name; NotFound where there is none, or it was removed."""
    found = session.scalars(
        select(AnswerFile).where(AnswerFile.name == name, AnswerFile.removed_at.is_(None))
    ).one_or_none()
    if found is None:
        raise NotFound(thing_ko="파일", thing_en="file")
    return found


def remove_draft_file(session: Session, file_id: int, now: datetime) -> bool:
    """Take a file back from a draft; False where it is not with one (any more)."""
    result = session.execute(
        update(AnswerFile)
        .where(
            AnswerFile.id == file_id,
            AnswerFile.removed_at.is_(None),
            AnswerFile.response_id.is_(None),
            AnswerFile.commitment_id.is_(None),
            AnswerFile.meeting_id.is_(None),
        )
        .values(removed_at=now)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def receipt(session: Session, name: str) -> Receipt:
    """The receipt with this random name; NotFound where there is none."""
    found = session.scalars(select(Receipt).where(Receipt.name == name)).one_or_none()
    if found is None:
        raise NotFound(thing_ko="접수증", thing_en="receipt")
    return found


def receipts_of(session: Session, document_id: int, organisation_id: int) -> Sequence[Row[Any]]:
    """The receipts that an organisation has for a document, the newest first: name, and when it was given."""
    return session.execute(
        _RECEIPTS_OF, {"document": document_id, "organisation": organisation_id}
    ).all()

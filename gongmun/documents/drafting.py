"""Drafting, approving and discarding documents, in the transaction of the caller."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.db import upsert
from gongmun.documents import queries
from gongmun.documents.contexts import Context, WrongContext, to_json
from gongmun.documents.life import APPROVED, UNNUMBERED, Event, Status, advance
from gongmun.documents.models import Approval, Decision, Document, DocumentKind
from gongmun.errors import GongmunError
from gongmun.text import Bilingual

# These tell of a decision: the one that refuses what was asked for approves the document that says so.
_TELLS_OF_A_DECISION = (DocumentKind.EXTENSION,)


class NotApproved(GongmunError):
    """A decision that returns a document was used to approve it."""

    code = "documents.not_approved"
    ko = "반려한 결재로는 문서를 승인할 수 없습니다(문서 {document_id}). 다시 결재를 받아 주십시오."
    en = "A decision to return cannot approve document {document_id}. Ask for a new decision."


def draft(
    session: Session,
    *,
    kind: DocumentKind,
    key: str,
    recipient_code: str,
    context: Context,
    now: datetime,
) -> Document:
    """The document of `key`: a new one, or the one that exists.

    While it is still drafted its context is refreshed; after that it stays as it was approved.

    Raises:
        WrongContext: `context` belongs to another kind of document.
    """
    if context.kind is not kind:
        raise WrongContext(kind=kind.value, given=context.kind.value)
    created = session.scalar(
        upsert(session, Document)
        .values(
            kind=kind,
            key=key,
            recipient_code=recipient_code,
            status=Status.DRAFTED,
            created_at=now,
            title=context.letter.subject,
            language=context.letter.language,
            context=to_json(context),
        )
        .on_conflict_do_nothing(index_elements=[Document.key])
        .returning(Document.id)
    )
    if created is not None:
        ledger.record(
            session, "document.drafted", subject=("document", created), now=now, form=kind.value
        )
        return queries.by_id(session, created)
    document = queries.locked_by_key(session, key)
    if document.status is Status.DRAFTED:
        document.title = context.letter.subject
        document.language = context.letter.language
        document.context = to_json(context)
    return document


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A document to be drafted under a key that nothing was drafted under before."""

    kind: DocumentKind
    key: str
    recipient_code: str
    context: Context


def draft_many(
    session: Session, drafts: Sequence[Draft], *, now: datetime, approved: bool = False
) -> Sequence[int]:
    """Draft all of them at once; their ids, in the same order.

    `approved`: they need no decision of their own, because the ladder sends them.

    Raises:
        WrongContext: a context belongs to another kind of document.
    """
    for each in drafts:
        if each.context.kind is not each.kind:
            raise WrongContext(kind=each.kind.value, given=each.context.kind.value)
    ids = queries.add_many(
        session,
        [
            {
                "kind": each.kind,
                "key": each.key,
                "recipient_code": each.recipient_code,
                "status": Status.APPROVED if approved else Status.DRAFTED,
                "created_at": now,
                "approved_at": now if approved else None,
                "title": each.context.letter.subject,
                "language": each.context.letter.language,
                "context": to_json(each.context),
            }
            for each in drafts
        ],
    )
    for document_id, each in zip(ids, drafts, strict=True):
        about = ("document", document_id)
        ledger.record(session, "document.drafted", subject=about, now=now, form=each.kind.value)
        if approved:
            ledger.record(session, "document.approved", subject=about, now=now, approval=None)
    return ids


def refresh(
    session: Session,
    document: Document,
    context: Context,
    now: datetime,
    *,
    recipient_code: str | None = None,
) -> None:
    """Bring a document up to date that has no number yet; quiet where it has one, or is discarded.

    For facts that have changed since (an answer that came, another body that stands above the ministry):
    what was approved is not widened.

    Raises:
        WrongContext: `context` belongs to another kind of document.
    """
    if context.kind is not document.kind:
        raise WrongContext(kind=document.kind.value, given=context.kind.value)
    document = queries.locked(session, document.id)
    changed = to_json(context)
    if document.status not in UNNUMBERED or document.context == changed:
        return
    document.title = context.letter.subject
    document.context = changed
    document.recipient_code = recipient_code or document.recipient_code
    ledger.record(session, "document.refreshed", subject=("document", document.id), now=now)


def approve(session: Session, document: Document, approval: Approval | None, now: datetime) -> None:
    """Approve a drafted document; quiet where it is approved already.

    `approval` is None for a document that the ladder sends without a decision of its own.

    Raises:
        NotApproved: the decision was to return it.
        InvalidTransition: the document was discarded.
    """
    returned = approval is not None and approval.decision is not Decision.APPROVE
    if returned and document.kind not in _TELLS_OF_A_DECISION:
        raise NotApproved(document_id=document.id)
    document = queries.locked(session, document.id)
    if document.status in APPROVED:
        return
    document.status = advance(document.status, Event.APPROVED, thing=_named(document))
    document.approved_at = now
    document.approval_id = approval.id if approval else None
    ledger.record(
        session,
        "document.approved",
        subject=("document", document.id),
        now=now,
        actor=ledger.Actor.COORDINATOR if approval else ledger.Actor.SYSTEM,
        approval=document.approval_id,
    )


def discard(session: Session, document: Document, now: datetime) -> None:
    """Discard a document that has no number yet; quiet where it is discarded already.

    Raises:
        InvalidTransition: it has a number.
    """
    document = queries.locked(session, document.id)
    if document.status is Status.DISCARDED:
        return
    document.status = advance(document.status, Event.DISCARDED, thing=_named(document))
    ledger.record(session, "document.discarded", subject=("document", document.id), now=now)


def _named(document: Document) -> Bilingual:
    return Bilingual(ko=f"문서 {document.id}", en=f"document {document.id}")

"""Every SELECT and guarded UPDATE on replies by mail, and what they are matched by."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session, defer

from gongmun.answers.models import Extension, Reply, ReplyStatus
from gongmun.answers.reply_life import Event, advance
from gongmun.documents import Document
from gongmun.errors import NotFound
from gongmun.mail import Dispatch
from gongmun.mail.models import IncomingKind, IncomingMail
from gongmun.organisations.models import Contact, Organisation
from gongmun.referrals.life import CHASED, GONE
from gongmun.referrals.models import LadderStep, Referral
from gongmun.suggestions.models import Suggestion
from gongmun.text import Bilingual


def by_id(session: Session, reply_id: int) -> Reply:
    """One reply.

    Raises:
        NotFound: there is none with this id.
    """
    return _found(session.get(Reply, reply_id), reply_id)


def locked(session: Session, reply_id: int) -> Reply:
    """The reply as it is now, locked until the transaction ends.

    Raises:
        NotFound: there is none with this id.
    """
    return _found(
        session.get(Reply, reply_id, with_for_update=True, populate_existing=True), reply_id
    )


def _found(reply: Reply | None, reply_id: int) -> Reply:
    if reply is None:
        raise NotFound(thing_ko=f"회신 메일 {reply_id}", thing_en=f"reply {reply_id}")
    return reply


def of_document(session: Session, document_id: int | None) -> Sequence[Reply]:
    """The replies that were filed to a document, oldest first."""
    return session.scalars(
        select(Reply).where(Reply.document_id == document_id).order_by(Reply.id)
    ).all()


def mail(session: Session, reply: Reply) -> IncomingMail:
    """The mail of a reply."""
    return session.get_one(IncomingMail, reply.incoming_id)


def lock_unhandled(session: Session, incoming_id: int) -> IncomingMail | None:
    """A mail that nobody has taken up, locked; None where another sweep has or had it."""
    return session.scalars(
        select(IncomingMail)
        .where(IncomingMail.id == incoming_id, IncomingMail.handled_at.is_(None))
        .with_for_update(skip_locked=True)
    ).one_or_none()


def automatic(session: Session) -> Sequence[IncomingMail]:
    """Mails that were noted as automatic replies, newest first."""
    return session.scalars(
        select(IncomingMail)
        .where(IncomingMail.kind == IncomingKind.AUTO_REPLY, IncomingMail.handled_at.is_not(None))
        .order_by(IncomingMail.id.desc())
    ).all()


def lock_automatic(session: Session, incoming_id: int) -> IncomingMail:
    """One of them, locked until the transaction ends.

    Raises:
        NotFound: there is none with this id.
    """
    mail = session.get(IncomingMail, incoming_id, with_for_update=True, populate_existing=True)
    if mail is None or mail.kind is not IncomingKind.AUTO_REPLY or mail.handled_at is None:
        raise NotFound(
            thing_ko=f"자동 회신 메일 {incoming_id}", thing_en=f"automatic reply {incoming_id}"
        )
    return mail


def contact_addresses(session: Session) -> Sequence[str]:
    """The mailboxes of all organisations, retired ones too."""
    return session.scalars(select(Contact.email).distinct()).all()


def with_status(session: Session, *statuses: ReplyStatus) -> Sequence[Reply]:
    """Replies in any of `statuses`, oldest first."""
    return session.scalars(select(Reply).where(Reply.status.in_(statuses)).order_by(Reply.id)).all()


def held(session: Session) -> Sequence[Reply]:
    """The holding pen: replies that a coordinator files or dismisses, oldest first."""
    return with_status(session, ReplyStatus.HELD)


def unconfirmed(session: Session) -> Sequence[Reply]:
    """Replies whose draft waits for the officer or a coordinator, oldest first."""
    return session.scalars(
        select(Reply)
        .where(Reply.status == ReplyStatus.FILED, Reply.opened_at.is_not(None))
        .order_by(Reply.id)
    ).all()


def unopened(session: Session) -> Sequence[int]:
    """Replies that were filed and not put into the drafts: what a killed process left."""
    return session.scalars(
        select(Reply.id)
        .where(Reply.status == ReplyStatus.FILED, Reply.opened_at.is_(None))
        .order_by(Reply.id)
    ).all()


def move(session: Session, reply: Reply, event: Event, **values: Any) -> bool:
    """Advance the life of `reply` by `event` and set `values`, if its status is still the same.

    False where someone else was faster; nothing is changed then.

    Raises:
        InvalidTransition: the event is not allowed in the status that was read.
    """
    before = reply.status
    after = advance(
        before, event, thing=Bilingual(ko=f"회신 메일 {reply.id}", en=f"reply {reply.id}")
    )
    result = session.execute(
        update(Reply)
        .where(Reply.id == reply.id, Reply.status == before)
        .values(status=after, **values)
    )
    assert isinstance(result, CursorResult)
    session.refresh(reply)
    return result.rowcount == 1


def outcomes_behind(session: Session, document_ids: Collection[int]) -> frozenset[int]:
    """The outcome documents that these are about: themselves, or what they chase, extend or correct."""
    about: set[int] = set()
    ids, seen = set(document_ids), set[int]()
    while ids:
        seen |= ids
        own = select(Referral.document_id).where(Referral.document_id.in_(ids))
        chased = (
            select(Referral.document_id)
            .join(LadderStep, LadderStep.referral_id == Referral.id)
            .where(LadderStep.document_id.in_(ids))
        )
        extended = (
            select(Referral.document_id)
            .join(Extension, Extension.referral_id == Referral.id)
            .where(Extension.document_id.in_(ids))
        )
        about |= {i for i in session.scalars(own.union(chased, extended)) if i is not None}
        corrected = select(Document.corrects_id).where(
            Document.id.in_(ids), Document.corrects_id.is_not(None)
        )
        ids = {i for i in session.scalars(corrected) if i is not None} - seen
    return frozenset(about)


def outcomes_of_notice(session: Session, notice_id: int) -> frozenset[int]:
    """The outcome documents whose referrals a mail with several reminders lists."""
    found = session.scalars(
        select(Referral.document_id)
        .join(LadderStep, LadderStep.referral_id == Referral.id)
        .where(LadderStep.notice_id == notice_id)
    )
    return frozenset(i for i in found if i is not None)


def divisions(session: Session) -> frozenset[str]:
    """The divisions that have numbered documents here."""
    found = session.scalars(
        select(Document.division).where(Document.division.is_not(None)).distinct()
    )
    return frozenset(division for division in found if division)


def numbered(session: Session, division: str, serial: int) -> Sequence[Document]:
    """The documents with this number, of all years."""
    return session.scalars(
        select(Document)
        .where(Document.division == division, Document.serial == serial)
        .order_by(Document.id)
    ).all()


def holders(session: Session, document_id: int) -> Sequence[Organisation]:
    """Who was sent a document, and who has its referrals today: others, where ministries were reorganised."""
    recipient = select(Organisation).join(Document, Document.recipient_code == Organisation.code)
    holding = select(Organisation).join(Referral, Referral.organisation_id == Organisation.id)
    found = [
        *session.scalars(recipient.where(Document.id == document_id)),
        *session.scalars(
            holding.where(Referral.document_id == document_id, Referral.status.not_in(GONE))
            .distinct()
            .order_by(Organisation.id)
        ),
    ]
    return list(dict.fromkeys(found))


def addresses(session: Session, code: str) -> Sequence[str]:
    """The mailboxes of an organisation, retired ones too, and all that its mail was ever sent to."""
    contacts = (
        select(Contact.email)
        .join(Organisation, Organisation.id == Contact.organisation_id)
        .where(Organisation.code == code)
    )
    written = (
        select(Dispatch.address)
        .where(Dispatch.organisation_code == code, Dispatch.accepted_at.is_not(None))
        .distinct()
    )
    return [*session.scalars(contacts), *(a for a in session.scalars(written) if a)]


def open_outcomes(session: Session, *, limit: int) -> Sequence[Document]:
    """Outcome documents with referrals that are with their ministry, newest first."""
    open_ids = select(Referral.document_id).where(Referral.status.in_(CHASED))
    return session.scalars(
        select(Document)
        .where(Document.id.in_(open_ids))
        .options(defer(Document.context))
        .order_by(Document.id.desc())
        .limit(limit)
    ).all()


def recipients(session: Session, document_ids: Collection[int]) -> Mapping[int, Organisation]:
    """The organisations that these documents are addressed to."""
    rows = session.execute(
        select(Document.id, Organisation)
        .join(Organisation, Organisation.code == Document.recipient_code)
        .where(Document.id.in_(document_ids))
    )
    return {row[0]: row[1] for row in rows}


def titles(session: Session, document_ids: Collection[int]) -> Mapping[int, Sequence[str]]:
    """The references and titles of the suggestions of these documents."""
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(Referral.document_id, Suggestion.reference, Suggestion.title)
        .join(Suggestion, Suggestion.id == Referral.suggestion_id)
        .where(Referral.document_id.in_(document_ids))
        .order_by(Referral.id)
    )
    for document_id, reference, title in rows:
        found.setdefault(document_id, []).extend((reference, title))
    return found


def mails_since(session: Session, *, intent: str, document_id: int, since: datetime) -> int:
    """How many mails of an intent about a document were queued since a moment."""
    return (
        session.scalar(
            select(func.count()).where(
                Dispatch.intent == intent,
                Dispatch.document_id == document_id,
                Dispatch.created_at >= since,
            )
        )
        or 0
    )

"""What the mails of referrals have in common: mailbox, attachment, thread."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongmun.documents import Document
from gongmun.mail import Attachment, Dispatch
from gongmun.mail import queries as mail_queries
from gongmun.organisations import ContactRole
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import dispatch_queries

_LAST_OF_THREAD = 9


def mailbox(session: Session, organisation_id: int, *, backup: bool = False) -> str | None:
    """The address of an organisation: its contact, or its `backup` where asked for.

    The one stands in for the other where that is missing, retired or broken: nothing is sent to a
    mailbox that bounced for good. None where there is neither.
    """
    first, second = ContactRole.PRIMARY, ContactRole.BACKUP
    for role in (second, first) if backup else (first, second):
        contact = organisation_queries.contact(session, organisation_id, role)
        if contact is not None:
            return contact.email
    return None


def attachment(document: Document) -> Attachment:
    """An issued document as a file of a mail; its name begins with the year and serial in ASCII."""
    assert document.file_sha256 is not None
    return Attachment(
        filename=f"{document.year}-{document.serial:04d} {document.title}.pdf",
        media_type="application/pdf",
        sha256=document.file_sha256,
    )


def thread(session: Session, document_ids: Collection[int | None]) -> tuple[str, ...]:
    """Message-IDs of the mails that carried these documents, so that a reminder joins the thread.

    Of many the first and the last nine: a header of any length is refused somewhere on the way.
    """
    ids = tuple(
        session.scalars(
            select(Dispatch.message_id)
            .where(Dispatch.document_id.in_([i for i in document_ids if i is not None]))
            .order_by(Dispatch.id)
        )
    )
    return ids if len(ids) <= 1 + _LAST_OF_THREAD else (ids[0], *ids[-_LAST_OF_THREAD:])


def mails_of(session: Session, document_id: int) -> Sequence[Dispatch]:
    """The mails that carry a document: what the relay took first, what it did not take last."""
    found = session.scalars(
        select(Dispatch)
        .where(Dispatch.document_id == document_id)
        .order_by(Dispatch.accepted_at.is_(None), Dispatch.accepted_at, Dispatch.id)
    ).all()
    if found:
        return found
    # A mail with several documents names none of them: their notice leads to it.
    notice = dispatch_queries.notice_carrying(session, document_id)
    mail = mail_queries.find(session, notice_key(notice.id)) if notice else None
    return [mail, *mail_queries.replacements(session, mail.id)] if mail else []


def notice_key(notice_id: int) -> str:
    """The outbox's key of the one mail of a notice."""
    return f"notice:{notice_id}"


def notice_of(dispatch: Dispatch) -> int | None:
    """The id of the notice whose mail this is; None where it is another's."""
    head, _, number = dispatch.key.rpartition(":")
    return int(number) if head == "notice" and number.isdecimal() else None

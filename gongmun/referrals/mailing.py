"""What the mails of referrals have in common: mailbox, attachment, thread."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongmun.documents import Document
from gongmun.mail import Attachment, Dispatch
from gongmun.mail import queries as mail_queries
from gongmun.organisations import ContactRole
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import dispatch_queries
from gongmun.referrals.models import notice_key

_LAST_OF_THREAD = 9


def mailbox(session: Session, organisation_id: int, *, backup: bool = False) -> str | None:
    """The address of an organisation, see `Mailboxes.of`."""
    return mailboxes(session, [organisation_id]).of(organisation_id, backup=backup)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailboxes:
    """The addresses of some organisations that mail arrives at, by their ids and roles."""

    addresses: Mapping[tuple[int, ContactRole], str]

    def of(self, organisation_id: int, *, backup: bool = False) -> str | None:
        """The address of an organisation: its contact, or its `backup` where asked for.

        The one stands in for the other where that is missing, retired or broken: nothing is sent to a
        mailbox that bounced for good. None where there is neither.
        """
        first, second = ContactRole.PRIMARY, ContactRole.BACKUP
        for role in (second, first) if backup else (first, second):
            if (organisation_id, role) in self.addresses:
                return self.addresses[organisation_id, role]
        return None


def mailboxes(session: Session, organisation_ids: Collection[int]) -> Mailboxes:
    """The mailboxes of many organisations at once."""
    return Mailboxes(addresses=organisation_queries.addresses(session, organisation_ids))


def attachment(document: Document) -> Attachment:
    """An issued document as a file of a mail; its name begins with the year and serial in ASCII."""
    assert document.file_sha256 is not None
    return Attachment(
        filename=f"{document.year}-{document.serial:04d} {document.title}.pdf",
        media_type="application/pdf",
        sha256=document.file_sha256,
    )


def thread(session: Session, document_ids: Collection[int | None]) -> tuple[str, ...]:
    """The mails that carried these documents, see `Threads.of`."""
    ids = [each for each in document_ids if each is not None]
    return threads(session, ids).of(ids)


@dataclass(frozen=True, kw_only=True, slots=True)
class Threads:
    """The mails that carried some documents, by the document: the id and the Message-ID of each."""

    mails: Mapping[int, Sequence[tuple[int, str]]]

    def of(self, document_ids: Collection[int]) -> tuple[str, ...]:
        """Message-IDs of the mails that carried these documents, so that a reminder joins the thread.

        Of many the first and the last nine: a header of any length is refused somewhere on the way.
        """
        mails = sorted(mail for each in set(document_ids) for mail in self.mails.get(each, ()))
        ids = tuple(message_id for _, message_id in mails)
        return ids if len(ids) <= 1 + _LAST_OF_THREAD else (ids[0], *ids[-_LAST_OF_THREAD:])


def threads(session: Session, document_ids: Collection[int]) -> Threads:
    """The threads of many documents at once."""
    return Threads(mails=dispatch_queries.carrying(session, document_ids))


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


def notice_of(session: Session, dispatch: Dispatch) -> int | None:
    """The id of the notice whose mail this is, or was sent in place of; None where it is another's."""
    while dispatch.instead_of_id is not None:
        dispatch = mail_queries.by_id(session, dispatch.instead_of_id)
    head, _, number = dispatch.key.rpartition(":")
    return int(number) if head == "notice" and number.isdecimal() else None

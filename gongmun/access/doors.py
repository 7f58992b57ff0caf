"""Doors: what a link, or a document in print, leads to once a code was entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.access import queries
from gongmun.access.ending import passed_on
from gongmun.access.models import AccessLink, Audience
from gongmun.clock import seoul_date
from gongmun.documents import Document, DocumentKind, check_codes
from gongmun.documents import queries as document_queries
from gongmun.documents.life import ISSUED
from gongmun.documents.verifying import known
from gongmun.errors import NotFound
from gongmun.mail import queries as mail_queries
from gongmun.organisations import ContactRole, Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.text import Bilingual


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """Which documents of which organisation, and the mailbox that the code goes to, if there is one.

    `numbers` are those of the documents, as they are cited. `link_id` is None where the code in print
    was used. `is_told` is false where whoever looks may not know to whom the document went: he has the
    code of one that is not open, and nothing else.
    """

    organisation_id: int
    organisation_code: str
    organisation_name: Bilingual
    document_ids: tuple[int, ...]
    numbers: tuple[str, ...]
    address: str | None
    link_id: int | None
    is_told: bool

    @property
    def masked(self) -> str | None:
        """The mailbox as far as whoever looks may know it; None where there is none."""
        return masked(self.address, is_told=self.is_told) if self.address else None


def masked(address: str, *, is_told: bool) -> str:
    """An address as far as a stranger may know it: `b***@molit.go.kr`, or nothing of it."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}" if is_told else "***"


def is_told(session: Session, document_id: int) -> bool:
    """Whether everybody may know to whom a document went."""
    return known(session, document_queries.by_id(session, document_id)).is_open


def door_of_link(session: Session, link: AccessLink, now: datetime) -> Door:
    """What a ministry's or a delegate's link is for."""
    assert link.organisation_id is not None
    organisation = organisation_queries.by_id(session, link.organisation_id)
    if link.audience is Audience.DELEGATE:
        address = link.address
    else:
        # Of two contacts the one that has the mail; a contact that was retired meanwhile gets nothing.
        contacts = _contacts(session, organisation, now)
        sent = [
            mail_queries.by_id(session, link.dispatch_id),
            *mail_queries.replacements(session, link.dispatch_id),
        ]
        sent_to = (sent[-1].address or "").casefold()
        has_mail = (one for one in contacts if one.casefold() == sent_to)
        address = next(has_mail, next(iter(contacts), None))
    return _door(session, organisation, link.document_ids, address, link_id=link.id, is_told=True)


def door_of_code(session: Session, check_code: str, now: datetime) -> Door:
    """What the document with this check code, as it was typed, is answered by.

    Raises:
        NotFound: no issued document has the code, or it is none that a ministry answers.
        AccessPassedOn: the ministry it went to was split, or ended: only a link tells whose it is now.
    """
    answered = _answered_with(session, check_code)
    recipient = queries.organisation_by_code(session, answered.recipient_code) if answered else None
    if answered is None or recipient is None:
        raise NotFound(thing_ko=f"확인 코드 {check_code}", thing_en=f"check code {check_code}")
    organisation = organisation_queries.current_successor(session, recipient.code, seoul_date(now))
    if organisation is None:
        told = passed_on(session, recipient.id, now)
        assert told is not None, "it has no successor because it is no more"
        raise told
    contacts = _contacts(session, organisation, now)
    return _door(
        session,
        organisation,
        [answered.id],
        next(iter(contacts), None),
        link_id=None,
        is_told=is_told(session, answered.id),
    )


def is_answered(session: Session, check_code: str) -> bool:
    """Whether the document with this check code is one that a ministry answers."""
    return _answered_with(session, check_code) is not None


def _answered_with(session: Session, check_code: str) -> Document | None:
    """The issued outcome document that is answered with this code in print: its own, or its correction's."""
    typed = check_codes.typed(check_code)
    document = document_queries.by_code(session, typed) if check_codes.is_code(typed) else None
    if document is None or document.status not in ISSUED:
        return None
    while document.kind is DocumentKind.CORRECTION and document.corrects_id is not None:
        document = document_queries.by_id(session, document.corrects_id)
    is_answered = document.kind is DocumentKind.OUTCOME and document.status in ISSUED
    return document if is_answered else None


def _contacts(session: Session, organisation: Organisation, now: datetime) -> Sequence[str]:
    """The mailboxes in use of whoever is this organisation today, the first choice first."""
    heir = organisation_queries.current_successor(session, organisation.code, seoul_date(now))
    return [
        contact.email
        for one in dict.fromkeys([(heir or organisation).id, organisation.id])
        for role in (ContactRole.PRIMARY, ContactRole.BACKUP)
        if (contact := organisation_queries.contact(session, one, role)) is not None
    ]


def _door(
    session: Session,
    organisation: Organisation,
    document_ids: Sequence[int],
    address: str | None,
    *,
    link_id: int | None,
    is_told: bool,
) -> Door:
    documents = [document_queries.by_id(session, document_id) for document_id in document_ids]
    return Door(
        organisation_id=organisation.id,
        organisation_code=organisation.code,
        organisation_name=Bilingual(ko=organisation.name_ko, en=organisation.name_en),
        document_ids=tuple(document_ids),
        numbers=tuple(document.number for document in documents if document.number),
        address=address,
        link_id=link_id,
        is_told=is_told,
    )

"""Set and retire the mailboxes of organisations, and note whether mail arrives at them.

Addresses stay out of the ledger, errors and logs.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.db import Database
from gongmun.decisions import answered_for
from gongmun.errors import GongmunError, NotFound
from gongmun.ledger import Actor
from gongmun.organisations import queries
from gongmun.organisations.addresses import checked_address
from gongmun.organisations.models import (
    Contact,
    ContactDecision,
    ContactHealth,
    ContactRole,
    Organisation,
)


class ContactWorks(GongmunError):
    """A contact is to be replaced from which no mail comes back, or no more."""

    code = "organisations.contact_works"
    ko = "연락처 {contact_id}번은 메일이 반송되는 연락처가 아니거나 이미 고쳐졌습니다. 바꾸려면 gongmun contact set 을 사용해 주십시오."
    en = "No mail comes back from contact {contact_id}, or it was put right already. To change it use `gongmun contact set`."


def set_contact(
    db: Database, organisation_code: str, role: ContactRole, email: str, now: datetime
) -> None:
    """Give an organisation a mailbox, or another one; later loads of the files leave it alone.

    Whatever bounced there before is forgotten: a coordinator says that this one works.

    Raises:
        AddressInvalid: `email` is not one plain address.
        NotFound: no such organisation.
    """
    email = checked_address(email)
    with db.transaction() as session:
        organisation, found = _contact(session, organisation_code, role)
        if found is None:
            found = Contact(organisation_id=organisation.id, role=role)
            session.add(found)
        elif found.email == email and found.valid and found.health is ContactHealth.OK:
            return
        _put_right(session, found, email, now)


def replace_contact(
    db: Database, contact_id: int, *, email: str, name: str, reason: str, now: datetime
) -> None:
    """Put the mailbox of a contact right that mail came back from for good: by another one, or the same again.

    Raises:
        DecisionIncomplete: no name or no reason.
        AddressInvalid: `email` is not one plain address.
        NotFound: no such contact.
        ContactWorks: somebody put it right before, or it is not in use.
    """
    signed_by, why = answered_for(name, reason)
    email = checked_address(email.strip())
    with db.transaction() as session:
        found = queries.contact_by_id(session, contact_id, lock=True)
        if not found.is_broken:
            raise ContactWorks(contact_id=contact_id)
        _put_right(session, found, email, now)
        session.add(ContactDecision(contact_id=contact_id, name=signed_by, reason=why, at=now))


def retire_contact(db: Database, organisation_code: str, role: ContactRole, now: datetime) -> None:
    """Stop using a mailbox at which mail no longer arrives; quiet if there is none in use.

    Raises:
        NotFound: no such organisation.
    """
    with db.transaction() as session:
        organisation, found = _contact(session, organisation_code, role)
        if found is None or not found.valid:
            return
        found.valid = False
        ledger.record(
            session,
            "contact.retired",
            subject=("contact", found.id),
            now=now,
            actor=Actor.COORDINATOR,
            organisation=organisation.id,
        )


def _put_right(session: Session, contact: Contact, email: str, now: datetime) -> None:
    contact.email, contact.valid, contact.by_hand = email, True, True
    contact.health, contact.health_noted_at = ContactHealth.OK, None
    session.flush()
    ledger.record(
        session,
        "contact.set",
        subject=("contact", contact.id),
        now=now,
        actor=Actor.COORDINATOR,
        organisation=contact.organisation_id,
    )


def note_health(session: Session, address: str, health: ContactHealth, *, now: datetime) -> int:
    """Note at every contact with this address what a bounce, a delay or a proof says; how many changed.

    A hard one stays so until a coordinator sets the contact: an old mail that arrived before the
    mailbox was closed proves nothing.
    """
    changed = [
        contact
        for contact in queries.contacts_at(session, address)
        if contact.health not in (health, ContactHealth.HARD)
    ]
    for contact in changed:
        contact.health, contact.health_noted_at = health, now
        ledger.record(
            session,
            "contact.health",
            subject=("contact", contact.id),
            now=now,
            organisation=contact.organisation_id,
            health=health,
        )
    return len(changed)


def _contact(
    session: Session, organisation_code: str, role: ContactRole
) -> tuple[Organisation, Contact | None]:
    # The lock on the organisation makes two calls at once take turns, also where no contact is yet.
    organisation = session.scalars(
        select(Organisation).where(Organisation.code == organisation_code).with_for_update()
    ).one_or_none()
    if organisation is None:
        raise NotFound(
            thing_ko=f"기관 {organisation_code}", thing_en=f"organisation {organisation_code}"
        )
    found = session.scalars(
        select(Contact).where(Contact.organisation_id == organisation.id, Contact.role == role)
    ).one_or_none()
    return organisation, found

"""Delegation (위임): an officer names a colleague, who gets a link of his own for one document.

The colleague has a mailbox of the same domain as the officer: the very same, because whoever runs a domain
below it may be somebody else. Where the officer's own mailbox is at a public provider the domain says
nothing about who works for the ministry, so nobody can be named. `korea.kr` is no such provider: it gives
mailboxes to public servants only.
"""

import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import links
from gongmun.access.doors import masked
from gongmun.access.models import AccessLink
from gongmun.access.sessions import Officer
from gongmun.answers import request_queries
from gongmun.db import Database
from gongmun.documents import Document
from gongmun.documents import queries as document_queries
from gongmun.errors import GongmunError, NotFound
from gongmun.ledger import Actor
from gongmun.mail import OutgoingMessage, compose, enqueue
from gongmun.organisations import AddressInvalid, Organisation, checked_address
from gongmun.organisations import queries as organisation_queries
from gongmun.organisations.addresses import LONGEST_ADDRESS
from gongmun.referrals.mailing import mailbox, thread
from gongmun.settings import settings

DELEGATION_INTENT = "delegation"
TOLD_INTENT = "delegation_told"
# Live links of delegates for one document and organisation.
LIMIT = 5
_PUBLIC = Path(__file__).parent / "data" / "public_mail.txt"


class DelegateRefused(GongmunError):
    """A colleague whose mailbox is not of the officer's own domain."""

    code = "delegate.refused"
    ko = "같은 기관 메일 도메인({domain})을 쓰는 동료의 주소만 지정하실 수 있습니다. 주소를 확인해 주십시오."
    en = "Only a colleague with a mailbox of the same domain ({domain}) can be named. Check the address."


class DelegationImpossible(GongmunError):
    """An officer whose own mailbox is at a public provider, or an installation without a portal."""

    code = "delegate.impossible"
    ko = "이 접속으로는 동료를 지정할 수 없습니다. 메일에 적힌 연락처로 동료의 기관 메일 주소를 알려 주십시오."
    en = "No colleague can be named from here. Tell the office named in our mail his official address."


class DelegatesExhausted(GongmunError):
    """More delegates of one document than are allowed, or the same one again."""

    code = "delegate.exhausted"
    ko = "이 공문에는 이미 그 주소를 지정하셨거나 지정할 수 있는 인원({limit}명)을 모두 지정하셨습니다. 바꾸시려면 메일에 적힌 연락처로 알려 주십시오."
    en = "This address has a link already, or all {limit} colleagues of this document are named. Ask the office to revoke one."


def delegate(
    db: Database, *, officer: Officer, document_id: int, address: str, now: datetime
) -> AccessLink:
    """Give a colleague of the officer a link for one document, by mail; the registered contact is told.

    `gongmun access revoke` takes it back.

    Raises:
        NotFound: the officer may not see this document.
        DelegationImpossible: nobody can be named from the officer's mailbox.
        DelegateRefused: not one plain address of the same domain, or the officer's own.
        DelegatesExhausted: there are enough, or this one has a link.
    """
    if not officer.may_see(document_id):
        raise NotFound(thing_ko=f"문서 {document_id}", thing_en=f"document {document_id}")
    own = _normalised(officer.address)
    domain = own.rpartition("@")[2]
    if not domain or domain in _public() or links.blank() is None:
        raise DelegationImpossible
    named = _normalised(address)
    if named.rpartition("@")[2] != domain or named.lower() == own.lower():
        raise DelegateRefused(domain=domain)
    with db.transaction() as session:
        # The lock makes two calls at once take turns.
        document = document_queries.locked(session, document_id)
        before = request_queries.delegates(session, document_id, officer.organisation_id)
        live = [link for link in before if link.revoked_at is None and link.expires_at > now]
        if len(live) >= LIMIT or named.lower() in {(link.address or "").lower() for link in live}:
            raise DelegatesExhausted(limit=LIMIT)
        ministry = organisation_queries.by_id(session, officer.organisation_id)
        mail = compose(
            DELEGATION_INTENT,
            {
                "agency": settings().agency,
                "ministry": ministry,
                "document": document,
                "link": links.blank(),
            },
        )
        who = hashlib.sha256(named.lower().encode()).hexdigest()[:16]
        dispatch = enqueue(
            session,
            OutgoingMessage(
                # One that was revoked may be named again, and gets another mail.
                key=f"delegation:{document_id}:{ministry.id}:{who}:{len(before)}",
                intent=DELEGATION_INTENT,
                organisation_code=ministry.code,
                address=named,
                subject=mail.subject,
                body=mail.body,
                document_id=document_id,
            ),
            now,
        )
        link = links.grant_delegate(
            session,
            organisation_id=ministry.id,
            document_ids=[document_id],
            address=named,
            dispatch=dispatch,
            now=now,
        )
        assert link is not None, "there is a portal"
        ledger.record(
            session,
            "document.delegated",
            subject=("document", document_id),
            now=now,
            actor=Actor.MINISTRY,
            organisation_id=ministry.id,
            access_link_id=link.id,
            officer_session_id=officer.session_id,
        )
        _tell_contact(session, ministry, document, link, now)
    return link


def _tell_contact(
    session: Session, ministry: Organisation, document: Document, link: AccessLink, now: datetime
) -> None:
    """One mail for each delegation: whoever got hold of the contact's session would stay in by another's."""
    contact = mailbox(session, ministry.id)
    if contact is None or link.address is None:
        return
    mail = compose(
        TOLD_INTENT,
        {
            "agency": settings().agency,
            "ministry": ministry,
            "document": document,
            "delegate": masked(link.address, is_told=True),
        },
    )
    enqueue(
        session,
        OutgoingMessage(
            key=f"{TOLD_INTENT}:{link.id}",
            intent=TOLD_INTENT,
            organisation_code=ministry.code,
            address=contact,
            subject=mail.subject,
            body=mail.body,
            references=thread(session, [document.id]),
            document_id=document.id,
        ),
        now,
    )


@lru_cache(maxsize=1)
def _public() -> frozenset[str]:
    """The domains at which anybody may have a mailbox."""
    lines = _PUBLIC.read_text(encoding="utf-8").split("\n")
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _normalised(address: str) -> str:
    """An address with its domain in lower case and ASCII (IDNA); empty where it is not one plain address."""
    local, _, domain = address.strip()[:LONGEST_ADDRESS].rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
        return checked_address(f"{local}@{ascii_domain}")
    except (UnicodeError, AddressInvalid):
        return ""

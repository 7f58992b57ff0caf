"""The outbox (발송함): a message becomes a row in the transaction that decides on it."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.errors import GongmunError
from gongmun.mail import queries
from gongmun.mail.life import Status
from gongmun.mail.message import OutgoingMessage, Sender, message_id, usable_references
from gongmun.mail.models import Dispatch, HoldReason
from gongmun.organisations import addresses
from gongmun.settings import settings
from gongmun.text import clean_line, lay_out

# Crockford's base32: nothing in it looks like something else. 80 bits: nobody guesses one.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 16


class AddressRefused(GongmunError):
    """Text that is not one plain mail address. The text itself may be personal and is not repeated."""

    code = "mail.address_refused"
    ko = "메일 주소로 쓸 수 없습니다. 이름@기관.go.kr 형식의 주소 하나만 입력해 주십시오."
    en = "This is not a usable mail address. Give a single address such as name@ministry.go.kr."


def checked_address(address: str) -> str:
    """`address`, if mail can go to it: the rule is that of the organisations' contacts.

    Raises:
        AddressRefused: it is not.
    """
    try:
        return addresses.checked_address(address)
    except addresses.AddressInvalid:
        raise AddressRefused from None


def agency_sender() -> Sender:
    """Who our mail is from, by the settings.

    Raises:
        AddressRefused: GONGMUN_MAIL__SENDER is not a usable address.
    """
    return Sender(name=settings().agency.name_ko, address=checked_address(settings().mail.sender))


def enqueue(
    session: Session, message: OutgoingMessage, now: datetime, *, instead_of: int | None = None
) -> Dispatch:
    """Put `message` into the outbox, in the caller's transaction; the row that holds it.

    `instead_of` is the dispatch that bounced, where this one takes its place.

    A key that is there already gives the row of before, unchanged. Without a usable address the row
    is held for a person: one bad contact must not stop the other ministries' mail.
    """
    values = _row(message, agency_sender(), now) | {"instead_of_id": instead_of}
    added = queries.add(session, values)
    dispatch = queries.by_key(session, message.key)
    if added:
        _record(session, dispatch.id, values, now)
    return dispatch


def enqueue_many(
    session: Session, messages: Sequence[OutgoingMessage], now: datetime
) -> Sequence[int]:
    """Do the same with each of these messages; the ids of their rows, in the same order."""
    sender = agency_sender()
    rows = [_row(message, sender, now) for message in messages]
    found = queries.add_many(session, rows)
    for row in rows:
        if found[row["key"]].token == row["token"]:
            _record(session, found[row["key"]].id, row, now)
    return [found[row["key"]].id for row in rows]


def _row(message: OutgoingMessage, sender: Sender, now: datetime) -> dict[str, Any]:
    reason = _hold_reason(message.address)
    return {
        "key": message.key,
        "message_id": message_id(message.key, sender.address),
        "intent": message.intent,
        "organisation_code": message.organisation_code,
        # A refused address is kept for the eye of the person who corrects it.
        "address": message.address and clean_line(message.address)[: addresses.LONGEST_ADDRESS],
        "subject": clean_line(message.subject),
        "body": lay_out(message.body) + "\n",
        "attachments": [asdict(attachment) for attachment in message.attachments],
        "references": list(usable_references(message.references)),
        "language": message.language,
        "document_id": message.document_id,
        "wants_proof": message.wants_proof,
        "token": _token(),
        "status": Status.HELD if reason else Status.QUEUED,
        "hold_reason": reason,
        "attempts": 0,
        "next_attempt_at": None if reason else now,
        "created_at": now,
    }


def _record(session: Session, dispatch_id: int, row: dict[str, Any], now: datetime) -> None:
    ledger.record(
        session,
        f"mail.{row['status']}",
        subject=("dispatch", dispatch_id),
        now=now,
        intent=row["intent"],
        organisation=row["organisation_code"],
        document=row["document_id"],
        reason=row["hold_reason"],
    )


def _token() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def _hold_reason(address: str | None) -> HoldReason | None:
    if not address:
        return HoldReason.NO_MAILBOX
    try:
        checked_address(address)
    except AddressRefused:
        return HoldReason.BAD_ADDRESS
    return None

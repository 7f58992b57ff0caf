"""The outbox (발송함): a message becomes a row in the transaction that decides on it."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.db.restored import Restoration, restorations
from gongmun.errors import GongmunError
from gongmun.mail import queries
from gongmun.mail.life import Status
from gongmun.mail.message import (
    OutgoingMessage,
    Sender,
    message_ids,
    usable_references,
)
from gongmun.mail.models import Dispatch, HoldReason
from gongmun.organisations import addresses
from gongmun.settings import settings
from gongmun.text import clean_line, lay_out

# Crockford's base32: nothing in it looks like something else. 80 bits: nobody guesses one. Of each random byte five
# bits count.
_TO_CROCKFORD = b"0123456789abcdefghjkmnpqrstvwxyz" * 8
_LENGTH = 16
# Of most mails, and of all to many: what is one object is written into the rows as JSON once.
_NONE: list[Any] = []


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


def ids_since(restores: Sequence[Restoration], keys: Sequence[str]) -> Sequence[str]:
    """The Message-IDs of dispatches with these keys that are made after these restores, and before another one."""
    mark = f"\n{restores[-1].restored_at.isoformat()}" if restores else ""
    return message_ids([f"{key}{mark}" for key in keys], agency_sender().address)


def enqueue(
    session: Session, message: OutgoingMessage, now: datetime, *, instead_of: int | None = None
) -> Dispatch:
    """Put `message` into the outbox, in the caller's transaction; the row that holds it.

    `instead_of` is the dispatch that bounced, where this one takes its place.

    A key that is there already gives the row of before, unchanged. Without a usable address the row
    is held for a person: one bad contact must not stop the other ministries' mail.
    """
    [row] = _rows(session, [message], now)
    values = row | {"instead_of_id": instead_of}
    added = queries.add(session, values)
    dispatch = queries.by_key(session, message.key)
    if added:
        _record(session, [dispatch.id], values, now)
    return dispatch


def enqueue_many(
    session: Session, messages: Sequence[OutgoingMessage], now: datetime
) -> Sequence[int]:
    """Do the same with each of these messages; the ids of their rows, in the same order."""
    rows = _rows(session, messages, now)
    return _enqueue(session, rows, {}, _told, now)


def enqueue_to_each(
    session: Session,
    message: OutgoingMessage,
    recipients: Sequence[tuple[str, str | None]],
    now: datetime,
) -> Sequence[int]:
    """Do the same with one message to many, each with a key and an address of his own in place of the message's."""
    return _enqueue(session, _own(session, recipients, now), _said(message, now), _HELD, now)


def _enqueue(
    session: Session,
    rows: Sequence[Mapping[str, Any]],
    alike: Mapping[str, Any],
    what_differs: Callable[[Mapping[str, Any]], object],
    now: datetime,
) -> Sequence[int]:
    """Add these rows, but those whose key is there already; the ids of all, in their order.

    `alike` is what all have beside their own, `what_differs` tells those apart of which the ledger has to tell
    something else.
    """
    found = queries.add_many(session, rows, alike=alike)
    ids = [found[row["key"]][0] for row in rows]
    added = (
        (row, dispatch_id)
        for row, dispatch_id in zip(rows, ids, strict=True)
        if found[row["key"]][1] == row["token"]
    )
    # Of many alike the same is told.
    for _, same in groupby(added, key=lambda each: what_differs(each[0])):
        some = list(same)
        _record(session, [dispatch_id for _, dispatch_id in some], {**some[0][0], **alike}, now)
    return ids


def _rows(
    session: Session, messages: Sequence[OutgoingMessage], now: datetime
) -> Sequence[dict[str, Any]]:
    """The messages as rows of the outbox, in their order."""
    own = _own(session, [(message.key, message.address) for message in messages], now)
    return [row | _said(message, now) for row, message in zip(own, messages, strict=True)]


def _own(
    session: Session, recipients: Sequence[tuple[str, str | None]], now: datetime
) -> Sequence[dict[str, Any]]:
    """What rows of the outbox do not share, for these keys and addresses in their order."""
    # Keys are made of ids, and after a restore the ids of what was lost are given once more: a server that has
    # the one Message-ID already would drop the new mail.
    ids = ids_since(restorations(session), [key for key, _ in recipients])
    tokens = _tokens(len(recipients))
    return [
        _own_row(key, address, message_id, token, now)
        for (key, address), message_id, token in zip(recipients, ids, tokens, strict=True)
    ]


def _own_row(
    key: str, address: str | None, message_id: str, token: str, now: datetime
) -> dict[str, Any]:
    reason = _hold_reason(address)
    return {
        "key": key,
        "message_id": message_id,
        "address": _readable(address) if reason else address,
        "token": token,
        "status": Status.HELD if reason else Status.QUEUED,
        "hold_reason": reason,
        "next_attempt_at": None if reason else now,
    }


def _said(message: OutgoingMessage, now: datetime) -> dict[str, Any]:
    """What rows of the same message to others share."""
    return {
        "intent": message.intent,
        "organisation_code": message.organisation_code,
        "subject": _line(message.subject),
        "body": _laid_out(message.body),
        "attachments": [asdict(each) for each in message.attachments] or _NONE,
        "references": list(usable_references(message.references)) or _NONE,
        "language": message.language,
        "document_id": message.document_id,
        "wants_proof": message.wants_proof,
        "attempts": 0,
        "created_at": now,
    }


def _readable(address: str | None) -> str | None:
    """A refused address is kept for the eye of the person who corrects it."""
    return address and clean_line(address)[: addresses.LONGEST_ADDRESS]


# Of mails to many the words are the same.
@lru_cache(maxsize=8)
def _line(text: str) -> str:
    return clean_line(text)


@lru_cache(maxsize=8)
def _laid_out(text: str) -> str:
    return lay_out(text) + "\n"


# What the ledger tells of a row.
_told = itemgetter("status", "intent", "organisation_code", "document_id", "hold_reason")
# What of it may differ between mails of one message.
_HELD = itemgetter("hold_reason")


def _record(session: Session, ids: Sequence[int], row: Mapping[str, Any], now: datetime) -> None:
    status, intent, organisation, document, reason = _told(row)
    ledger.record_each(
        session,
        f"mail.{status}",
        subjects=("dispatch", ids),
        now=now,
        intent=intent,
        organisation=organisation,
        document=document,
        reason=reason,
    )


def _tokens(count: int) -> Iterator[str]:
    text = secrets.token_bytes(_LENGTH * count).translate(_TO_CROCKFORD).decode()
    return (text[start : start + _LENGTH] for start in range(0, len(text), _LENGTH))


def _hold_reason(address: str | None) -> HoldReason | None:
    if not address:
        return HoldReason.NO_MAILBOX
    try:
        checked_address(address)
    except AddressRefused:
        return HoldReason.BAD_ADDRESS
    return None

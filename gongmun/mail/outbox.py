"""The outbox (발송함): a message becomes a row in the transaction that decides on it."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
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
    found = queries.add_many(session, rows)
    ids = [found[row["key"]][0] for row in rows]
    added = (
        (row, dispatch_id)
        for row, dispatch_id in zip(rows, ids, strict=True)
        if found[row["key"]][1] == row["token"]
    )
    # Of many alike the same is told.
    for _, alike in groupby(added, key=lambda each: _told(each[0])):
        some = list(alike)
        _record(session, [dispatch_id for _, dispatch_id in some], some[0][0], now)
    return ids


def _rows(
    session: Session, messages: Sequence[OutgoingMessage], now: datetime
) -> Sequence[dict[str, Any]]:
    """The messages as rows of the outbox, in their order."""
    # Keys are made of ids, and after a restore the ids of what was lost are given once more: a server that has
    # the one Message-ID already would drop the new mail.
    ids = ids_since(restorations(session), [message.key for message in messages])
    tokens = _tokens(len(messages))
    return [
        _row(message, one, token, now)
        for message, one, token in zip(messages, ids, tokens, strict=True)
    ]


def _row(message: OutgoingMessage, message_id: str, token: str, now: datetime) -> dict[str, Any]:
    reason = _hold_reason(message.address)
    return {
        "key": message.key,
        "message_id": message_id,
        "intent": message.intent,
        "organisation_code": message.organisation_code,
        "address": _readable(message.address) if reason else message.address,
        "subject": _line(message.subject),
        "body": _laid_out(message.body),
        "attachments": [asdict(each) for each in message.attachments] or _NONE,
        "references": list(usable_references(message.references)) or _NONE,
        "language": message.language,
        "document_id": message.document_id,
        "wants_proof": message.wants_proof,
        "token": token,
        "status": Status.HELD if reason else Status.QUEUED,
        "hold_reason": reason,
        "attempts": 0,
        "next_attempt_at": None if reason else now,
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

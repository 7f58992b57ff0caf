"""Receipts (접수증): what was taken from a ministry, with the hash of every file, as a page and a mail."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.answers import queries
from gongmun.answers.models import AnswerFile, Channel, Receipt
from gongmun.clock import SEOUL
from gongmun.db import Database
from gongmun.documents import Document
from gongmun.ledger import Actor
from gongmun.mail import OutgoingMessage, compose, enqueue_many
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals.answering import take_acknowledgement
from gongmun.referrals.ladder import Ladder
from gongmun.referrals.mailing import mailbox, thread
from gongmun.referrals.models import ResponseDecision
from gongmun.referrals.names import DECISIONS
from gongmun.settings import settings

INTENT = "receipt"


class What(StrEnum):
    """What a receipt confirms of one referral."""

    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"


@dataclass(frozen=True, kw_only=True, slots=True)
class FileItem:
    """A file that was taken; whoever has it can compare the SHA-256."""

    filename: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """What was taken of one referral. `commitments` says how many it promises, `review_by` until when it
    reviews, `received_at` when its mail arrived, where it was taken later: that moment counts."""

    what: What
    referral_id: int
    reference: str
    title: str
    received_at: datetime | None = None
    registration_number: str | None = None
    decision: ResponseDecision | None = None
    commitments: int = 0
    review_by: date | None = None
    files: tuple[FileItem, ...] = ()


_ITEMS = TypeAdapter(tuple[Item, ...])


def items(receipt: Receipt) -> tuple[Item, ...]:
    """What a receipt lists."""
    return _ITEMS.validate_python(receipt.items)


def file_items(files: Sequence[AnswerFile]) -> tuple[FileItem, ...]:
    """Files as a receipt lists them."""
    return tuple(
        FileItem(filename=each.filename, size=each.size, sha256=each.sha256) for each in files
    )


def give(
    session: Session,
    document: Document,
    *,
    organisation_id: int,
    items: Sequence[Item],
    address: str | None,
    now: datetime,
) -> Receipt:
    """Write a receipt, and queue the mail with it, in the caller's transaction.

    The mail goes to `address`, the mailbox of the session, or to the registered contact.
    """
    receipt = Receipt(
        name=secrets.token_hex(16),
        document_id=document.id,
        organisation_id=organisation_id,
        items=_ITEMS.dump_python(tuple(items), mode="json"),
        given_at=now,
    )
    session.add(receipt)
    session.flush()
    organisation = organisation_queries.by_id(session, organisation_id)
    mail = compose(
        INTENT,
        {
            "agency": settings().agency,
            "ministry": organisation,
            "document": document,
            "given": _moment(now),
            "answered": any(item.what is What.ANSWERED for item in items),
            "items": items,
            "received": {
                item.referral_id: _moment(item.received_at) for item in items if item.received_at
            },
            "decisions": DECISIONS,
        },
    )
    message = OutgoingMessage(
        key=f"receipt:{receipt.id}",
        intent=INTENT,
        organisation_code=organisation.code,
        address=address or mailbox(session, organisation_id),
        subject=mail.subject,
        body=mail.body,
        references=thread(session, [document.id]),
        document_id=document.id,
    )
    enqueue_many(session, [message], now)
    ledger.record(
        session,
        "receipt.given",
        subject=("receipt", receipt.id),
        now=now,
        document_id=document.id,
        referrals=[item.referral_id for item in items],
    )
    return receipt


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(SEOUL):%Y-%m-%d %H:%M}"


def acknowledge_document(
    db: Database,
    document_id: int,
    *,
    organisation_id: int,
    registration_number: str | None,
    channel: Channel,
    address: str | None,
    ladder: Ladder,
    now: datetime,
    received_at: datetime | None = None,
) -> Receipt | None:
    """Acknowledge a document with the ministry's own number; None where it was acknowledged already.

    A number that comes after an acknowledgement without one is added. `received_at` is when it came, if
    it is recorded later.

    Raises:
        NotFound: the document is not this organisation's.
        BeforeDispatch: it was dispatched later than that.
    """
    with db.transaction() as session:
        referrals = queries.locked_of_document(session, document_id, organisation_id)
        if not referrals:
            raise queries.no_document(document_id)
        taken = take_acknowledgement(
            session,
            referrals,
            registration_number=registration_number,
            actor=Actor.COORDINATOR if channel is Channel.COORDINATOR else Actor.MINISTRY,
            ladder=ladder,
            received_at=received_at,
            now=now,
        )
        if not taken:
            return None
        told = queries.suggestions_of(session, taken)
        numbers = {each.id: each.registration_number for each in referrals}
        return give(
            session,
            queries.document_of(session, taken[0]),
            organisation_id=organisation_id,
            items=[
                Item(
                    what=What.ACKNOWLEDGED,
                    referral_id=referral_id,
                    reference=told[referral_id].reference,
                    title=told[referral_id].title,
                    received_at=received_at if received_at != now else None,
                    registration_number=numbers[referral_id],
                )
                for referral_id in taken
            ],
            address=address,
            now=now,
        )

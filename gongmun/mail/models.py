"""Rows of the mail room: the outbox, one row per dispatch (발송)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gongmun.db import Base, index_where_given, state
from gongmun.mail.life import Event, Status
from gongmun.mail.message import Attachment, OutgoingMessage

_QUEUED = text("status = 'queued'")
_LEASED = text("lease_until IS NOT NULL")


class HoldReason(StrEnum):
    """Why a dispatch waits, or waited, for a person before it can be sent."""

    NO_MAILBOX = "no_mailbox"
    BAD_ADDRESS = "bad_address"
    ATTACHMENT_UNREADABLE = "attachment_unreadable"
    NO_LINK = "no_link"  # the secret that its body has a blank for cannot be made, or no more
    # It may have left after the backup that was restored was made. It stays when a person says that it did not.
    RESTORED = "restored"


class Proof(StrEnum):
    """What proves that a dispatch was delivered."""

    DSN = "dsn"  # the success notice of the ministry's own server, RFC 3464
    RELAY_LOG = "relay_log"  # the relay's log says that the ministry's server took it
    JOURNAL = "journal"  # the copy of all mail that the relay accepted: it left, no more


class Dispatch(Base):
    """One message to one mailbox, and what became of it."""

    __tablename__ = "dispatches"
    __table_args__ = (
        Index(
            "ix_dispatches_due",
            "next_attempt_at",
            "id",
            sqlite_where=_QUEUED,
            postgresql_where=_QUEUED,
        ),
        Index(
            "ix_dispatches_leased", "lease_until", sqlite_where=_LEASED, postgresql_where=_LEASED
        ),
        # Mails to citizens carry none.
        index_where_given("document_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Chosen by the caller: the same key is one dispatch, however often it is enqueued.
    key: Mapped[str] = mapped_column(String(200), unique=True)
    message_id: Mapped[str] = mapped_column(String(60), unique=True)
    intent: Mapped[str] = mapped_column(String(40))
    organisation_code: Mapped[str] = mapped_column(String(40), index=True)
    address: Mapped[str | None] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    # Whether its delivery has to be proved: not that of a code, which is of no use after minutes.
    wants_proof: Mapped[bool] = mapped_column(default=True)
    # Message-IDs of the mails before in the same thread, oldest first.
    references: Mapped[list[str]] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(16))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    status: Mapped[Status] = mapped_column(state(Status))
    hold_reason: Mapped[HoldReason | None] = mapped_column(state(HoldReason))
    # Attempts that the relay answered, or whose answer was lost.
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    # The first refusal "for now" of the present run of attempts; the run ends 72 hours after it.
    deferred_since: Mapped[datetime | None]
    owner: Mapped[str | None] = mapped_column(String(64))
    # Real time of the machine, whatever `now` a flow works with.
    lease_until: Mapped[datetime | None]
    # What went wrong last, in ASCII: a reply code and its text, or the reason of a hold.
    last_error: Mapped[str | None] = mapped_column(String(200))
    relay_reply: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    sending_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    # In lower case and Crockford's base32: in the reply and the return address, so that what comes back
    # finds the dispatch it is about.
    token: Mapped[str] = mapped_column(String(20), unique=True)
    # The dispatch that bounced, which this one was sent in place of, to another mailbox.
    instead_of_id: Mapped[int | None] = mapped_column(ForeignKey("dispatches.id"))
    delivered_at: Mapped[datetime | None]
    proof: Mapped[Proof | None] = mapped_column(state(Proof))
    # When it came back last, or was refused because there is no such mailbox.
    bounced_at: Mapped[datetime | None]
    # The last "still trying" of a server on the way.
    delayed_at: Mapped[datetime | None]

    def message(self) -> OutgoingMessage:
        """The message as it was enqueued."""
        return OutgoingMessage(
            key=self.key,
            intent=self.intent,
            organisation_code=self.organisation_code,
            address=self.address,
            subject=self.subject,
            body=self.body,
            attachments=tuple(Attachment(**attachment) for attachment in self.attachments),
            references=tuple(self.references),
            language=self.language,
            document_id=self.document_id,
            wants_proof=self.wants_proof,
        )


class DispatchDecision(Base):
    """What a named coordinator decided about a dispatch, and why. The only place where the name is kept."""

    __tablename__ = "dispatch_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    dispatch_id: Mapped[int] = mapped_column(ForeignKey("dispatches.id"), index=True)
    event: Mapped[Event] = mapped_column(state(Event))
    name: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime]


class IncomingKind(StrEnum):
    """What a mail that came in is."""

    REPLY = "reply"  # a person wrote it
    AUTO_REPLY = "auto_reply"  # noted, stops nothing, is never answered
    DELIVERED = "delivered"  # success DSN
    DELAYED = "delayed"
    BOUNCED = "bounced"
    UNREADABLE = "unreadable"


class IncomingMail(Base):
    """A mail that came in (수신 메일). Its raw bytes were stored, as `raw_sha256`, before it was read.

    `arrived_at` is since when our mailbox had it, by the mailbox's own word, and not later than
    `collected_at`; `sent_at` is only what the sender claims.

    `kind` and all that follows are None until it was read. `tokens` are those of our addresses that it
    was sent to, as dispatches have them; `references` the Message-IDs it names. `text` is the whole text,
    `shown` without what it quotes.
    """

    __tablename__ = "incoming_mails"
    __table_args__ = (
        Index(
            "ix_incoming_mails_unread",
            "id",
            sqlite_where=text("kind IS NULL"),
            postgresql_where=text("kind IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    raw_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int]
    collected_at: Mapped[datetime]
    arrived_at: Mapped[datetime]
    kind: Mapped[IncomingKind | None] = mapped_column(state(IncomingKind))
    read_at: Mapped[datetime | None]
    message_id: Mapped[str | None] = mapped_column(String(900))
    sender: Mapped[str | None] = mapped_column(String(254))
    subject: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None]
    tokens: Mapped[list[str]] = mapped_column(JSON, default=list)
    references: Mapped[list[str]] = mapped_column(JSON, default=list)
    text: Mapped[str | None] = mapped_column(Text)
    shown: Mapped[str | None] = mapped_column(Text)
    # Files of the mail, as `Attachment`, with `size` and `inline` (a picture within the text, often a
    # logo); their content lies in the store of what was received.
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    # Of a notice about a mail of ours: which one, and the enhanced status code (RFC 3463).
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatches.id"), index=True)
    diagnosis: Mapped[str | None] = mapped_column(String(200))
    # When the rooms above took it up.
    handled_at: Mapped[datetime | None]
    # When its raw bytes and its files were deleted from the store, because nobody needs them any more.
    raw_deleted_at: Mapped[datetime | None]


class IncomingKey(Base):
    """Where a mail lay on the server: it is not fetched again, also after UIDVALIDITY changed."""

    __tablename__ = "incoming_keys"

    mailbox: Mapped[str] = mapped_column(String(200), primary_key=True)
    uid_validity: Mapped[str] = mapped_column(String(40), primary_key=True)
    uid: Mapped[str] = mapped_column(String(255), primary_key=True)
    incoming_id: Mapped[int] = mapped_column(ForeignKey("incoming_mails.id"), index=True)

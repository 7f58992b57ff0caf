"""Rows of the mail room: the outbox, one row per dispatch (발송)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gongmun.db import Base, state
from gongmun.mail.life import Status
from gongmun.mail.message import Attachment, OutgoingMessage

_QUEUED = text("status = 'queued'")
_LEASED = text("lease_until IS NOT NULL")


class HoldReason(StrEnum):
    """Why a dispatch waits for a person before it can be sent."""

    NO_MAILBOX = "no_mailbox"
    BAD_ADDRESS = "bad_address"
    ATTACHMENT_UNREADABLE = "attachment_unreadable"


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
    # Message-IDs of the mails before in the same thread, oldest first.
    references: Mapped[list[str]] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(16))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"), index=True)
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
        )

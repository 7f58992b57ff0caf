"""Rows of the answers room. What a referral is and how its clocks run stands in the referrals room."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gongmun.db import Base, state

_OPEN = text("decided_at IS NULL")
_UNANSWERED = text("answered_at IS NULL")


class Channel(StrEnum):
    """The way by which something came."""

    PORTAL = "portal"
    MAIL = "mail"
    COORDINATOR = "coordinator"  # by telephone or on paper, recorded by a coordinator


class RequestStatus(StrEnum):
    """Where a request of a ministry (extension, transfer) stands."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"  # the ministry answered before it was decided


class CommitmentStatus(StrEnum):
    """Where a commitment (이행과제) stands."""

    OPEN = "open"
    DONE = "done"  # with evidence
    WITHDRAWN = "withdrawn"  # with a reason


class ResponseDraft(Base):
    """What an officer has written about a referral and not submitted yet (임시저장).

    `content` is what `content.Content` reads: it may lack anything, and is checked on submission.
    `arrived_at` is when the last mail arrived whose words are its reason, None where somebody has written
    other words since: such an answer counts from that moment, see `submitting`.
    """

    __tablename__ = "response_drafts"

    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    channel: Mapped[Channel] = mapped_column(state(Channel))
    updated_at: Mapped[datetime]
    arrived_at: Mapped[datetime | None]


class AnswerFile(Base):
    """A file that came with something about a referral; its content lies in the store, by `sha256`.

    `name` is random and stands in addresses; `filename` is what the sender called it, for display.
    """

    __tablename__ = "answer_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), index=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    channel: Mapped[Channel] = mapped_column(state(Channel))
    received_at: Mapped[datetime]
    # Taken back before submission: the row stays, nobody is shown it.
    removed_at: Mapped[datetime | None]
    # What it belongs to; none of them while it lies with a draft.
    response_id: Mapped[int | None] = mapped_column(ForeignKey("responses.id"), index=True)
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"), index=True)
    # A follow-up meeting's, whose table stands in the room above.
    meeting_id: Mapped[int | None] = mapped_column(index=True)


class Commitment(Base):
    """What a ministry promises in a response (이행과제): chased until done or withdrawn.

    `next_action_on` is the day in Seoul of its next reminder; None once it is settled, and before its
    response is published.
    """

    __tablename__ = "commitments"
    __table_args__ = (
        Index(
            "ix_commitments_next_action",
            "next_action_on",
            "id",
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), index=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("responses.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(100))  # a division or a post, not a person
    due_on: Mapped[date]
    status: Mapped[CommitmentStatus] = mapped_column(state(CommitmentStatus))
    # How it was done, or why it was withdrawn.
    account: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[datetime | None]
    next_action_on: Mapped[date | None]


class Extension(Base):
    """A ministry's request for more time on a referral (연장), and the decision on it."""

    __tablename__ = "extensions"
    __table_args__ = (
        Index(
            "uq_extensions_open",
            "referral_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), index=True)
    arming: Mapped[int]  # of the clock it asks to extend
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    channel: Mapped[Channel] = mapped_column(state(Channel))
    requested_at: Mapped[datetime]
    status: Mapped[RequestStatus] = mapped_column(state(RequestStatus))
    old_due: Mapped[date]
    new_due: Mapped[date | None]
    decided_at: Mapped[datetime | None]
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approvals.id"))
    # The numbered decision that is sent to the ministry.
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"), index=True)


class Transfer(Base):
    """A ministry returns a referral and names another (이관), and the decision on it.

    The old referral ends as transferred; `new_referral_id` goes on with the other ministry.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        Index(
            "uq_transfers_open",
            "referral_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), index=True)
    to_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    reason: Mapped[str] = mapped_column(Text)
    channel: Mapped[Channel] = mapped_column(state(Channel))
    requested_at: Mapped[datetime]
    status: Mapped[RequestStatus] = mapped_column(state(RequestStatus))
    decided_at: Mapped[datetime | None]
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approvals.id"))
    new_referral_id: Mapped[int | None] = mapped_column(ForeignKey("referrals.id"), unique=True)


class Question(Base):
    """A ministry's question to the division (질의). The answer's clock stands still until it is answered."""

    __tablename__ = "questions"
    __table_args__ = (
        Index(
            "uq_questions_open",
            "referral_id",
            unique=True,
            sqlite_where=_UNANSWERED,
            postgresql_where=_UNANSWERED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    channel: Mapped[Channel] = mapped_column(state(Channel))
    asked_at: Mapped[datetime]
    # None in one that was answered only by the ministry's own answer, which ended it.
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[str | None] = mapped_column(String(100))
    answered_at: Mapped[datetime | None]


class Receipt(Base):
    """A receipt (접수증) of what a ministry submitted: what was taken, and the hash of each file.

    `items` is what the page and the mail list; see `receipts.Item`.
    """

    __tablename__ = "receipts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)  # random: stands in its address
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    given_at: Mapped[datetime]


class ReplyStatus(StrEnum):
    """Where a reply by mail stands."""

    HELD = "held"  # in the holding pen: nobody knows yet what it is about
    FILED = "filed"  # to a document; its draft waits for the officer or a coordinator
    SETTLED = "settled"  # confirmed, or there was nothing to confirm
    DISMISSED = "dismissed"  # a coordinator found that it is no reply


class Reply(Base):
    """A mail from a ministry (회신 메일), and the document it was filed to.

    `candidates` are the documents it may be about, best first, for the coordinator who files it.
    """

    __tablename__ = "replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    incoming_id: Mapped[int] = mapped_column(ForeignKey("incoming_mails.id"), unique=True)
    status: Mapped[ReplyStatus] = mapped_column(state(ReplyStatus))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"), index=True)
    candidates: Mapped[list[int]] = mapped_column(JSON)
    # How it was matched (token, references, number), or the name of the coordinator who filed it.
    filed_by: Mapped[str | None] = mapped_column(String(100))
    filed_at: Mapped[datetime | None]
    # When what it says was put into the drafts of its document.
    opened_at: Mapped[datetime | None]
    # Files that were not taken over, as `attached.Refused`; the stored mail still has them.
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    settled_at: Mapped[datetime | None]
    # The coordinator who confirmed or dismissed it; None where the officer did, or nothing had to be.
    settled_by: Mapped[str | None] = mapped_column(String(100))

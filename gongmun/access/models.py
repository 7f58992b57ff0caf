"""Rows of the access room: links, codes, sessions, and the attempts that limits count.

No row holds a secret: tokens, codes and cookies are kept as SHA-256. `document_ids` is all that a link,
a code or a session lets its bearer see.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gongmun.db import Base, index_where_given, state

HASH_LENGTH = 64  # SHA-256 in hexadecimal


class Audience(StrEnum):
    """Whom a link was given to."""

    MINISTRY = "ministry"  # the registered contact of an organisation
    DELEGATE = "delegate"  # a colleague of the same mail domain, named by the officer
    PROPOSER = "proposer"  # whoever made a suggestion
    RESPONDENT = "respondent"  # whoever was invited to a survey
    VOLUNTEER = "volunteer"  # whoever would take part in a panel


class AccessLink(Base):
    """A link (접속 링크) that a mail carries: for an organisation and some documents, a suggestion, a survey, a panel.

    `token_hash` is set when the mail leaves, and anew if it has to leave again: until then nobody, we
    neither, knows the token. `address` is a delegate's, until the link is long dead (`purging`); a ministry's
    is that of its contact on the day.
    """

    __tablename__ = "access_links"
    # Of a whole city that is asked none has either.
    __table_args__ = (index_where_given("organisation_id"), index_where_given("suggestion_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    audience: Mapped[Audience] = mapped_column(state(Audience))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    document_ids: Mapped[list[int]] = mapped_column(JSON)
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestions.id"))
    address: Mapped[str | None] = mapped_column(String(254))
    token_hash: Mapped[str | None] = mapped_column(String(HASH_LENGTH), unique=True)
    dispatch_id: Mapped[int] = mapped_column(ForeignKey("dispatches.id"), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class LoginCode(Base):
    """A six-digit code (인증번호) on its way to a mailbox, and the browser that may enter it.

    `code_hash` is set when its mail leaves. `browser_hash` is that of the cookie of whoever asked.
    """

    __tablename__ = "login_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    # None where the address printed on the document was used instead of a link.
    link_id: Mapped[int | None] = mapped_column(ForeignKey("access_links.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    document_ids: Mapped[list[int]] = mapped_column(JSON)
    address: Mapped[str] = mapped_column(String(254))
    browser_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True)
    code_hash: Mapped[str | None] = mapped_column(String(HASH_LENGTH))
    dispatch_id: Mapped[int] = mapped_column(ForeignKey("dispatches.id"), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class OfficerSession(Base):
    """A session of a ministry's officer: what may be seen and done until it ends."""

    __tablename__ = "officer_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True)
    login_code_id: Mapped[int] = mapped_column(ForeignKey("login_codes.id"), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    document_ids: Mapped[list[int]] = mapped_column(JSON)
    # The mailbox that the code was sent to: where receipts go, and whose domain a delegate shares.
    address: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Attempt(Base):
    """Something that is limited was tried. `key_hash` is that of the token, address or IP it counts for."""

    __tablename__ = "access_attempts"
    __table_args__ = (Index("ix_access_attempts_counted", "what", "key_hash", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(40))
    key_hash: Mapped[str] = mapped_column(String(HASH_LENGTH))
    at: Mapped[datetime] = mapped_column(index=True)

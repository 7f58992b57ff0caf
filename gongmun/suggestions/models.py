"""Rows of the suggestions room: suggestions (제안), their proposers apart, and imports."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongmun.db import Base, state

TITLE_LIMIT = 200
# Characters of one suggestion that the database keeps; what a page prints is the documents' limit.
BODY_LIMIT = 200_000
EXTERNAL_ID_LIMIT = 100
NAME_LIMIT = 100
CONTACT_LIMIT = 200


class Channel(StrEnum):
    """The way by which a suggestion came (접수경로)."""

    ON_SITE = "on_site"
    WEBSITE = "website"
    LIVE_COMMENT = "live_comment"
    IDEA_BOX = "idea_box"  # 국민생각함
    E_PEOPLE = "e_people"  # 국민신문고
    MOBILE_APP = "mobile_app"
    CONTEST = "contest"
    MAIL = "mail"


class Import(Base):
    """One reading of one file. Its counts grow with each batch; `complete` once all is read.

    An import that a killed process left incomplete is finished by importing the same file again.
    """

    __tablename__ = "suggestion_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(255))  # never the folder, which may name a person
    sha256: Mapped[str] = mapped_column(
        String(64)
    )  # of the file as it lay there, compressed or not
    mapping: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    complete: Mapped[bool] = mapped_column(Boolean, default=False)
    rows: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    already_there: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)


class ImportProblem(Base):
    """What was found wrong with one record of a file, without a word of the record itself."""

    __tablename__ = "suggestion_import_problems"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("suggestion_imports.id"), index=True)
    # The physical line of the file, from 1, on which the record starts.
    line: Mapped[int]
    # Refused records are not in the database; the others are, with what the reason says.
    refused: Mapped[bool] = mapped_column(Boolean)
    reason_code: Mapped[str] = mapped_column(String(40))
    reason_ko: Mapped[str] = mapped_column(Text)
    reason_en: Mapped[str] = mapped_column(Text)


class Suggestion(Base):
    """One idea of a citizen. Text is kept whole and plain: escaping and cutting belong to output."""

    __tablename__ = "suggestions"
    __table_args__ = (
        UniqueConstraint("forum_id", "key"),
        UniqueConstraint("forum_id", "number"),
        Index("ix_suggestions_selected", "forum_id", "selected"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id"))
    # What makes importing again harmless: the channel and its own id, else the hash of the content.
    key: Mapped[str] = mapped_column(String(160))
    number: Mapped[int]  # runs from 1 in each forum, without gaps
    reference: Mapped[str] = mapped_column(String(60), unique=True)  # public, e.g. OF-2026-03-017
    channel: Mapped[Channel] = mapped_column(state(Channel))
    external_id: Mapped[str | None] = mapped_column(String(EXTERNAL_ID_LIMIT))
    title: Mapped[str] = mapped_column(String(TITLE_LIMIT))
    body: Mapped[str] = mapped_column(Text)
    topic: Mapped[str | None] = mapped_column(String(40))
    submitted_at: Mapped[datetime | None]
    selected: Mapped[bool] = mapped_column(Boolean)
    content_hash: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime]
    import_id: Mapped[int] = mapped_column(ForeignKey("suggestion_imports.id"), index=True)


class Proposer(Base):
    """Who made a suggestion (제안자): personal data, apart from it, deleted when retention ends."""

    __tablename__ = "proposers"

    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestions.id"), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(NAME_LIMIT))
    contact: Mapped[str | None] = mapped_column(String(CONTACT_LIMIT))

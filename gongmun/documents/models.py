"""Rows of the documents room: approvals (결재), documents (공문) and the register (문서등록대장)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongmun.clock import seoul_date
from gongmun.db import Base, state
from gongmun.documents.dates import korean_citation
from gongmun.documents.letter import Reference
from gongmun.documents.life import Status


class DocumentKind(StrEnum):
    """The forms this room prints."""

    OUTCOME = "outcome"  # 결과 통보
    FIRST_REMINDER = "first_reminder"  # 1차 독촉
    SECOND_REMINDER = "second_reminder"  # 2차 독촉
    ESCALATION = "escalation"  # 상향 통보
    CORRECTION = "correction"  # 정정 통보
    EXTENSION = "extension"  # 기한 연장 결정
    SUBMISSION = "submission"  # 위원회 안건 제출
    SURVEY_REPORT = "survey_report"  # 설문조사 결과 보고
    WHITE_PAPER = "white_paper"  # 백서


class Decision(StrEnum):
    """What a coordinator decided."""

    APPROVE = "approve"
    RETURN = "return"


class Approval(Base):
    """One decision of a named coordinator. The only place where the name is kept."""

    __tablename__ = "approvals"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision: Mapped[Decision] = mapped_column(state(Decision))
    name: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime]


class Document(Base):
    """One official document to one recipient."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("division", "year", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DocumentKind] = mapped_column(state(DocumentKind))
    # Chosen by the caller, e.g. "outcome:12:MOLIT": drafting twice makes one document.
    key: Mapped[str] = mapped_column(String(200), unique=True)
    recipient_code: Mapped[str] = mapped_column(String(40), index=True)
    title: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(8))
    status: Mapped[Status] = mapped_column(state(Status), index=True)
    # What is printed, as `contexts.to_json` wrote it.
    context: Mapped[dict[str, Any]]

    # The number, from the register: all three or none.
    division: Mapped[str | None] = mapped_column(String(60))
    year: Mapped[int | None]
    serial: Mapped[int | None]

    # What a reader types or scans to check a copy, in lower-case base32; given with the number.
    check_code: Mapped[str | None] = mapped_column(String(16), unique=True)

    # The stored file, before it is signed.
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    size: Mapped[int | None]  # bytes
    pages: Mapped[int | None]
    replaced_characters: Mapped[int | None]  # printed as 〓, because no font has them

    # The signed file, where the agency has a key: this one is sent.
    signed_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    signed_size: Mapped[int | None]  # bytes

    # Why it could not be issued last; both or none. The document waits as it is.
    problem_ko: Mapped[str | None] = mapped_column(Text)
    problem_en: Mapped[str | None] = mapped_column(Text)

    created_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    numbered_at: Mapped[datetime | None]
    rendered_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    # When the relay took the first mail that carried it.
    dispatched_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
    # None where the document needs no decision of its own (reminders on the ladder).
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approvals.id"))
    # The earlier document that a correction takes the place of.
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"), index=True)

    @property
    def number(self) -> str | None:
        """The document number as it is cited, `division-serial`; None before it has one."""
        return f"{self.division}-{self.serial}" if self.serial is not None else None

    @property
    def file_sha256(self) -> str | None:
        """The file that is sent and served: the signed one where there is one."""
        return self.signed_sha256 or self.sha256

    @property
    def reference(self) -> Reference:
        """The number and its day, as later documents refer to it; for a document that has one."""
        number, numbered_at = self.number, self.numbered_at
        assert number is not None
        assert numbered_at is not None
        return Reference(number=number, on=seoul_date(numbered_at))

    @property
    def citation(self) -> str:
        """The same as it is written: `division-serial(2026. 10. 2.)`."""
        return korean_citation(self.reference)


class Register(Base):
    """The counter of one division and year. Its row lock makes writers take turns."""

    __tablename__ = "registers"

    division: Mapped[str] = mapped_column(String(60), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_serial: Mapped[int]


class RegisterEntry(Base):
    """One line of the register: the number and the document that has it."""

    __tablename__ = "register_entries"

    division: Mapped[str] = mapped_column(String(60), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), unique=True)
    registered_at: Mapped[datetime]

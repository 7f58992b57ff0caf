"""Rows of the reports: what was found in a wave, which quotes may be printed, and what was done with the results."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongmun.db import Base


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportFile:
    """A file of a report, as its row has it. `name` is that of the address and of the download; `size` in bytes."""

    name: str
    media_type: str
    sha256: str
    size: int


class SurveyReport(Base):
    """The report of one wave. `weighing` is there once it is weighted, `figures` and `files` once it is drafted.

    `figures` is what `figures.to_json` wrote: all that is published, and nothing else. `files` are the tables in the document
    store, each with the fields of `ReportFile`.
    """

    __tablename__ = "survey_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("survey_cycles.id"), unique=True)
    # How often it was drafted: a report that was returned gets another document.
    drafts: Mapped[int] = mapped_column(default=0)
    weighing: Mapped[dict[str, Any]]
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"), index=True)
    # Who let it be published, or returned it last.
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approvals.id"))
    weighted_at: Mapped[datetime]
    drafted_at: Mapped[datetime | None]


class SurveyQuote(Base):
    """An open answer, masked, that stands for `size` which say the same. Printed where a person has approved it."""

    __tablename__ = "survey_quotes"
    __table_args__ = (UniqueConstraint("cycle_id", "item", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("survey_cycles.id"))
    item: Mapped[str] = mapped_column(String(60))
    # 1 stands for the most.
    place: Mapped[int]
    size: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approvals.id"))


class SurveyNews(Base):
    """What was done with the results of a wave (달라진 점): mailed once to those who answered."""

    __tablename__ = "survey_news"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("survey_cycles.id"), unique=True)
    text_ko: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(String(500))
    approval_id: Mapped[int] = mapped_column(ForeignKey("approvals.id"))
    written_at: Mapped[datetime]

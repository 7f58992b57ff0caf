"""Rows of the fieldwork (실사): what recurs, its waves, who was invited, and what was answered.

Who answered and what was answered meet in no row, and no key of the database leads from one to the other. Answers
have no time finer than a day. What whoever has the whole database can find out all the same is said in `keys`.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongmun.db import Base, state
from gongmun.surveys.fieldwork import invitation_life
from gongmun.surveys.fieldwork.life import Status as CycleStatus


class Mode(StrEnum):
    """How an answer came."""

    WEB = "web"
    PAPER = "paper"


# Where the invitation of one person stands.
InvitationStatus = invitation_life.Status


class SurveyMailKind(StrEnum):
    """What a respondent was written for."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    NEWS = "news"  # what changed because of the answers


class DecisionKind(StrEnum):
    """What a coordinator decides about a wave, or about its series."""

    CLOSED = "closed"  # before its time
    PUT_OFF = "put_off"
    CANCELLED = "cancelled"
    ENDED = "ended"  # of a series: no further wave


class StoredQuestionnaire(Base):
    """A questionnaire as it was loaded: never changed, found by the hash of its content."""

    __tablename__ = "questionnaires"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    # Canonical JSON, of which `sha256` is the hash.
    content: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime]


class SurveySeries(Base):
    """A survey that recurs (반복 설문): by which rule, of whom, for how long.

    `rule` is an RFC 5545 RRULE in Seoul's days from `starts_on`; None where only somebody from outside starts a
    wave. `reminders` are working days after the invitation.
    """

    __tablename__ = "survey_series"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    title_ko: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    questionnaire_code: Mapped[str] = mapped_column(String(60))
    panel_id: Mapped[int] = mapped_column(ForeignKey("panels.id"))
    rule: Mapped[str | None] = mapped_column(String(200))
    starts_on: Mapped[date]
    # Working days from the opening to the closing.
    field_days: Mapped[int]
    reminders: Mapped[list[int]] = mapped_column(JSON)
    # Complete answers after which nobody else is asked; None: until the closing. Who is screened out is not counted.
    stop_at: Mapped[int | None]
    # The same of categories: [{"feature", "value", "max"}].
    quotas: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    # Share of the items that were asked, from which on an answer counts as complete (AAPOR).
    complete_from: Mapped[float]
    # Days after the publication of a wave, or its cancelling, or its closing where nobody has published it, after
    # which what leads to people goes.
    keep_days: Mapped[int]
    # Since when no further wave is started, because a coordinator said so or the rule has no further day.
    ended_at: Mapped[datetime | None]
    key_destroyed_at: Mapped[datetime | None]


class SurveyCycle(Base):
    """One wave of a series (설문 주기). `key` is the caller's: who calls twice starts one."""

    __tablename__ = "survey_cycles"
    __table_args__ = (UniqueConstraint("series_id", "wave"), UniqueConstraint("series_id", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("survey_series.id"))
    wave: Mapped[int]
    key: Mapped[str] = mapped_column(String(120))
    status: Mapped[CycleStatus] = mapped_column(state(CycleStatus), index=True)
    questionnaire_id: Mapped[int | None] = mapped_column(ForeignKey("questionnaires.id"))
    # The day of the series' rule on which it was due; None where somebody started it by himself.
    due_on: Mapped[date | None]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    created_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    invited_at: Mapped[datetime | None]
    closing_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    weighted_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    # When what leads to people went, also of a wave that was cancelled, or whose report nobody has approved.
    archived_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    # Over all sheets, in the order of their ids, at the closing, and anew when the wave is archived.
    sheets_sha256: Mapped[str | None] = mapped_column(String(64))


class SurveyDecision(Base):
    """A coordinator's decision about a wave, or about the whole series where no wave is named."""

    __tablename__ = "survey_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("survey_series.id"), index=True)
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("survey_cycles.id"), index=True)
    kind: Mapped[DecisionKind] = mapped_column(state(DecisionKind))
    name: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(1000))
    decided_at: Mapped[datetime]


class Invitation(Base):
    """That one person was asked, and whether he answered; what he answered is not to be found from here."""

    __tablename__ = "survey_invitations"
    __table_args__ = (
        UniqueConstraint("cycle_id", "member_id"),
        Index("ix_survey_invitations_status", "cycle_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("survey_cycles.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("panel_members.id"), index=True)
    status: Mapped[InvitationStatus] = mapped_column(state(InvitationStatus))
    reminders: Mapped[int] = mapped_column(default=0)
    reminded_on: Mapped[date | None]
    answered_on: Mapped[date | None]


class SurveyMail(Base):
    """A mail to a respondent: its link opens the answer page of this invitation."""

    __tablename__ = "survey_mails"
    __table_args__ = (UniqueConstraint("invitation_id", "kind", "count"),)

    dispatch_id: Mapped[int] = mapped_column(ForeignKey("dispatches.id"), primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("survey_invitations.id"))
    kind: Mapped[SurveyMailKind] = mapped_column(state(SurveyMailKind))
    count: Mapped[int] = mapped_column(default=1)


class AnswerSheet(Base):
    """The answers of one person (답안): a random id, no name, and the day at most.

    `key` is found again from the invitation only by the installation's own key file; `pair_key` is the same for
    one person in all waves of a series. A sheet is kept without an order of arrival. In an archived wave `key` is
    the sheet's own id, and nothing is known of the person any more: see `archiving`.
    """

    __tablename__ = "answer_sheets"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it from the class)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("survey_cycles.id"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    pair_key: Mapped[str | None] = mapped_column(String(64))
    mode: Mapped[Mode] = mapped_column(state(Mode))
    sex: Mapped[str | None] = mapped_column(String(10))
    age_group: Mapped[str | None] = mapped_column(String(10))
    province: Mapped[str | None] = mapped_column(String(20))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    # The day of its submission; None while it is only saved.
    submitted_on: Mapped[date | None]
    weight: Mapped[float | None]

"""Rows of the follow-ups room: reminders of commitments, meetings, and what proposers are told and say."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongmun.db import Base, state
from gongmun.followups.life import Status as MeetingStatus


class CommitmentRung(StrEnum):
    """When a ministry is reminded of a commitment."""

    COMING = "coming"
    DUE = "due"
    OVERDUE = "overdue"  # again and again, each time with the next `count`


class CommitmentStep(Base):
    """A reminder of a commitment. The same step is never taken twice, however often a sweep runs."""

    __tablename__ = "commitment_steps"
    __table_args__ = (UniqueConstraint("commitment_id", "rung", "count"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments.id"))
    rung: Mapped[CommitmentRung] = mapped_column(state(CommitmentRung))
    count: Mapped[int] = mapped_column(default=1)
    due_on: Mapped[date]
    fired_on: Mapped[date]
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatches.id"))


class Meeting(Base):
    """A follow-up meeting (후속 협의) of ministry, proposer and division on one referral.

    `sequence` counts the versions of its invitation (RFC 5545): a calendar replaces the one before.
    """

    __tablename__ = "meetings"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), index=True)
    status: Mapped[MeetingStatus] = mapped_column(state(MeetingStatus))
    agenda: Mapped[str] = mapped_column(Text)
    by_ministry: Mapped[bool]  # who proposed it: the ministry, or the division
    with_proposer: Mapped[bool]
    place: Mapped[str | None] = mapped_column(String(200))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[str | None] = mapped_column(Text)
    decisions: Mapped[str | None] = mapped_column(Text)
    proposed_at: Mapped[datetime]
    held_at: Mapped[datetime | None]


class ProposerNotice(Base):
    """A step of which a proposer is told, once. `dispatch_id` is None where there was no address."""

    __tablename__ = "proposer_notices"
    __table_args__ = (UniqueConstraint("suggestion_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestions.id"))
    step: Mapped[str] = mapped_column(String(80))  # e.g. `published:17`, the response's id
    noted_at: Mapped[datetime]
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatches.id"))


class Answered(StrEnum):
    """What a proposer says to "was it really answered?"."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Rating(Base):
    """A proposer's word on one published response (평가); it can be changed, the last one counts."""

    __tablename__ = "ratings"

    response_id: Mapped[int] = mapped_column(ForeignKey("responses.id"), primary_key=True)
    answered: Mapped[Answered] = mapped_column(state(Answered))
    comment: Mapped[str] = mapped_column(Text)
    rated_at: Mapped[datetime]


class Reexamination(Base):
    """A proposer's request to examine a refused referral again (재검토), once."""

    __tablename__ = "reexaminations"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), unique=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("responses.id"))
    reason: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime]

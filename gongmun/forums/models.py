"""Rows of the forums room: forums (포럼) and their outcomes (결과)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongmun.db import Base, state
from gongmun.forums.life import Status as OutcomeStatus


class ForumKind(StrEnum):
    """The kinds of event that end with an outcome."""

    OPEN_FORUM = "open_forum"
    POLICY_CONFERENCE = "policy_conference"
    REGIONAL_CONFERENCE = "regional_conference"
    CITIZEN_FORUM = "citizen_forum"
    SEMINAR = "seminar"
    TOWN_HALL = "town_hall"
    ROUNDTABLE = "roundtable"
    LECTURE = "lecture"


class Forum(Base):
    """One event. Its wrap-up is due from `ends_at`."""

    __tablename__ = "forums"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[ForumKind] = mapped_column(state(ForumKind))
    title_ko: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None] = mapped_column(index=True)
    # Code of the deadline rule that the ministries' answers follow.
    answer_rule: Mapped[str] = mapped_column(String(40))
    # When a wrap-up first looked at it after its end, whether or not there was anything to refer.
    wrapped_up_at: Mapped[datetime | None]


class Outcome(Base):
    """What one wrap-up of a forum ended with: referrals and a document for each ministry.

    A forum has a second outcome when suggestions were selected or routed after the first.
    """

    __tablename__ = "outcomes"
    __table_args__ = (UniqueConstraint("forum_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(ForeignKey("forums.id"))
    round: Mapped[int]
    # Chosen by whoever wraps up, so that a run that is repeated finds its own outcome again.
    key: Mapped[str] = mapped_column(String(64), unique=True)
    status: Mapped[OutcomeStatus] = mapped_column(state(OutcomeStatus), index=True)
    # Raised by every redraft: a decision names the revision it was made on.
    revision: Mapped[int] = mapped_column(default=0)
    drafted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approvals.id"))


class ManualRoute(Base):
    """A coordinator's routing of one suggestion; it stands before the routing by topic."""

    __tablename__ = "manual_routes"

    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestions.id"), primary_key=True)
    lead_code: Mapped[str] = mapped_column(String(20))
    cooperating_codes: Mapped[list[str]] = mapped_column(JSON)
    name: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(1000))
    routed_at: Mapped[datetime]

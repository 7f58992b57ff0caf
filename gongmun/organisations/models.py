"""Rows of the organisations room: who there is, who follows whom, who handles what, and where to write.

`valid_from` and `valid_to` are the first and the last day, both included; no `valid_to` means that no
end is known.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongmun.db import Base, state


class OrganisationKind(StrEnum):
    """The kinds of central administrative agency (중앙행정기관), and what stands above them."""

    MINISTRY = "ministry"  # 부
    OFFICE = "office"  # 처
    AGENCY = "agency"  # 청
    COMMISSION = "commission"  # 위원회
    OVERSIGHT = (
        "oversight"  # offices that assist the president and the prime minister; not agencies
    )


class ContactRole(StrEnum):
    """Which mailbox of an organisation is meant."""

    PRIMARY = "primary"
    BACKUP = "backup"


class ContactHealth(StrEnum):
    """Whether mail arrives at a mailbox, as bounces tell."""

    OK = "ok"
    SOFT = "soft"  # full, or refused for now: it is still written to
    HARD = "hard"  # it does not exist: nothing is sent there any more


class Organisation(Base):
    """An organisation (기관) under one name. A renamed one is a new row and a Succession."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The abbreviation the agency uses itself; where a successor took it over, the former bearer's
    # has the year of its end: MOGEF-2025.
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name_ko: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(150))
    kind: Mapped[OrganisationKind] = mapped_column(state(OrganisationKind))
    # What it answers to (소속), and where an escalation goes. Deferred, so that one load may write a
    # body before its parent.
    parent_code: Mapped[str | None] = mapped_column(
        ForeignKey("organisations.code", deferrable=True, initially="DEFERRED")
    )
    head_ko: Mapped[str] = mapped_column(String(100))
    head_en: Mapped[str] = mapped_column(String(150))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    def has_ended(self, on: date) -> bool:
        """Whether it is no more on the day `on`."""
        return self.valid_to is not None and self.valid_to < on


class Succession(Base):
    """One organisation, or a part of it, became another on a day (승계)."""

    __tablename__ = "successions"
    __table_args__ = (UniqueConstraint("predecessor_code", "successor_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    predecessor_code: Mapped[str] = mapped_column(ForeignKey("organisations.code"))
    successor_code: Mapped[str] = mapped_column(ForeignKey("organisations.code"), index=True)
    effective_on: Mapped[date]
    remark_ko: Mapped[str] = mapped_column(String(200))
    remark_en: Mapped[str] = mapped_column(String(200))


class Topic(Base):
    """A topic (분야) that suggestions are sorted by."""

    __tablename__ = "topics"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_ko: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(60))


class Division(Base):
    """A division (과) of an organisation, and the codes of the topics it handles.

    A division that was dissolved handles none.
    """

    __tablename__ = "divisions"
    __table_args__ = (UniqueConstraint("organisation_id", "name_ko"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    name_ko: Mapped[str] = mapped_column(String(100))
    head_ko: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(150))
    head_en: Mapped[str] = mapped_column(String(150))
    topics: Mapped[list[str]] = mapped_column(JSON)


class Contact(Base):
    """A mailbox of an organisation. `valid` is false once a coordinator has retired it."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("organisation_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    role: Mapped[ContactRole] = mapped_column(state(ContactRole))
    email: Mapped[str] = mapped_column(String(254))
    valid: Mapped[bool] = mapped_column(default=True)
    health: Mapped[ContactHealth] = mapped_column(state(ContactHealth), default=ContactHealth.OK)
    health_noted_at: Mapped[datetime | None]
    # Set by a coordinator: a later load of the files leaves it alone.
    by_hand: Mapped[bool] = mapped_column(default=False)

    @property
    def is_broken(self) -> bool:
        """Whether it is in use, and mail came back from it for good."""
        return self.valid and self.health is ContactHealth.HARD


class ContactDecision(Base):
    """Who replaced a mailbox that mail came back from, when and why. The only place where the name is kept."""

    __tablename__ = "contact_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime]


class RoutingRule(Base):
    """Who leads (주관) and who cooperates (협조) on a topic, in a period."""

    __tablename__ = "routing_rules"
    __table_args__ = (UniqueConstraint("topic", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(ForeignKey("topics.code"))
    lead_code: Mapped[str] = mapped_column(ForeignKey("organisations.code"))
    cooperating_codes: Mapped[list[str]] = mapped_column(JSON)
    remark_ko: Mapped[str] = mapped_column(String(200))
    remark_en: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

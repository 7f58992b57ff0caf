"""Rows of panels (시민참여단): who volunteered, who may be asked and by which draw, who rests.

Names and addresses of people stand apart (`panel_people`, `panel_volunteers`) and go when their retention ends;
everything else knows a member by the number that the published pool has.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gongmun.db import Base, state


class PanelKind(StrEnum):
    """How its members come to be."""

    DRAWN = "drawn"  # by a public lottery, from a pool
    LISTED = "listed"  # all of a list are asked: who came to a forum, say


class Standing(StrEnum):
    """Where one person of a panel stands."""

    CANDIDATE = "candidate"  # in the pool, not drawn
    SELECTED = "selected"
    RESERVE = "reserve"
    LEFT = "left"  # after having been selected


class PanelPerson(Base):
    """A person behind members of panels: personal data, deleted when retention ends."""

    __tablename__ = "panel_people"

    id: Mapped[int] = mapped_column(primary_key=True)
    # In lower case: by it a person is recognised in another panel.
    contact: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str | None] = mapped_column(String(100))


class Panel(Base):
    """A panel. `files` are those of its draw as they were published, by name, each by its SHA-256 in the store."""

    __tablename__ = "panels"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    title_ko: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    kind: Mapped[PanelKind] = mapped_column(state(PanelKind))
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    enrolled_at: Mapped[datetime]
    # The last day on which it is known who its people are.
    keep_until: Mapped[date]
    # How many were asked whether they would take part, and how many sign-ups there were; None where nobody counted.
    invited: Mapped[int | None]
    willing: Mapped[int | None]


class PanelMember(Base):
    """One person of a panel, as the published pool knows him."""

    __tablename__ = "panel_members"
    __table_args__ = (
        UniqueConstraint("panel_id", "number"),
        Index("ix_panel_members_standing", "panel_id", "standing"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panels.id"))
    # None where nobody knows whom the number stands for, or his data were deleted.
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("panel_people.id", ondelete="SET NULL"), index=True
    )
    # The id of the pool.
    number: Mapped[str] = mapped_column(String(32))
    sex: Mapped[str | None] = mapped_column(String(10))
    age_group: Mapped[str | None] = mapped_column(String(10))
    province: Mapped[str | None] = mapped_column(String(20))
    # The keyed hash of where he lives (`households`), if he volunteered by an open call.
    household: Mapped[str | None] = mapped_column(String(64), index=True)
    standing: Mapped[Standing] = mapped_column(state(Standing))
    # Of being drawn, by the published lottery.
    chance: Mapped[float | None]
    # Place among the reserves, from 1, in the order in which they were drawn.
    reserve: Mapped[int | None]
    instead_of_id: Mapped[int | None] = mapped_column(ForeignKey("panel_members.id"))
    left_at: Mapped[datetime | None]


class PanelCall(Base):
    """An open call (공개 모집): from the first to the last of its days everybody may volunteer for a panel to come.

    `panel_code` is that of the panel, which is enrolled once it is drawn.
    """

    __tablename__ = "panel_calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    panel_code: Mapped[str] = mapped_column(String(40), unique=True)
    title_ko: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    # The last day on which what volunteers told is kept.
    keep_until: Mapped[date]
    # How many people were written to; None where it was only announced.
    invited: Mapped[int | None]
    # Of those who had confirmed.
    withdrawn: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    # By a person, before its last day.
    closed_at: Mapped[datetime | None]


_IS_CONFIRMED = text("confirmed_at IS NOT NULL")


class Volunteer(Base):
    """Somebody who would take part (참여 희망자): personal data, deleted when retention ends.

    Until he confirms by the link in his mail nobody knows that the mailbox is his, so there may be several rows
    of one address, each with its own link; confirmed is at most one.
    """

    __tablename__ = "panel_volunteers"
    __table_args__ = (
        UniqueConstraint("call_id", "number"),
        Index(
            "uq_panel_volunteers_confirmed",
            "call_id",
            "contact",
            unique=True,
            sqlite_where=_IS_CONFIRMED,
            postgresql_where=_IS_CONFIRMED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("panel_calls.id"))
    # By chance, so that it tells nothing: the id in the pool.
    number: Mapped[str] = mapped_column(String(32))
    # In lower case.
    contact: Mapped[str] = mapped_column(String(254))
    sex: Mapped[str] = mapped_column(String(10))
    age_group: Mapped[str] = mapped_column(String(10))
    province: Mapped[str] = mapped_column(String(20))
    household: Mapped[str] = mapped_column(String(64))
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatches.id"), unique=True)
    asked_at: Mapped[datetime]
    confirm_by: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class PanelRotation(Base):
    """A rotation (교체) of a panel after one of its waves: at most one after each. `key` decided between equals."""

    __tablename__ = "panel_rotations"
    __table_args__ = (UniqueConstraint("panel_id", "wave"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panels.id"))
    wave: Mapped[int]
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(100))
    decided_at: Mapped[datetime]


class PanelRest(Base):
    """The rest (휴식) of a member who left by a rotation: until its last day he is not drawn, nor who lives with him."""

    __tablename__ = "panel_rests"
    __table_args__ = (UniqueConstraint("rotation_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rotation_id: Mapped[int] = mapped_column(ForeignKey("panel_rotations.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("panel_members.id"), index=True)
    # In which he had served without a break.
    waves: Mapped[int]
    until: Mapped[date] = mapped_column(index=True)

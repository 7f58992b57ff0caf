"""Restores (복원): what was done after the backup was made is not known here, until a person has said what left.

A mail that waits in a backup may have been sent since, and a number that is the next one may stand on a paper in a
ministry. So nothing is numbered and nothing leaves before the restore is settled.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from gongmun.db.models import Base


class Restoration(Base):
    """One restore into this installation, and who settled it."""

    __tablename__ = "restorations"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The moment that the backup holds.
    backup_at: Mapped[datetime]
    restored_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    name: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[str | None] = mapped_column(String(1000))


def unsettled(session: Session) -> Restoration | None:
    """The restore that waits for a person, if there is one: until then nothing is numbered or sent."""
    return session.scalars(
        select(Restoration).where(Restoration.settled_at.is_(None)).order_by(Restoration.id)
    ).first()


def settle_all(session: Session, *, name: str, reason: str, now: datetime) -> int | None:
    """Note who lets the work go on; the id of the latest restore that waited, None where another was quicker.

    Several wait where a backup was made of an installation that was not settled.
    """
    found = session.scalars(
        update(Restoration)
        .where(Restoration.settled_at.is_(None))
        .values(settled_at=now, name=name, reason=reason)
        .returning(Restoration.id)
    ).all()
    return max(found, default=None)


def restorations(session: Session) -> Sequence[Restoration]:
    """All restores that this installation knows of, oldest first."""
    return session.scalars(select(Restoration).order_by(Restoration.id)).all()

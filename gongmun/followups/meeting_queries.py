"""Every SELECT and guarded UPDATE about follow-up meetings (후속 협의)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from gongmun.errors import NotFound
from gongmun.followups.life import COMING, Event, Status, advance
from gongmun.followups.models import Meeting


def meeting(session: Session, meeting_id: int, *, lock: bool = False) -> Meeting:
    """One meeting, locked until the transaction ends if asked for; NotFound without one."""
    found = session.get(Meeting, meeting_id, with_for_update=lock or None)
    if found is None:
        raise NotFound(thing_ko=f"후속 협의 {meeting_id}", thing_en=f"meeting {meeting_id}")
    return found


def meetings_of(session: Session, referral_id: int) -> Sequence[Meeting]:
    """The meetings about a referral, the newest first."""
    return session.scalars(
        select(Meeting).where(Meeting.referral_id == referral_id).order_by(Meeting.id.desc())
    ).all()


def coming_meeting(session: Session, referral_id: int) -> Meeting | None:
    """The meeting about a referral that is still to come."""
    return session.scalars(
        select(Meeting).where(Meeting.referral_id == referral_id, Meeting.status.in_(COMING))
    ).first()


def meetings(session: Session, *, past_too: bool) -> Sequence[Meeting]:
    """Meetings that are still to come, or all; the next one first."""
    query = select(Meeting).order_by(Meeting.starts_at, Meeting.id)
    if not past_too:
        query = query.where(Meeting.status.in_(COMING))
    return session.scalars(query).all()


def undated_meetings(session: Session) -> Sequence[Meeting]:
    """Meetings that were proposed and wait for a date."""
    return session.scalars(
        select(Meeting).where(Meeting.status == Status.PROPOSED).order_by(Meeting.id)
    ).all()


def unreported_meetings(session: Session, now: datetime) -> Sequence[Meeting]:
    """Meetings whose time is over, and of which nobody has said whether they were held."""
    return session.scalars(
        select(Meeting)
        .where(Meeting.status == Status.DATED, Meeting.ends_at < now)
        .order_by(Meeting.ends_at)
    ).all()


def move(session: Session, found: Meeting, event: Event, **values: Any) -> bool:
    """Advance the life of a meeting and set `values`, if its status and version are still the same.

    Raises:
        InvalidTransition: the event is not allowed in the status that was read.
    """
    after = advance(found.status, event)
    result = session.execute(
        update(Meeting)
        .where(
            Meeting.id == found.id,
            Meeting.status == found.status,
            Meeting.sequence == found.sequence,
        )
        .values(status=after, **values)
    )
    assert isinstance(result, CursorResult)
    session.refresh(found)
    return result.rowcount == 1

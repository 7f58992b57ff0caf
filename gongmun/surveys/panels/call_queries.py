"""Every SELECT and guarded UPDATE on open calls and their volunteers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Delete,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from gongmun.db import some_of, upsert
from gongmun.errors import NotFound
from gongmun.mail.models import Dispatch
from gongmun.surveys.panels import mail_queries
from gongmun.surveys.panels.models import Panel, PanelCall, PanelMember, PanelPerson, Volunteer


def find_call(session: Session, code: str) -> PanelCall | None:
    """The call with this code, if there is one."""
    return session.scalars(select(PanelCall).where(PanelCall.code == code)).one_or_none()


def add_call(session: Session, values: Mapping[str, Any]) -> bool:
    """Add a call; False if its code or its panel has one, also when another process just added it."""
    statement = upsert(session, PanelCall).values(**values).on_conflict_do_nothing()
    return session.scalar(statement.returning(PanelCall.id)) is not None


def call(session: Session, code: str, *, lock: bool = False) -> PanelCall:
    """The call with this code; NotFound without one."""
    query = select(PanelCall).where(PanelCall.code == code)
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound(thing_ko=f"참여단 모집 {code}", thing_en=f"open call {code}")
    return found


def locked(session: Session, call_id: int) -> PanelCall:
    """One call, which must be there, locked: whoever confirms, withdraws or closes takes it first."""
    return session.get_one(PanelCall, call_id, with_for_update=True, populate_existing=True)


def calls(session: Session) -> Sequence[PanelCall]:
    """All calls, the newest first."""
    return session.scalars(select(PanelCall).order_by(PanelCall.id.desc())).all()


def calls_on(session: Session, day: date) -> Sequence[PanelCall]:
    """The calls that nobody has closed, on one of their days; the first to end first."""
    return session.scalars(
        select(PanelCall)
        .where(PanelCall.opens_on <= day, PanelCall.closes_on >= day, PanelCall.closed_at.is_(None))
        .order_by(PanelCall.closes_on, PanelCall.id)
    ).all()


def counted(session: Session, call_id: int) -> tuple[int, int]:
    """How many volunteers of a call have confirmed, and how many sign-ups are not confirmed."""
    confirmed, total = session.execute(
        select(func.count(Volunteer.confirmed_at), func.count()).where(Volunteer.call_id == call_id)
    ).one()
    return confirmed, total - confirmed


def volunteer(session: Session, volunteer_id: int, *, lock: bool = False) -> Volunteer | None:
    """One volunteer, if he is still there."""
    return session.get(
        Volunteer, volunteer_id, with_for_update=lock or None, populate_existing=lock
    )


def volunteer_of_dispatch(session: Session, dispatch_id: int) -> int | None:
    """Whose mail had this link, if he is still there."""
    return session.scalar(select(Volunteer.id).where(Volunteer.dispatch_id == dispatch_id))


def confirmed(session: Session, call_id: int) -> Sequence[Volunteer]:
    """All who have confirmed, in the order of their numbers."""
    return session.scalars(
        select(Volunteer)
        .where(Volunteer.call_id == call_id, Volunteer.confirmed_at.is_not(None))
        .order_by(Volunteer.number)
    ).all()


def confirmed_by_number(session: Session, call_id: int) -> Mapping[str, Volunteer]:
    """Those who have confirmed, by number."""
    return {each.number: each for each in confirmed(session, call_id)}


def is_confirmed(session: Session, call_id: int, contact: str) -> bool:
    """Whether this address has confirmed."""
    query = select(Volunteer.id).where(
        Volunteer.call_id == call_id,
        Volunteer.contact == contact,
        Volunteer.confirmed_at.is_not(None),
    )
    return session.scalar(query) is not None


def has_households(session: Session) -> bool:
    """Whether the keyed hash of anybody's address is known."""
    known = (
        select(Volunteer.id).limit(1),
        select(PanelMember.id).where(PanelMember.household.is_not(None)).limit(1),
    )
    return any(session.scalar(query) is not None for query in known)


def replace_confirmed(session: Session, call_id: int, contact: str, now: datetime) -> None:
    """Delete what this address has confirmed before."""
    _forget_now(
        session,
        now,
        Volunteer.call_id == call_id,
        Volunteer.contact == contact,
        Volunteer.confirmed_at.is_not(None),
    )


def forget(session: Session, volunteer: Volunteer, now: datetime) -> None:
    """Delete a volunteer, and from his mail where it went."""
    _forget_now(session, now, Volunteer.id == volunteer.id)


def forget_unconfirmed(session: Session, *, before: datetime) -> int:
    """Delete sign-ups that could be confirmed until then; how many."""
    return _forget_volunteers(
        session, Volunteer.confirmed_at.is_(None), Volunteer.confirm_by < before
    )


def forget_kept(session: Session, *, today: date) -> int:
    """Delete the volunteers of calls whose retention is over; how many."""
    over = select(PanelCall.id).where(PanelCall.keep_until < today)
    return _forget_volunteers(session, Volunteer.call_id.in_(over))


def forget_enrolled(session: Session, *, today: date) -> int:
    """Forget who the members are of panels whose retention is over; how many people are known no more."""
    over = select(Panel.id).where(Panel.keep_until < today)
    theirs = (
        PanelMember.panel_id.in_(over),
        or_(PanelMember.person_id.is_not(None), PanelMember.household.is_not(None)),
    )
    found = session.execute(select(PanelMember.id, PanelMember.person_id).where(*theirs)).all()
    mail_queries.forget_left(session, [row.id for row in found])
    people = {row.person_id for row in found if row.person_id is not None}
    session.execute(
        update(PanelMember)
        .where(*theirs)
        .values(person_id=None, household=None)
        .execution_options(synchronize_session=False)
    )
    return sum(
        _forget(
            session,
            delete(PanelPerson).where(
                PanelPerson.id.in_(some), ~exists().where(PanelMember.person_id == PanelPerson.id)
            ),
        )
        for some in some_of(people)
    )


def _forget_now(session: Session, now: datetime, *which: ColumnElement[bool]) -> None:
    """Delete these volunteers; whose mail has not left yet is a candidate no more, and goes with the unconfirmed."""
    _forget_volunteers(session, *which)
    session.execute(update(Volunteer).where(*which).values(confirmed_at=None, confirm_by=now))


def _forget_volunteers(session: Session, *which: ColumnElement[bool]) -> int:
    """Delete these volunteers, their links, and where their mails went; whose mail has not left yet stays for now."""
    leaves = exists().where(
        Dispatch.id == Volunteer.dispatch_id, Dispatch.status.in_(mail_queries.ON_ITS_WAY)
    )
    found = session.execute(
        select(Volunteer.id, Volunteer.dispatch_id).where(*which, ~leaves)
    ).all()
    for ids in some_of([row.id for row in found]):
        session.execute(delete(Volunteer).where(Volunteer.id.in_(ids)))
    mail_queries.forget_mails(
        session, {row.dispatch_id for row in found if row.dispatch_id is not None}
    )
    return len(found)


def _forget(session: Session, statement: Delete) -> int:
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount

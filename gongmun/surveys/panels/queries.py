"""Every SELECT and guarded UPDATE on panels and their members."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, delete, exists, func, select
from sqlalchemy.orm import Session

from gongmun.db import add_rows, some_of, upsert
from gongmun.errors import NotFound
from gongmun.surveys.panels import mail_queries
from gongmun.surveys.panels.models import (
    Panel,
    PanelMember,
    PanelPerson,
    PanelRest,
    PanelRotation,
    Standing,
)

_MEMBERS = cast(Table, PanelMember.__table__)


def find_panel(session: Session, code: str, *, lock: bool = False) -> Panel | None:
    """The panel with this code, if there is one."""
    query = select(Panel).where(Panel.code == code)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def panel(session: Session, code: str, *, lock: bool = False) -> Panel:
    """The panel with this code; NotFound without one."""
    found = find_panel(session, code, lock=lock)
    if found is None:
        raise NotFound(thing_ko=f"시민참여단 {code}", thing_en=f"panel {code}")
    return found


def by_id(session: Session, panel_id: int, *, lock: bool = False) -> Panel:
    """One panel, which must be there."""
    return session.get_one(Panel, panel_id, with_for_update=lock or None)


def panels(session: Session) -> Sequence[Panel]:
    """All panels, the newest first."""
    return session.scalars(select(Panel).order_by(Panel.id.desc())).all()


def people(session: Session, named: Mapping[str, str | None]) -> Mapping[str, int]:
    """The ids of people by their address; those who are not known yet are added, with the name that is given."""
    for contacts in some_of(named):
        session.execute(
            upsert(session, PanelPerson).on_conflict_do_nothing(),
            [{"contact": contact, "name": named[contact]} for contact in contacts],
        )
    found: dict[str, int] = {}
    for contacts in some_of(named):
        rows = session.execute(
            select(PanelPerson.contact, PanelPerson.id).where(PanelPerson.contact.in_(contacts))
        )
        found |= {row.contact: row.id for row in rows}
    return found


def add_members(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add members; each row has every column but the id."""
    add_rows(session, _MEMBERS, rows)


def members(
    session: Session, panel_id: int, standings: Collection[Standing]
) -> Sequence[PanelMember]:
    """The members who stand there, in the order of their numbers."""
    return session.scalars(
        select(PanelMember)
        .where(PanelMember.panel_id == panel_id, PanelMember.standing.in_(standings))
        .order_by(PanelMember.number)
    ).all()


def reserves(session: Session, panel_id: int) -> Sequence[PanelMember]:
    """The reserves who may follow somebody, in the order in which they were drawn.

    Who has withdrawn, whose data were deleted and whom nobody knows is not among them: his seat would stay empty.
    """
    return session.scalars(
        select(PanelMember)
        .where(
            PanelMember.panel_id == panel_id,
            PanelMember.standing == Standing.RESERVE,
            PanelMember.person_id.is_not(None),
        )
        .order_by(PanelMember.reserve, PanelMember.id)
    ).all()


def numbered(session: Session, panel_id: int, numbers: Iterable[str]) -> Mapping[str, PanelMember]:
    """The members with these numbers, by their number, locked."""
    found = session.scalars(
        select(PanelMember)
        .where(PanelMember.panel_id == panel_id, PanelMember.number.in_(set(numbers)))
        .order_by(PanelMember.id)
        .with_for_update()
    )
    return {each.number: each for each in found}


def counted(session: Session, panel_id: int) -> Mapping[Standing, int]:
    """How many members of a panel stand where; each standing has its number."""
    counts = dict.fromkeys(Standing, 0)
    for standing, count in session.execute(
        select(PanelMember.standing, func.count())
        .where(PanelMember.panel_id == panel_id)
        .group_by(PanelMember.standing)
    ):
        counts[standing] = count
    return counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Resting:
    """Who rests on a day: addresses, and the keyed hashes of where they live."""

    contacts: frozenset[str]
    households: frozenset[str]


def resting(session: Session, day: date) -> Resting:
    """All who rest on that day, of all panels."""
    rows = session.execute(
        select(PanelPerson.contact, PanelMember.household)
        .join(PanelRest, PanelRest.member_id == PanelMember.id)
        .outerjoin(PanelPerson, PanelPerson.id == PanelMember.person_id)
        .where(PanelRest.until >= day)
    ).all()
    return Resting(
        contacts=frozenset(row.contact for row in rows if row.contact),
        households=frozenset(row.household for row in rows if row.household),
    )


def resting_members(session: Session, panel_id: int, day: date) -> frozenset[str]:
    """The numbers of a panel's members who rest that day, of this panel or another, or whose household does."""
    found = resting(session, day)
    rows = session.execute(
        select(
            PanelMember.number,
            PanelMember.household,
            PanelPerson.contact,
            exists()
            .where(PanelRest.member_id == PanelMember.id, PanelRest.until >= day)
            .label("rests"),
        )
        .outerjoin(PanelPerson, PanelPerson.id == PanelMember.person_id)
        .where(PanelMember.panel_id == panel_id)
    )
    return frozenset(
        row.number
        for row in rows
        if row.rests or row.contact in found.contacts or row.household in found.households
    )


def dropped_out(session: Session, panel_id: int) -> Sequence[PanelMember]:
    """The members who have left by themselves: not by a rotation."""
    return session.scalars(
        select(PanelMember).where(
            PanelMember.panel_id == panel_id,
            PanelMember.standing == Standing.LEFT,
            # He may have rested before, and served again since.
            ~exists().where(
                PanelRest.member_id == PanelMember.id,
                PanelRotation.id == PanelRest.rotation_id,
                PanelRotation.decided_at == PanelMember.left_at,
            ),
        )
    ).all()


def last_rotation(session: Session, panel_id: int) -> PanelRotation | None:
    """The last rotation of a panel."""
    return session.scalars(
        select(PanelRotation)
        .where(PanelRotation.panel_id == panel_id)
        .order_by(PanelRotation.wave.desc())
        .limit(1)
    ).one_or_none()


def contacts_of(session: Session, members: Iterable[PanelMember]) -> Mapping[int, str]:
    """The addresses of these members, by the member's id; of some nobody knows it."""
    persons = {each.id: each.person_id for each in members}
    found: dict[int, str] = {}
    for ids in some_of({each for each in persons.values() if each is not None}):
        rows = session.execute(
            select(PanelPerson.id, PanelPerson.contact).where(PanelPerson.id.in_(ids))
        )
        found |= {row.id: row.contact for row in rows}
    return {
        member: found[person] for member, person in persons.items() if person and person in found
    }


def unname(session: Session, panel_code: str, number: str) -> None:
    """Forget who has this number, and does not serve; he can follow nobody any more."""
    member = session.scalars(
        select(PanelMember)
        .join(Panel, Panel.id == PanelMember.panel_id)
        .where(
            Panel.code == panel_code,
            PanelMember.number == number,
            PanelMember.standing != Standing.SELECTED,
        )
        .with_for_update(of=PanelMember)
    ).one_or_none()
    if member is None:
        return
    person_id = member.person_id
    member.person_id, member.household = None, None
    mail_queries.forget_left(session, [member.id])
    if member.standing is Standing.RESERVE:
        member.standing, member.reserve = Standing.CANDIDATE, None
    session.flush()
    session.execute(
        delete(PanelPerson).where(
            PanelPerson.id == person_id, ~exists().where(PanelMember.person_id == PanelPerson.id)
        )
    )

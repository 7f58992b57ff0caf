"""Every SELECT of the organisations room. Days are days in Seoul."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from gongmun.errors import NotFound
from gongmun.organisations import routing
from gongmun.organisations.models import (
    Contact,
    ContactHealth,
    ContactRole,
    Division,
    Organisation,
    RoutingRule,
    Succession,
    Topic,
)
from gongmun.organisations.routing import Route

# Of contacts: those that mail arrives at.
_IN_USE = (Contact.valid.is_(True), Contact.health != ContactHealth.HARD)
# Built once: every sweep and every mail asks these.
_ENDED = (
    select(Organisation).where(Organisation.valid_to < bindparam("on")).order_by(Organisation.code)
)
_ADDRESSES = select(Contact.organisation_id, Contact.role, Contact.email).where(
    Contact.organisation_id.in_(bindparam("organisation_ids", expanding=True)), *_IN_USE
)


def organisations(session: Session, on: date) -> Sequence[Organisation]:
    """Every organisation that exists on the day `on`, by code; the offices of oversight too."""
    return session.scalars(
        select(Organisation).where(_valid(Organisation, on)).order_by(Organisation.code)
    ).all()


def organisation(session: Session, code: str, on: date) -> Organisation | None:
    """The organisation `code`, if it exists on the day `on`."""
    return session.scalars(
        select(Organisation).where(Organisation.code == code, _valid(Organisation, on))
    ).one_or_none()


def by_code(session: Session, code: str) -> Organisation | None:
    """The organisation `code`, whether it still exists or not."""
    return session.scalars(select(Organisation).where(Organisation.code == code)).one_or_none()


def by_id(session: Session, organisation_id: int) -> Organisation:
    """The organisation with this id, whether it still exists or not.

    Raises:
        NotFound: no such id.
    """
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound(
            thing_ko=f"기관 {organisation_id}", thing_en=f"organisation {organisation_id}"
        )
    return found


def current_successor(session: Session, code: str, on: date) -> Organisation | None:
    """The organisation `code` on the day `on`, or the one that took over from it by then.

    None where it was split, ended without a successor, or does not exist yet: a coordinator decides.
    """
    found = _heir(session, code, on)
    return None if found is None else organisation(session, found, on)


def successors(session: Session, code: str, on: date) -> Sequence[Organisation]:
    """Everybody in force on the day `on` who took over from `code` or a part of it, by code."""
    found = routing.heirs(
        code,
        in_force=lambda code: organisation(session, code, on) is not None,
        successors=lambda code: _successor_codes(session, code, on),
    )
    return session.scalars(
        select(Organisation).where(Organisation.code.in_(found)).order_by(Organisation.code)
    ).all()


def ended(session: Session, on: date) -> Sequence[Organisation]:
    """The organisations that are no more on the day `on`, by code."""
    return session.scalars(_ENDED, {"on": on}).all()


def parent(session: Session, organisation: Organisation, on: date) -> Organisation | None:
    """The body that `organisation` answers to on the day `on`; None for the highest, and where there is no single one.

    The list names the parent of its last day: until that one begins, whom it takes over from is in its place.
    """
    if organisation.parent_code is None:
        return None
    code = organisation.parent_code
    return current_successor(session, code, on) or _predecessor(session, code, on)


def topic(session: Session, code: str) -> Topic | None:
    """The topic with this code."""
    return session.scalars(select(Topic).where(Topic.code == code)).one_or_none()


def route_for(session: Session, topic: str, on: date) -> Route | None:
    """Who leads and who cooperates on `topic` on the day `on`.

    None where no rule is in force, or where it names an organisation without a single successor: a
    coordinator decides.
    """
    rule = session.scalars(
        select(RoutingRule).where(RoutingRule.topic == topic, _valid(RoutingRule, on))
    ).one_or_none()
    if rule is None:
        return None
    return routing.route(
        rule.lead_code,
        rule.cooperating_codes,
        resolve=lambda code: _heir(session, code, on),
    )


def settled_on(session: Session, today: date) -> date:
    """The first day, today or later, by which every change of the organisations that is known has taken effect."""
    begins = session.scalar(select(func.max(Organisation.valid_from)))
    ends = session.scalar(select(func.max(Organisation.valid_to)))
    return max(today, begins or today, ends + timedelta(days=1) if ends else today)


def stale_routes(session: Session, on: date) -> Sequence[tuple[RoutingRule, Route | None]]:
    """The rules in force on the day `on` that name an organisation which is no more, by topic.

    Each with what becomes of it: the route over the successors, or None where a coordinator has to say.
    """
    codes = set(session.scalars(select(Organisation.code).where(_valid(Organisation, on))))
    rules = session.scalars(
        select(RoutingRule).where(_valid(RoutingRule, on)).order_by(RoutingRule.topic)
    )
    return [
        (rule, route_for(session, rule.topic, on))
        for rule in rules
        if not codes >= {rule.lead_code, *rule.cooperating_codes}
    ]


def contact(session: Session, organisation_id: int, role: ContactRole) -> Contact | None:
    """The mailbox of an organisation in that role; None if it has none that mail arrives at.

    One that bounced for good is none.
    """
    return session.scalars(
        select(Contact).where(
            Contact.organisation_id == organisation_id,
            Contact.role == role,
            *_IN_USE,
        )
    ).one_or_none()


def addresses(
    session: Session, organisation_ids: Collection[int]
) -> Mapping[tuple[int, ContactRole], str]:
    """The addresses of these organisations that mail arrives at, by id and role; see `contact`."""
    rows = session.execute(_ADDRESSES, {"organisation_ids": organisation_ids})
    return {(organisation_id, role): email for organisation_id, role, email in rows}


def contact_of(session: Session, code: str, role: ContactRole) -> Contact | None:
    """The mailbox in that role of the organisation `code`, in use or not, broken or not."""
    return session.scalars(
        select(Contact)
        .join(Organisation, Organisation.id == Contact.organisation_id)
        .where(Organisation.code == code, Contact.role == role)
    ).one_or_none()


def contacts_at(session: Session, address: str) -> Sequence[Contact]:
    """The contacts in use with this address, in whatever case it was written, locked."""
    return session.scalars(
        select(Contact)
        .where(func.lower(Contact.email) == address.lower(), Contact.valid.is_(True))
        .order_by(Contact.id)
        .with_for_update()
    ).all()


def contact_by_id(session: Session, contact_id: int, *, lock: bool = False) -> Contact:
    """The contact with this id, whether it is in use or not; NotFound where there is none."""
    found = session.get(Contact, contact_id, with_for_update=lock)
    if found is None:
        raise NotFound(thing_ko=f"연락처 {contact_id}", thing_en=f"contact {contact_id}")
    return found


def broken_contacts(session: Session) -> Sequence[tuple[Contact, Organisation]]:
    """The contacts in use that nothing is sent to any more, with their organisations."""
    rows = session.execute(
        select(Contact, Organisation)
        .join(Organisation, Organisation.id == Contact.organisation_id)
        .where(Contact.valid.is_(True), Contact.health == ContactHealth.HARD)
        .order_by(Organisation.code, Contact.role)
    )
    return [(contact, organisation) for contact, organisation in rows]


def handling_division(session: Session, organisation_id: int, topic: str) -> Division | None:
    """The division of an organisation that handles `topic`; None if none is known."""
    divisions = session.scalars(select(Division).where(Division.organisation_id == organisation_id))
    return next((division for division in divisions if topic in division.topics), None)


def _heir(session: Session, code: str, on: date) -> str | None:
    return routing.heir(
        code,
        in_force=lambda code: organisation(session, code, on) is not None,
        successors=lambda code: _successor_codes(session, code, on),
    )


def _predecessor(session: Session, code: str, on: date) -> Organisation | None:
    """The one that is to become `code` after the day `on`, whole, through any number of changes."""
    other = aliased(Succession)
    went_elsewhere = exists().where(
        other.predecessor_code == Succession.predecessor_code,
        other.successor_code != Succession.successor_code,
    )
    found = routing.heir(
        code,
        in_force=lambda code: organisation(session, code, on) is not None,
        successors=lambda code: session.scalars(
            select(Succession.predecessor_code).where(
                Succession.successor_code == code, Succession.effective_on > on, ~went_elsewhere
            )
        ),
    )
    return None if found is None else organisation(session, found, on)


def _successor_codes(session: Session, code: str, on: date) -> Sequence[str]:
    return session.scalars(
        select(Succession.successor_code).where(
            Succession.predecessor_code == code, Succession.effective_on <= on
        )
    ).all()


def _valid(row: type[Organisation | RoutingRule], on: date) -> ColumnElement[bool]:
    return (row.valid_from <= on) & or_(row.valid_to.is_(None), row.valid_to >= on)

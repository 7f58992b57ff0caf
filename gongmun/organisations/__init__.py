"""Organisations: ministries and agencies over time, their mailboxes, and the routing of topics."""

from gongmun.organisations.addresses import AddressInvalid, checked_address
from gongmun.organisations.contacts import note_health, replace_contact, retire_contact, set_contact
from gongmun.organisations.loader import LoadReport, load
from gongmun.organisations.models import (
    Contact,
    ContactHealth,
    ContactRole,
    Division,
    Organisation,
    OrganisationKind,
    RoutingRule,
    Succession,
    Topic,
)
from gongmun.organisations.naming import OrganisationEnded, OrganisationNotYet, in_force
from gongmun.organisations.problems import DataInvalid, Problem
from gongmun.organisations.queries import (
    by_id,
    contact,
    current_successor,
    handling_division,
    organisation,
    organisations,
    parent,
    route_for,
    settled_on,
    stale_routes,
    topic,
)
from gongmun.organisations.routing import Route

__all__ = [
    "AddressInvalid",
    "Contact",
    "ContactHealth",
    "ContactRole",
    "DataInvalid",
    "Division",
    "LoadReport",
    "Organisation",
    "OrganisationEnded",
    "OrganisationKind",
    "OrganisationNotYet",
    "Problem",
    "Route",
    "RoutingRule",
    "Succession",
    "Topic",
    "by_id",
    "checked_address",
    "contact",
    "current_successor",
    "handling_division",
    "in_force",
    "load",
    "note_health",
    "organisation",
    "organisations",
    "parent",
    "replace_contact",
    "retire_contact",
    "route_for",
    "set_contact",
    "settled_on",
    "stale_routes",
    "topic",
]

"""The data of the package: the 50 agencies of November 2026, and all that refers to them."""

from collections import Counter
from datetime import date

import pytest

from gongmun.organisations import OrganisationKind
from gongmun.organisations.checks import check
from gongmun.organisations.loader import DATA
from gongmun.organisations.records import OrganisationRecord
from gongmun.organisations.tables import Tables, read_tables

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def tables() -> Tables:
    """The files of the package."""
    return read_tables(DATA)


def _on(tables: Tables, day: date) -> dict[str, OrganisationRecord]:
    return {
        record.code: record
        for _, record in tables.organisations
        if record.valid_from <= day <= (record.valid_to or date.max)
    }


def test_nothing_is_wrong_with_it(tables: Tables) -> None:
    assert tables.problems == []
    assert list(check(tables)) == []


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        ("2025-09-30", (19, 3, 20, 6)),
        ("2025-10-01", (19, 5, 18, 6)),
        ("2026-01-01", (19, 5, 18, 6)),
        ("2026-01-02", (19, 6, 18, 6)),
        ("2026-10-01", (19, 6, 18, 6)),
        ("2026-10-02", (19, 6, 19, 6)),
        ("2026-11-21", (19, 6, 19, 6)),
    ],
)
def test_agencies_by_kind(tables: Tables, day: str, counts: tuple[int, ...]) -> None:
    """As the Government Organization Act counted them on that day; 50 at last."""
    found = Counter(record.kind for record in _on(tables, date.fromisoformat(day)).values())
    kinds = ("ministry", "office", "agency", "commission")
    assert tuple(found[OrganisationKind(kind)] for kind in kinds) == counts


def test_names_end_as_their_kind_says(tables: Tables) -> None:
    ending = {"ministry": "부", "office": "처", "agency": "청", "commission": "위원회"}
    for _, record in tables.organisations:
        if record.kind is not OrganisationKind.OVERSIGHT:
            assert record.name_ko.endswith(ending[record.kind])


def test_every_agency_answers_to_a_body_of_the_day(tables: Tables) -> None:
    today = _on(tables, TODAY)
    for record in today.values():
        assert (record.parent_code in today) != (record.code == "PRES")
        if record.kind is OrganisationKind.AGENCY:
            assert record.parent_code is not None
            assert today[record.parent_code].kind is OrganisationKind.MINISTRY


def test_every_predecessor_has_a_successor(tables: Tables) -> None:
    ended = {record.code for _, record in tables.organisations if record.valid_to}
    assert ended == {record.predecessor_code for _, record in tables.successions}


def test_every_organisation_of_today_has_a_primary_mailbox_that_is_invented(
    tables: Tables,
) -> None:
    primary = {
        record.organisation_code for _, record in tables.contacts if record.role == "primary"
    }
    assert primary == set(_on(tables, TODAY))
    addresses = [record.email for _, record in tables.contacts]
    assert all(address.endswith(".example") for address in addresses)
    assert len(set(addresses)) == len(addresses)


def test_every_topic_is_routed_today_to_organisations_of_today(tables: Tables) -> None:
    today = _on(tables, TODAY)
    rules = [
        record
        for _, record in tables.routing
        if record.valid_from <= TODAY <= (record.valid_to or date.max)
    ]
    assert sorted(rule.topic for rule in rules) == sorted(
        record.code for _, record in tables.topics
    )
    for rule in rules:
        assert {rule.lead_code, *rule.cooperating_codes} <= set(today)


def test_every_ministry_that_leads_has_a_division_for_the_topic(tables: Tables) -> None:
    """Agencies and most offices answer as a whole; a ministry is addressed to its division."""
    today = _on(tables, TODAY)
    handled = {
        (record.organisation_code, topic)
        for _, record in tables.divisions
        for topic in record.topics
    }
    missing = {
        (record.lead_code, record.topic)
        for _, record in tables.routing
        if record.lead_code in today and today[record.lead_code].kind is OrganisationKind.MINISTRY
    } - handled
    assert missing == {("MPVA", "veterans"), ("MOFA", "diplomacy"), ("MOU", "unification")}

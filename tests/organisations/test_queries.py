"""Organisations over time: who exists, who took over, where a topic goes, where to write."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from gongmun.db import Database
from gongmun.errors import NotFound
from gongmun.organisations import (
    ContactRole,
    Route,
    by_id,
    contact,
    current_successor,
    handling_division,
    load,
    organisation,
    organisations,
    parent,
    route_for,
    set_contact,
    settled_on,
    stale_routes,
    topic,
)
from tests.postgresql import ON_BOTH, ON_SQLITE
from tests.world import organise

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE

LAST = date(2025, 9, 30)
FIRST = date(2025, 10, 1)
TODAY = date(2026, 10, 12)


@pytest.fixture
def loaded(db: Database, now: datetime) -> Database:
    """The data of the package."""
    organise(db, now)
    return db


@pytest.fixture
def small(db: Database, now: datetime, directory: Path) -> Database:
    """The small data of the tests."""
    load(db, now, directory)
    return db


@ON_BOTH
def test_an_organisation_exists_from_its_first_to_its_last_day(loaded: Database) -> None:
    with loaded.reading() as session:
        assert organisation(session, "ME", LAST)
        assert organisation(session, "ME", FIRST) is None
        assert organisation(session, "MCEE", LAST) is None
        assert organisation(session, "MCEE", FIRST)
        assert organisation(session, "NOWHERE", TODAY) is None
        codes = {row.code for row in organisations(session, TODAY)}
    assert "MCEE" in codes
    assert "ME" not in codes


@ON_BOTH
def test_an_organisation_is_found_by_id_also_after_its_end(loaded: Database) -> None:
    with loaded.reading() as session:
        found = organisation(session, "ME", LAST)
        assert found is not None
        assert by_id(session, found.id).name_ko == "환경부"
        with pytest.raises(NotFound):
            by_id(session, 10_000)


@pytest.mark.parametrize(
    ("code", "on", "expected"),
    [
        ("ME", LAST, "ME"),
        ("ME", FIRST, "MCEE"),
        ("MOGEF-2025", TODAY, "MOGEF"),
        ("KOSTAT", TODAY, "MODS"),
        ("MOLIT", TODAY, "MOLIT"),
        ("MOTIE", TODAY, None),  # split: energy went elsewhere
        ("MOEF", date(2026, 1, 1), "MOEF"),
        ("MOEF", date(2026, 1, 2), None),
        ("SPO", date(2026, 10, 1), "SPO"),
        ("SPO", date(2026, 10, 2), None),
        ("MCEE", LAST, None),  # not yet
        ("NOWHERE", TODAY, None),
    ],
)
def test_successors(loaded: Database, code: str, on: date, expected: str | None) -> None:
    with loaded.reading() as session:
        found = current_successor(session, code, on)
    assert (found.code if found else None) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("KNPA", "MOIS"),
        ("NTS", "MOFE"),
        ("PPO", "MOJ"),
        ("SCIA", "MOIS"),
        ("KMCC", "PRES"),
        ("MOLIT", "OPC"),
        ("OPC", "PRES"),
        ("PRES", None),
    ],
)
def test_parents(loaded: Database, code: str, expected: str | None) -> None:
    with loaded.reading() as session:
        child = organisation(session, code, TODAY)
        assert child is not None
        found = parent(session, child, TODAY)
    assert (found.code if found else None) == expected


@ON_BOTH
def test_a_parent_that_was_renamed_is_the_one_of_the_day(loaded: Database) -> None:
    with loaded.reading() as session:
        heritage = organisation(session, "CHA", date(2024, 5, 16))
        patents = organisation(session, "KIPO", LAST)
        assert heritage is not None
        assert patents is not None
        found = parent(session, heritage, TODAY)
        assert found is not None
        assert found.code == "MCST"
        assert parent(session, patents, TODAY) is None  # its ministry was split


@ON_BOTH
def test_until_a_parent_begins_whom_it_takes_over_from_is_in_its_place(loaded: Database) -> None:
    with loaded.reading() as session:
        weather = organisation(session, "KMA", LAST)
        assert weather is not None
        assert weather.parent_code == "MCEE"  # the list is of the day after
        before, after = (parent(session, weather, day) for day in (LAST, FIRST))
    assert before is not None
    assert after is not None
    assert (before.code, after.code) == ("ME", "MCEE")


@pytest.mark.parametrize(
    ("code", "on", "expected"),
    [
        ("tax", "2026-01-01", Route(lead="MOEF", cooperating=("NTS",))),
        ("tax", "2026-01-02", Route(lead="MOFE", cooperating=("NTS",))),
        ("justice", "2026-10-01", Route(lead="MOJ", cooperating=("SPO",))),
        ("justice", "2026-10-02", Route(lead="MOJ", cooperating=("PPO",))),
        ("air_quality", "2026-10-12", Route(lead="MCEE")),
        ("air_quality", "2020-01-01", None),  # before the first rule
        ("miscellaneous", "2026-10-12", None),
    ],
)
def test_routes(loaded: Database, code: str, on: str, expected: Route | None) -> None:
    with loaded.reading() as session:
        assert route_for(session, code, date.fromisoformat(on)) == expected


@ON_BOTH
def test_a_route_goes_on_to_the_successor(small: Database) -> None:
    with small.reading() as session:
        assert route_for(session, "roads", LAST) == Route(lead="OLD", cooperating=("BUREAU",))
        assert route_for(session, "roads", FIRST) == Route(lead="NEW", cooperating=("BUREAU",))


@ON_BOTH
def test_a_split_asks_the_coordinator(small: Database) -> None:
    with small.reading() as session:
        assert route_for(session, "rails", LAST) == Route(lead="SPLIT")
        assert route_for(session, "rails", FIRST) is None


@ON_BOTH
def test_routes_to_what_is_no_more_are_told_before_the_day(small: Database) -> None:
    with small.reading() as session:
        assert stale_routes(session, LAST) == []
        day = settled_on(session, date(2025, 1, 1))
        found = {rule.topic: route for rule, route in stale_routes(session, day)}
        later = settled_on(session, TODAY)
    assert (day, later) == (FIRST, TODAY)
    assert found == {"rails": None, "roads": Route(lead="NEW", cooperating=("BUREAU",))}


@ON_BOTH
def test_a_rule_holds_to_its_last_day(small: Database) -> None:
    with small.reading() as session:
        assert route_for(session, "ports", date(2019, 12, 31)) is None
        assert route_for(session, "ports", LAST) == Route(
            lead="BUREAU", cooperating=("SPLIT", "OLD")
        )
        assert route_for(session, "ports", LAST + timedelta(days=1)) == Route(
            lead="NEW", cooperating=("BUREAU",)
        )


@ON_BOTH
def test_mailboxes_and_divisions_are_found(small: Database, now: datetime) -> None:
    with small.reading() as session:
        new = organisation(session, "NEW", TODAY)
        left = organisation(session, "LEFT", TODAY)
        assert new is not None
        assert left is not None
        primary = contact(session, new.id, ContactRole.PRIMARY)
        assert primary is not None
        assert primary.email == "forum@new.example"
        assert contact(session, left.id, ContactRole.PRIMARY) is None
        division = handling_division(session, new.id, "ports")
        assert division is not None
        assert division.head_ko == "철도과장"
        assert handling_division(session, left.id, "ports") is None
        assert handling_division(session, new.id, "bridges") is None
    set_contact(small, "LEFT", ContactRole.PRIMARY, "forum@left.example", now)
    with small.reading() as session:
        assert contact(session, left.id, ContactRole.PRIMARY) is not None


@ON_BOTH
def test_topics_are_found_by_code(small: Database) -> None:
    with small.reading() as session:
        found = topic(session, "ports")
        assert found is not None
        assert found.name_ko == "항만"
        assert topic(session, "bridges") is None

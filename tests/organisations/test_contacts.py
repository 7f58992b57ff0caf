"""Mailboxes: one plain address or nothing, set and retired, and never in the ledger."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from gongmun import ledger
from gongmun.db import Database
from gongmun.decisions import DecisionIncomplete
from gongmun.errors import NotFound
from gongmun.organisations import (
    AddressInvalid,
    Contact,
    ContactHealth,
    ContactRole,
    checked_address,
    contact,
    load,
    note_health,
    organisation,
    replace_contact,
    retire_contact,
    set_contact,
)
from gongmun.organisations.contacts import ContactWorks
from gongmun.organisations.models import ContactDecision

TODAY = date(2026, 10, 12)


def _primary(db: Database) -> Contact | None:
    with db.reading() as session:
        left = organisation(session, "LEFT", TODAY)
        assert left is not None
        return contact(session, left.id, ContactRole.PRIMARY)


def _set(db: Database, email: str, now: datetime) -> None:
    set_contact(db, "LEFT", ContactRole.PRIMARY, email, now)


@pytest.mark.parametrize(
    "address",
    [
        "forum@molit.example",
        "a.b+tag@sub.molit.example",
        "o'neil_{x}@xn--9i1b.example",
        f"{'a' * 64}@molit.example",
    ],
)
def test_plain_addresses_are_taken(address: str) -> None:
    assert checked_address(address) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "forum",
        "forum@molit",
        "@molit.example",
        "forum@",
        "a@b@molit.example",
        "forum @molit.example",
        " forum@molit.example",
        "forum@molit.example\n",
        "forum@molit.example\r\nBcc: other@molit.example",
        "forum@molit.example\x00",
        "forum@molit.example,other@molit.example",
        "Forum <forum@molit.example>",
        '"forum"@molit.example',
        ".forum@molit.example",
        "forum.@molit.example",
        "fo..rum@molit.example",
        "forum@-molit.example",
        "forum@molit-.example",
        "forum@molit..example",
        "forum@molit.example.",
        "forum@127.0.0.1",
        "forum@[127.0.0.1]",
        "포럼@molit.example",
        "forum@국토.example",
        "forum\u202e@molit.example",
        f"{'a' * 65}@molit.example",
        f"forum@{'a' * 64}.example",
        f"forum@{'a.' * 130}example",
        "a" * 1_000_000,
        "a@" + "a." * 500_000,
    ],
)
def test_anything_else_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(AddressInvalid) as caught:
        checked_address(text)
    assert caught.value.params == {}


@settings(deadline=None)  # machines may be busy
@given(st.text(max_size=80))
def test_what_is_taken_cannot_break_a_header(text: str) -> None:
    try:
        address = checked_address(text)
    except AddressInvalid:
        return
    assert address.isascii()
    assert address.isprintable()
    assert address.count("@") == 1
    assert not set(address) & set(' ,;:<>()[]"\\')


def test_a_mailbox_is_set_changed_and_retired(db: Database, now: datetime, directory: Path) -> None:
    load(db, now, directory)
    assert _primary(db) is None
    for email in ("one@left.example", "one@left.example", "two@left.example"):
        _set(db, email, now)
        found = _primary(db)
        assert found is not None
        assert found.email == email
    retire_contact(db, "LEFT", ContactRole.PRIMARY, now)
    retire_contact(db, "LEFT", ContactRole.PRIMARY, now)
    assert _primary(db) is None
    _set(db, "two@left.example", now)
    assert _primary(db) is not None
    with db.reading() as session:
        events = ledger.history(session, "contact", found.id)
        assert [event.kind for event in events] == [
            "contact.set",
            "contact.set",
            "contact.retired",
            "contact.set",
        ]
        assert all(set(event.data) == {"organisation"} for event in events)


def test_retiring_where_there_is_none_is_quiet(
    db: Database, now: datetime, directory: Path
) -> None:
    load(db, now, directory)
    retire_contact(db, "LEFT", ContactRole.BACKUP, now)


def test_nothing_is_set_for_a_stranger_or_at_a_wrong_address(
    db: Database, now: datetime, directory: Path
) -> None:
    load(db, now, directory)
    with pytest.raises(NotFound):
        set_contact(db, "NOWHERE", ContactRole.PRIMARY, "forum@left.example", now)
    with pytest.raises(NotFound):
        retire_contact(db, "NOWHERE", ContactRole.PRIMARY, now)
    with pytest.raises(AddressInvalid):
        _set(db, "forum@left.example\n", now)
    assert _primary(db) is None


def test_two_who_set_it_at_once_make_one_mailbox(
    db: Database, now: datetime, directory: Path
) -> None:
    load(db, now, directory)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: _set(db, f"m{number}@left.example", now), range(12)))
    found = _primary(db)
    assert found is not None
    with db.reading() as session:
        assert len(ledger.history(session, "contact", found.id)) == 12


def test_a_broken_mailbox_is_replaced_once_by_somebody_who_signs(
    db: Database, now: datetime, directory: Path
) -> None:
    load(db, now, directory)
    _set(db, "old@left.example", now)
    left = _primary(db)
    assert left is not None
    with db.transaction() as session:
        note_health(session, left.email, ContactHealth.HARD, now=now)
    signed = {"name": "한소통", "reason": "기관에 전화로 확인하였습니다."}
    with pytest.raises(DecisionIncomplete):
        replace_contact(db, left.id, email="new@left.example", name=" ", reason="x", now=now)
    with pytest.raises(AddressInvalid):
        replace_contact(db, left.id, email="new@left", **signed, now=now)
    with pytest.raises(NotFound):
        replace_contact(db, 999, email="new@left.example", **signed, now=now)
    replace_contact(db, left.id, email=" new@left.example ", **signed, now=now)
    with pytest.raises(ContactWorks):
        replace_contact(db, left.id, email="other@left.example", **signed, now=now)
    again = _primary(db)
    assert again is not None
    assert (again.email, again.health, again.by_hand) == (
        "new@left.example",
        ContactHealth.OK,
        True,
    )
    with db.reading() as session:
        (decision,) = session.scalars(select(ContactDecision))
        events = ledger.history(session, "contact", left.id)
    assert (decision.name, decision.reason, decision.at) == (*signed.values(), now)
    assert (events[-1].kind, "@" in str(events[-1].data)) == ("contact.set", False)

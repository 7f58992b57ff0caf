"""Loading: all or nothing, the same twice, every problem named, nothing lost that is referred to."""

import pickle
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gongmun import ledger
from gongmun.db import Database
from gongmun.ledger import LedgerEvent
from gongmun.organisations import (
    Contact,
    ContactRole,
    DataInvalid,
    Division,
    LoadReport,
    Organisation,
    RoutingRule,
    contact,
    handling_division,
    load,
    organisation,
    organisations,
    retire_contact,
    route_for,
    set_contact,
)

from .conftest import FILES, Edit

TODAY = date(2026, 10, 12)


def _events(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(LedgerEvent)) or 0


def _problems(db: Database, now: datetime, directory: Path) -> list[tuple[str, int]]:
    with pytest.raises(DataInvalid) as caught:
        load(db, now, directory)
    with db.reading() as session:
        assert organisations(session, TODAY) == []
    assert _events(db) == 0
    for problem in caught.value.problems:
        assert f"{problem.file} {problem.line}번째 줄" in caught.value.message_ko
        assert f"{problem.file}, line {problem.line}" in caught.value.message_en
    return [(problem.file, problem.line) for problem in caught.value.problems]


def test_the_data_of_the_package_loads(db: Database, now: datetime) -> None:
    report = load(db, now)
    assert (report.changed, report.unchanged, report.absent) == (0, 0, 0)
    with db.reading() as session:
        assert len(organisations(session, TODAY)) == 52  # fifty, and two above them
        assert ledger.verify(session) == report.added


def test_a_second_load_changes_nothing(db: Database, now: datetime) -> None:
    added = load(db, now).added
    assert load(db, now) == LoadReport(added=0, changed=0, unchanged=added, absent=0)
    assert _events(db) == added


def test_what_changed_is_written_and_noted(
    db: Database, now: datetime, directory: Path, edit: Edit
) -> None:
    before = load(db, now, directory).added
    edit("organisations.csv", "Head of the Bureau", "Director of the Bureau")
    edit("divisions.csv", "rails ports", "rails")
    edit("contacts.csv", "forum@bureau", "post@bureau")
    report = load(db, now, directory)
    assert report == LoadReport(added=0, changed=3, unchanged=before - 3, absent=0)
    with db.reading() as session:
        bureau = organisation(session, "BUREAU", TODAY)
        assert bureau is not None
        assert bureau.head_en == "Director of the Bureau"
        (changed,) = [
            event
            for event in ledger.history(session, "organisation", bureau.id)
            if event.kind == "organisation.changed"
        ]
        assert changed.data == {"columns": ["head_en"]}
        assert ledger.verify(session) == before + 3


def test_no_address_is_in_the_ledger(db: Database, now: datetime, directory: Path) -> None:
    load(db, now, directory)
    set_contact(db, "NEW", ContactRole.PRIMARY, "other@new.example", now)
    with db.reading() as session:
        assert not [
            event for event in session.scalars(select(LedgerEvent)) if "@" in str(event.data)
        ]


def test_a_line_that_vanishes_deletes_nothing(
    db: Database, now: datetime, directory: Path, edit: Edit
) -> None:
    added = load(db, now, directory).added
    edit("topics.csv", "ports,항만,Ports\n", "")
    edit("divisions.csv", "rails ports", "rails")
    edit("contacts.csv", "NEW,backup,backup@new.example\n", "")
    edit("successions.csv", "SPLIT,RIGHT,2025-10-01,오른쪽,right\n", "")
    routing = directory / "routing.csv"
    kept = [line for line in routing.read_text("utf-8").splitlines() if "ports" not in line]
    routing.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert load(db, now, directory) == LoadReport(added=0, changed=1, unchanged=added - 6, absent=5)
    with db.reading() as session:
        assert route_for(session, "ports", TODAY) is not None
        assert route_for(session, "rails", TODAY) is None  # still split


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        (
            "routing.csv",
            "roads,OLD,BUREAU,소관,remit,2020-01-01,",
            "roads,BUREAU,,소관,remit,2021-01-01,",
            2,
        ),
        ("divisions.csv", "NEW,도로과,도로과장", "NEW,새도로과,새도로과장", 2),
        ("successions.csv", "SPLIT,RIGHT,2025-10-01", "SPLIT,NEW,2025-10-01", 4),
    ],
)
def test_a_line_that_contradicts_a_kept_row_is_refused(
    db: Database,
    now: datetime,
    directory: Path,
    edit: Edit,
    file: str,
    old: str,
    new: str,
    line: int,
) -> None:
    """Else a topic would have two rules, or two divisions, and nobody would know which."""
    added = load(db, now, directory).added
    with pytest.raises(DataInvalid) as caught:
        load(db, now, edit(file, old, new))
    assert [(item.file, item.line) for item in caught.value.problems] == [(file, line)]
    assert _events(db) == added
    with db.reading() as session:
        rows = session.scalar(select(func.count()).select_from(RoutingRule))
        assert rows == 4


def test_a_division_ends_without_topics_and_another_takes_over(
    db: Database, now: datetime, directory: Path, edit: Edit
) -> None:
    load(db, now, directory)
    old = 'NEW,도로과,도로과장,Roads Division,"Director, Roads",'
    new = old.replace("도로과", "도로정책과")
    load(db, now, edit("divisions.csv", f"{old}roads\n", f"{old}\n{new}roads\n"))
    with db.reading() as session:
        ministry = organisation(session, "NEW", TODAY)
        assert ministry is not None
        division = handling_division(session, ministry.id, "roads")
        assert division is not None
        assert division.name_ko == "도로정책과"


def test_a_mailbox_set_by_hand_is_left_alone(
    db: Database, now: datetime, directory: Path, edit: Edit
) -> None:
    load(db, now, directory)
    set_contact(db, "NEW", ContactRole.PRIMARY, "hand@new.example", now)
    load(db, now, edit("contacts.csv", "forum@new", "file@new"))
    with db.reading() as session:
        addresses = set(session.scalars(select(Contact.email)))
    assert "hand@new.example" in addresses
    assert "file@new.example" not in addresses


def test_a_retired_mailbox_comes_back_only_with_another_address(
    db: Database, now: datetime, directory: Path, edit: Edit
) -> None:
    load(db, now, directory)
    retire_contact(db, "BUREAU", ContactRole.PRIMARY, now)
    load(db, now, directory)
    with db.reading() as session:
        bureau = organisation(session, "BUREAU", TODAY)
        assert bureau is not None
        assert contact(session, bureau.id, ContactRole.PRIMARY) is None
    load(db, now, edit("contacts.csv", "forum@bureau", "post@bureau"))
    with db.reading() as session:
        found = contact(session, bureau.id, ContactRole.PRIMARY)
        assert found is not None
        assert found.email == "post@bureau.example"


ORGANISATION = "BUREAU,청,Bureau,agency,NEW,청장,Head of the Bureau,2010-01-01,\n"


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        # one cell
        ("organisations.csv", "BUREAU,청,", "bureau,청,", [8]),
        ("organisations.csv", "BUREAU,청,", "BUREAU,,", [8]),
        ("organisations.csv", "BUREAU,청,", "BUREAU,청\x07,", [8]),
        ("organisations.csv", "BUREAU,청,", "BUREAU,청\u202e,", [8]),
        ("organisations.csv", "BUREAU,청,", "BUREAU,\u110e\u1165\u11bc,", [8]),  # NFD
        ("organisations.csv", "BUREAU,청,", f"BUREAU,{'청' * 101},", [8]),
        ("organisations.csv", "agency", "agencies", [8]),
        ("organisations.csv", "2010-01-01", "20100101", [8]),
        ("organisations.csv", "2010-01-01", "1262304000", [8]),
        ("organisations.csv", "2010-01-01", "2010-02-30", [8]),
        ("organisations.csv", "2010-01-01", "", [8]),
        # cells
        ("organisations.csv", "2010-01-01,\n", "2010-01-01\n", [8]),
        ("organisations.csv", "2010-01-01,\n", "2010-01-01,,\n", [8]),
        # between lines
        ("organisations.csv", ORGANISATION, ORGANISATION * 2, [9]),
        ("organisations.csv", "agency,NEW", "agency,NOWHERE", [8]),
        ("organisations.csv", "agency,NEW", "agency,OLD", [8]),  # the parent ended, it did not
        ("organisations.csv", "oversight,,", "oversight,BUREAU,", [2, 4, 8]),  # a circle
        ("organisations.csv", "agency,NEW", "agency,BUREAU", [8]),
        ("organisations.csv", "BUREAU,청,", "BUREAU,왼부,", [8]),  # the name of another
        ("successions.csv", "OLD,NEW", "OLDER,NEW", [2]),
        ("successions.csv", "OLD,NEW,2025-10-01", "OLD,NEW,2025-10-02", [2]),
        ("successions.csv", "OLD,NEW,2025-10-01", "NEW,OLD,2025-10-01", [2, 2]),
        ("topics.csv", "ports,항만", "roads,항만", [4]),
        ("topics.csv", "ports,", "Ports,", [4]),
        ("divisions.csv", "rails ports", "rails roads", [3]),
        ("divisions.csv", "rails ports", "rails bridges", [3]),
        ("divisions.csv", "NEW,철도과", "NOWHERE,철도과", [3]),
        ("divisions.csv", "NEW,철도과,", "NEW,도로과,", [3]),
        ("contacts.csv", "BUREAU,", "NOWHERE,", [4]),
        ("contacts.csv", "BUREAU,primary", "BUREAU,secondary", [4]),
        ("contacts.csv", "BUREAU,primary", "NEW,primary", [4]),
        ("contacts.csv", "forum@bureau.example", "forum@bureau", [4]),
        ("contacts.csv", "forum@bureau.example", '"a@b.example\r\nBcc: c@d.example"', [4]),
        ("contacts.csv", "forum@bureau.example", '"a@b.example, c@d.example"', [4]),
        ("routing.csv", "roads,OLD,BUREAU", "bridges,OLD,BUREAU", [2]),
        ("routing.csv", "roads,OLD,BUREAU", "roads,NOWHERE,BUREAU", [2]),
        ("routing.csv", "roads,OLD,BUREAU", "roads,NEW,BUREAU", [2]),  # did not exist in 2020
        ("routing.csv", "roads,OLD,BUREAU", "roads,OLD,OLD", [2]),
        ("routing.csv", "roads,OLD,BUREAU", "roads,OLD,A B C D", [2]),
        ("routing.csv", "2020-01-01,2025-09-30", "2020-01-01,2025-10-01", [5]),  # overlap
        ("routing.csv", "2020-01-01,2025-09-30", "2020-01-01,2019-01-01", [4]),
        # whole files
        ("topics.csv", "code,name_ko,name_en", "code,name_ko", [1]),
        ("topics.csv", "code,name_ko,name_en", "code,name_ko,name_en,name_en", [1]),
        ("topics.csv", "roads,도로", 'roads,"도로', [2]),
    ],
)
def test_a_wrong_file_is_refused_whole(
    sqlite_db: Database,
    now: datetime,
    edit: Edit,
    file: str,
    old: str,
    new: str,
    expected: list[int],
) -> None:
    found = _problems(sqlite_db, now, edit(file, old, new))
    assert [line for name, line in found if name == file] == expected


def test_every_problem_is_named_at_once(db: Database, now: datetime, edit: Edit) -> None:
    edit("organisations.csv", "agency,NEW", "agency,NOWHERE")
    edit("contacts.csv", "forum@bureau.example", "nobody")
    edit("divisions.csv", "rails ports", "rails bridges tunnels")
    directory = edit("routing.csv", "roads,OLD,BUREAU", "bridges,NOBODY,NOWHERE")
    assert _problems(db, now, directory) == [
        ("contacts.csv", 4),
        ("divisions.csv", 3),
        ("divisions.csv", 3),
        ("organisations.csv", 8),
        ("routing.csv", 2),
        ("routing.csv", 2),
        ("routing.csv", 2),
    ]


def test_a_broken_line_is_not_reported_again_by_those_that_refer_to_it(
    sqlite_db: Database, now: datetime, edit: Edit
) -> None:
    edit("organisations.csv", "NEW,새부,", "NEW,")
    directory = edit("organisations.csv", "BUREAU,청,", "BUREAU,,")
    assert _problems(sqlite_db, now, directory) == [
        ("organisations.csv", 4),
        ("organisations.csv", 8),
    ]


def test_the_order_of_lines_does_not_matter(db: Database, now: datetime, directory: Path) -> None:
    for path in directory.iterdir():
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([header, *reversed(lines)]) + "\n", encoding="utf-8")
    load(db, now, directory)
    with db.reading() as session:
        assert route_for(session, "roads", TODAY) is not None


def test_an_address_is_not_repeated_in_the_message(
    sqlite_db: Database, now: datetime, edit: Edit
) -> None:
    directory = edit("contacts.csv", "forum@bureau.example", "kim.so-tong@@example")
    with pytest.raises(DataInvalid) as caught:
        load(sqlite_db, now, directory)
    assert "kim.so-tong" not in str(caught.value)


@pytest.mark.parametrize("file", sorted(FILES))
def test_a_file_that_is_missing_or_not_utf8_is_named(
    sqlite_db: Database, now: datetime, directory: Path, file: str
) -> None:
    path = directory / file
    lines = FILES[file].splitlines(keepends=True)
    path.write_bytes("".join(lines[:2]).encode() + "가\n".encode("cp949"))
    assert _problems(sqlite_db, now, directory) == [(file, 3)]
    path.unlink()
    assert _problems(sqlite_db, now, directory) == [(file, 1)]


def test_a_line_is_the_physical_one_where_the_record_begins(
    sqlite_db: Database, now: datetime, edit: Edit
) -> None:
    edit("organisations.csv", "TOP,총괄실,Top Office", 'TOP,총괄실,"Top\nOffice"')
    directory = edit("organisations.csv", "agency,NEW", "agency,NOWHERE")
    assert _problems(sqlite_db, now, directory) == [
        ("organisations.csv", 2),
        ("organisations.csv", 9),
    ]


def test_files_as_spreadsheets_write_them_are_read(
    db: Database, now: datetime, directory: Path
) -> None:
    for path in directory.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    load(db, now, directory)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Organisation)) == 7
        assert session.scalar(select(func.count()).select_from(Division)) == 2


def test_the_error_pickles(sqlite_db: Database, now: datetime, edit: Edit) -> None:
    with pytest.raises(DataInvalid) as caught:
        load(sqlite_db, now, edit("topics.csv", "ports,", "Ports,"))
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert copy.problems == caught.value.problems

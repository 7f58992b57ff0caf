"""Rows that are added at once are those that one by one would be."""

from datetime import datetime
from typing import cast

import pytest
from sqlalchemy import Table, select
from sqlalchemy.exc import IntegrityError

from gongmun.clock import utc
from gongmun.db import Database, add_rows, rows_of, rows_with, some_of
from gongmun.db.sweeps import Sweep
from gongmun.ledger import LedgerEvent


def event(seq: int, now: datetime, **changes: object) -> dict[str, object]:
    return {
        "seq": seq,
        "occurred_at": now,
        "actor": "system",
        "kind": "test.happened",
        "subject_kind": "test",
        "subject_id": seq,
        "data": {"name": "가나다", "on": None, "numbers": [1, 2]},
        "previous_hash": "0" * 64,
        "hash": f"{seq:064}",
    } | changes


def test_every_value_is_read_back_as_it_was_given(db: Database, now: datetime) -> None:
    rows = [event(3, now), event(1, now, data={}, actor="100% '\";")]
    with db.transaction() as session:
        add_rows(session, cast(Table, LedgerEvent.__table__), rows)
    with db.reading() as session:
        found = session.scalars(select(LedgerEvent).order_by(LedgerEvent.seq.desc())).all()
    assert [(e.seq, e.occurred_at, e.actor, e.data) for e in found] == [
        (row["seq"], utc(now), row["actor"], row["data"]) for row in rows
    ]


def test_what_is_there_stays_as_it_is_where_that_is_asked_for(db: Database) -> None:
    table = cast(Table, Sweep.__table__)

    def row(name: str, owner: str) -> dict[str, object]:
        nothing = {"lease_until": None, "started_at": None, "finished_at": None}
        return {"name": name, "owner": owner, **nothing}

    with db.transaction() as session:
        add_rows(session, table, [row("a", "first")])
    with db.transaction() as session:
        rows = [row("a", "second"), row("b", "second")]
        add_rows(session, table, rows, but_those_that_are_there=True)
    with db.reading() as session:
        found = session.execute(select(Sweep.name, Sweep.owner).order_by(Sweep.name))
        assert found.all() == [("a", "first"), ("b", "second")]
    with pytest.raises(IntegrityError), db.transaction() as session:
        add_rows(session, table, [row("b", "third")])


def test_what_all_rows_have_in_common_is_said_once(db: Database, now: datetime) -> None:
    table, data = cast(Table, LedgerEvent.__table__), {"name": "가", "on": None}
    alike = {name: value for name, value in event(1, now, data=data).items() if name != "seq"}
    rows = [{"seq": seq, "hash": f"{seq:064}"} for seq in (2, 1)]
    del alike["hash"]
    with db.transaction() as session:
        add_rows(session, table, rows, alike=alike)
    with db.reading() as session:
        found = session.scalars(select(LedgerEvent).order_by(LedgerEvent.seq)).all()
    assert [(each.seq, each.hash) for each in found] == [(1, f"{1:064}"), (2, f"{2:064}")]
    assert {(each.occurred_at, each.kind) for each in found} == {(utc(now), "test.happened")}
    assert [each.data for each in found] == [data, data]


def test_equal_values_and_the_same_value_are_written_alike(db: Database, now: datetime) -> None:
    shared: list[int] = []
    given = [{"of": shared}, {"of": []}, {"of": [1]}, {"of": shared}]
    rows = [event(seq, now, data=data) for seq, data in enumerate(given)]
    with db.transaction() as session:
        add_rows(session, cast(Table, LedgerEvent.__table__), rows)
    with db.reading() as session:
        assert list(session.scalars(select(LedgerEvent.data).order_by(LedgerEvent.seq))) == given


def test_rows_are_found_by_ids_and_by_texts(db: Database, now: datetime) -> None:
    table = cast(Table, LedgerEvent.__table__)
    count = 5_300  # more than one statement takes
    with db.transaction() as session:
        add_rows(session, table, [event(seq, now) for seq in range(1, count + 1)])
        wanted = [seq for seq in range(count, 0, -1) if seq != 7]
        found = list(rows_with(session, table, "subject_id", wanted, ("seq", "hash")))
        assert [tuple(row) for row in found] == [(seq, f"{seq:064}") for seq in sorted(wanted)]
        hashes = [f"{2:064}", "unknown", "'; --"]
        assert [row[0] for row in rows_with(session, table, "hash", hashes, ("seq",))] == [2]
        assert not list(rows_with(session, table, "hash", [], ("seq",)))


def test_nothing_to_add_is_nothing(db: Database) -> None:
    with db.transaction() as session:
        add_rows(session, cast(Table, LedgerEvent.__table__), [])
        assert not rows_of(session, select(LedgerEvent.seq))


def test_ids_are_asked_for_some_at_a_time_and_each_once() -> None:
    ids = list(range(12_000, 0, -1))
    parts = list(some_of(ids))
    assert [each for part in parts for each in part] == sorted(ids)
    assert max(map(len, parts)) < len(ids)

"""Rows that are added at once are those that one by one would be."""

from datetime import datetime
from typing import cast

from sqlalchemy import Table, select

from gongmun.clock import utc
from gongmun.db import Database, add_rows, rows_of, some_of
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


def test_nothing_to_add_is_nothing(db: Database) -> None:
    with db.transaction() as session:
        add_rows(session, cast(Table, LedgerEvent.__table__), [])
        assert not rows_of(session, select(LedgerEvent.seq))


def test_ids_are_asked_for_some_at_a_time_and_each_once() -> None:
    ids = list(range(12_000, 0, -1))
    parts = list(some_of(ids))
    assert [each for part in parts for each in part] == sorted(ids)
    assert max(map(len, parts)) < len(ids)

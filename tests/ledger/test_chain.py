"""The ledger chains what is committed, forgets what is not, and shows every change."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from sqlalchemy import Executable, delete, insert, select, update
from sqlalchemy.exc import DatabaseError

from gongmun import ledger
from gongmun.db import Database
from gongmun.ledger import Actor, LedgerBroken, LedgerEvent
from tests.ledger.tampering import unguarded
from tests.postgresql import ON_SQLITE


def _write(db: Database, now: datetime, subject: int = 1, **data: object) -> None:
    with db.transaction() as session:
        ledger.record(
            session, "test.happened", subject=("test", subject), now=now, actor=Actor.SYSTEM, **data
        )


def test_events_are_chained_and_read_back_in_order(db: Database, now: datetime) -> None:
    for number in range(5):
        _write(db, now, subject=number % 2, number=number, name="가나다")
    with db.reading() as session:
        assert ledger.verify(session) == 5
        numbers = [event.data["number"] for event in ledger.history(session, "test", 0)]
    assert numbers == [0, 2, 4]


def test_many_subjects_of_which_the_same_is_told_have_an_event_each(
    db: Database, now: datetime
) -> None:
    with db.transaction() as session:
        ledger.record_each(session, "test.happened", subjects=("test", [3, 1]), now=now, name="가")
        ledger.record_each(session, "test.happened", subjects=("test", [1]), now=now, name="나")
        ledger.record_each(session, "test.happened", subjects=("test", []), now=now)
    with db.reading() as session:
        assert ledger.verify(session) == 3
        told = {number: ledger.history(session, "test", number) for number in (1, 3)}
    assert [event.data for event in told[1]] == [{"name": "가"}, {"name": "나"}]
    assert [event.data for event in told[3]] == [{"name": "가"}]


def test_an_event_is_hashed_as_the_json_list_of_what_it_tells(db: Database, now: datetime) -> None:
    told = {"name": '가 "나" \\ \u2028', "on": None, "numbers": [1, 2]}
    with db.transaction() as session:
        for kind in ("test.happened", 'test."\\가'):
            ledger.record_each(session, kind, subjects=("test", [7, 8]), now=now, **told)
    previous = "0" * 64
    with db.reading() as session:
        for each in session.scalars(select(LedgerEvent).order_by(LedgerEvent.seq)):
            at = each.occurred_at.isoformat(timespec="microseconds")
            items = [previous, each.seq, at, each.actor, each.kind, "test", each.subject_id, told]
            text = json.dumps(items, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            assert each.hash == hashlib.sha256(text.encode()).hexdigest()
            previous = each.hash
        assert ledger.verify(session) == 4


def test_a_rolled_back_event_is_not_written(db: Database, now: datetime) -> None:
    with pytest.raises(RuntimeError), db.transaction() as session:
        ledger.record(session, "test.happened", subject=("test", 1), now=now)
        raise RuntimeError
    _write(db, now)
    with db.reading() as session:
        assert ledger.verify(session) == 1


@pytest.mark.parametrize("change", [update(LedgerEvent).values(actor="x"), delete(LedgerEvent)])
def test_the_database_itself_refuses_every_change(
    db: Database, now: datetime, change: Executable
) -> None:
    _write(db, now, number=1)
    with (
        pytest.raises(DatabaseError, match="the ledger is append-only"),
        db.transaction() as session,
    ):
        session.execute(change)
    with db.reading() as session:
        assert ledger.verify(session) == 1
    _write(db, now, number=2)
    with db.reading() as session:
        assert ledger.verify(session) == 2


@ON_SQLITE
def test_nor_is_an_event_replaced(db: Database, now: datetime) -> None:
    _write(db, now, number=1)
    with db.reading() as session:
        (kept,) = session.execute(select(LedgerEvent.__table__)).mappings()
    replacing = insert(LedgerEvent).prefix_with("OR REPLACE").values({**kept, "actor": "x"})
    with (
        pytest.raises(DatabaseError, match="the ledger is append-only"),
        db.transaction() as session,
    ):
        session.execute(replacing)
    with db.reading() as session:
        assert ledger.verify(session) == 1
    # One beside it takes nothing away, and is found.
    beside = insert(LedgerEvent).prefix_with("OR REPLACE").values({**kept, "seq": 2})
    with db.transaction() as session:
        session.execute(beside)
    with db.reading() as session, pytest.raises(LedgerBroken):
        ledger.verify(session)


@pytest.mark.parametrize("column", ["kind", "actor", "subject_id", "data", "occurred_at"])
def test_any_changed_column_breaks_the_chain(db: Database, now: datetime, column: str) -> None:
    for number in range(3):
        _write(db, now, number=number)
    forged = {
        "kind": "test.forged",
        "actor": "coordinator",
        "subject_id": 99,
        "data": {"number": 7},
        "occurred_at": now.replace(year=2020),
    }
    with unguarded(db) as session:
        session.execute(
            update(LedgerEvent).where(LedgerEvent.seq == 2).values({column: forged[column]})
        )
    with db.reading() as session, pytest.raises(LedgerBroken) as caught:
        ledger.verify(session)
    assert caught.value.params["seq"] == 2


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_a_removed_event_breaks_the_chain(db: Database, now: datetime, seq: int) -> None:
    for number in range(3):
        _write(db, now, number=number)
    with unguarded(db) as session:
        session.execute(delete(LedgerEvent).where(LedgerEvent.seq == seq))
    with db.reading() as session, pytest.raises(LedgerBroken):
        ledger.verify(session)


def test_writers_at_once_make_one_chain(db: Database, now: datetime) -> None:
    # Also where the first event of all is among them: each of these has its transaction open already.
    ready = Barrier(4)

    def write(number: int) -> None:
        with db.transaction() as session:
            ledger.record(session, "test.happened", subject=("test", number), now=now)
            if not db.is_sqlite and number < ready.parties:
                session.execute(select(1))
                ready.wait(30)

    with ThreadPoolExecutor(ready.parties) as pool:
        list(pool.map(write, range(40)))
    with db.reading() as session:
        assert ledger.verify(session) == 40

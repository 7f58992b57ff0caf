"""Transactions, times and errors of the database."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, insert, make_url, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gongmun import clock
from gongmun.db import Base, Database, DatabaseUnavailable, UnsupportedDatabase
from gongmun.db.errors import DatabaseDamaged, DatabaseMissing, DatabaseOutOfReach, WrittenMeanwhile
from gongmun.db.sweeps import Sweep, SweepBusy, last_finished, lease
from gongmun.db.translating import added_once
from gongmun.errors import NaiveDatetime
from gongmun.suggestions.models import Proposer
from tests.postgresql import silent_server


def test_a_stored_time_comes_back_aware_and_in_utc(db: Database) -> None:
    seoul_morning = datetime(2026, 10, 12, 9, 30, tzinfo=timezone(timedelta(hours=9)))
    with db.transaction() as session:
        session.add(Sweep(name="test", started_at=seoul_morning))
    with db.reading() as session:
        stored = session.get_one(Sweep, "test").started_at
    assert stored == datetime(2026, 10, 12, 0, 30, tzinfo=UTC)
    assert stored.tzinfo is UTC


def test_a_naive_time_is_refused(db: Database) -> None:
    with pytest.raises(Exception, match="naive") as caught, db.transaction() as session:
        session.add(Sweep(name="test", started_at=datetime(2026, 10, 12)))  # noqa: DTZ001
    assert isinstance(caught.value.__cause__ or caught.value, NaiveDatetime)


def heartbeat(db: Database) -> datetime | None:
    with db.reading() as session:
        return last_finished(session, "chase")


def test_a_lease_lets_one_in_and_leaves_a_heartbeat(db: Database) -> None:
    assert heartbeat(db) is None
    begun = clock.now()
    with lease(db, "chase"), pytest.raises(SweepBusy) as caught, lease(db, "chase"):
        pass
    assert caught.value.retryable
    finished = heartbeat(db)
    assert finished is not None
    assert begun <= finished <= clock.now()


def test_a_lease_of_a_killed_process_runs_out(db: Database) -> None:
    with db.transaction() as session:
        session.add(
            Sweep(name="chase", owner="dead", lease_until=clock.now() - timedelta(seconds=1))
        )
    with lease(db, "chase"):
        pass


def test_a_failed_sweep_frees_its_lease_but_is_no_heartbeat(db: Database) -> None:
    with pytest.raises(RuntimeError), lease(db, "chase"):
        raise RuntimeError
    assert heartbeat(db) is None
    with lease(db, "chase"):
        pass


def test_a_locked_database_says_so_and_can_be_retried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongmun.db.engine._BUSY_TIMEOUT_SECONDS", 0.1)
    path = tmp_path / "locked.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA journal_mode=WAL")
    holder.execute("BEGIN IMMEDIATE")
    db = Database(f"sqlite:///{path}")
    with (
        pytest.raises(DatabaseUnavailable, match="locked") as caught,
        db.transaction() as session,
    ):
        session.connection()
    assert caught.value.retryable
    holder.execute("ROLLBACK")
    with db.transaction() as session:
        session.connection()
    holder.close()
    db.dispose()


def test_what_one_transaction_reads_does_not_change_meanwhile(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'snapshot.db'}")
    Base.metadata.create_all(db.engine, tables=[Base.metadata.tables["sweeps"]])
    count = select(func.count()).select_from(Sweep)
    with db.reading() as session:
        before = session.scalar(count)
        with db.transaction() as another:
            another.add(Sweep(name="chase"))
        assert (before, session.scalar(count)) == (0, 0)
    with db.reading() as session:
        assert session.scalar(count) == 1
    db.dispose()


def test_threads_that_write_take_turns(db: Database) -> None:
    with db.transaction() as session:
        session.add(Sweep(name="test", owner="0"))

    def count(_: int) -> None:
        with db.transaction() as session:
            row = session.get_one(Sweep, "test", with_for_update=True)
            row.owner = str(int(row.owner or 0) + 1)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(100)))
    with db.reading() as session:
        assert session.get_one(Sweep, "test").owner == "100"


@pytest.mark.parametrize("within", ["the same thread", "another thread"])
def test_a_writer_that_waits_for_a_second_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, within: str
) -> None:
    monkeypatch.setattr("gongmun.db.engine._BUSY_TIMEOUT_SECONDS", 0.1)
    db = Database(f"sqlite:///{tmp_path / 'one.db'}")

    def write() -> None:
        with db.transaction() as session:
            session.connection()

    with ThreadPoolExecutor(1) as pool, db.transaction() as session:
        session.connection()
        with pytest.raises(DatabaseUnavailable, match="locked"):
            write() if within == "the same thread" else pool.submit(write).result()
    write()
    db.dispose()


def test_a_database_that_is_gone_says_so() -> None:
    db = Database("postgresql+psycopg://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailable) as caught, db.reading() as session:
        session.connection()
    assert "secret" not in str(caught.value)


@pytest.fixture
def silent_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    # The driver waits two seconds at least.
    monkeypatch.setattr("gongmun.db.engine._CONNECT_SECONDS", 2)
    with silent_server() as (url, _):
        yield url


@pytest.mark.parametrize("way", [Database.reading, Database.transaction, Database.migrating])
def test_a_server_that_takes_connections_and_says_nothing_is_given_up(
    silent_url: str, way: Callable[[Database], AbstractContextManager[Session]]
) -> None:
    db = Database(silent_url)
    begun = time.monotonic()
    with pytest.raises(DatabaseUnavailable) as caught, way(db) as opened:
        opened.execute(select(1))
    assert time.monotonic() - begun < 10
    assert "secret" not in str(caught.value)
    db.dispose()


def test_what_the_address_says_of_patience_goes_before() -> None:
    from gongmun.db.engine import _patience

    url = make_url("postgresql+psycopg://db/gongmun?connect_timeout=3&keepalives_idle=60")
    assert "connect_timeout" not in _patience(url)
    assert "keepalives_idle" not in _patience(url)
    assert _patience(url)["tcp_user_timeout"] == 30_000


def test_a_server_that_hangs_is_told_whatever_connections_are_open(
    postgresql_db: Database, silent_url: str
) -> None:
    postgresql_db.knock()
    with postgresql_db.reading() as session:
        assert session.scalar(select(1)) == 1
    # The connection that is kept open is not asked.
    postgresql_db.url = make_url(silent_url)
    with pytest.raises(DatabaseUnavailable):
        postgresql_db.knock()


def test_of_two_that_add_the_same_row_at_once_the_second_is_told_to_call_again(
    postgresql_db: Database,
) -> None:
    def add() -> None:
        with added_once(), postgresql_db.transaction() as session:
            session.add(Sweep(name="first-call"))

    with ThreadPoolExecutor(1) as other:
        with postgresql_db.transaction() as session:
            session.add(Sweep(name="first-call"))
            session.flush()
            second = other.submit(add)
        with pytest.raises(WrittenMeanwhile) as caught:
            second.result(timeout=60)
    assert caught.value.retryable


def test_reading_makes_no_database(tmp_path: Path) -> None:
    file = tmp_path / "mistyped" / "gongmun.db"
    db = Database(f"sqlite:///{file}")
    with pytest.raises(DatabaseMissing, match="mistyped") as caught, db.reading():
        pass
    assert "GONGMUN_VAR" in caught.value.message_ko
    assert list(tmp_path.iterdir()) == []
    with db.transaction() as session:
        session.connection()
    assert file.is_file()
    with db.reading() as session:
        session.connection()
    db.dispose()


@pytest.mark.parametrize(
    "way",
    [Database.reading, Database.transaction, Database.migrating],
    ids=lambda way: way.__name__,
)
@pytest.mark.parametrize("place", ["x" * 300, "file/gongmun"], ids=["not to be seen", "no folder"])
def test_a_file_that_cannot_be_opened_is_a_sentence(
    tmp_path: Path, way: Callable[[Database], AbstractContextManager[Session]], place: str
) -> None:
    (tmp_path / "file").touch()
    db = Database(f"sqlite:///{tmp_path / place / 'gongmun.db'}")
    with pytest.raises((DatabaseOutOfReach, DatabaseMissing)) as caught, way(db) as opened:
        opened.execute(select(1))
    assert "GONGMUN_VAR" in caught.value.message_ko
    db.dispose()


def test_a_file_that_is_not_ours_to_write_is_a_sentence(tmp_path: Path) -> None:
    # A folder under its name: refused to root as well.
    (tmp_path / "gongmun.db").mkdir()
    db = Database(f"sqlite:///{tmp_path / 'gongmun.db'}")
    with pytest.raises(DatabaseOutOfReach, match="unable to open"), db.transaction() as session:
        session.connection()
    db.dispose()


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "gongmun.db"
    file.write_bytes(b"not SQLite's " * 1000)
    db = Database(f"sqlite:///{file}")
    with pytest.raises(DatabaseDamaged, match="not a database") as caught, db.reading() as session:
        session.execute(select(1))
    assert "gongmun restore" in caught.value.message_ko
    db.dispose()


def test_a_database_with_a_damaged_page_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "gongmun.db"
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("CREATE TABLE mine (words text)")
        made.executemany("INSERT INTO mine VALUES (?)", [("x" * 2000,)] * 100)
    content = bytearray(file.read_bytes())
    content[4096 : 20 * 4096] = b"\xff" * (19 * 4096)
    file.write_bytes(content)
    db = Database(f"sqlite:///{file}")
    with pytest.raises(DatabaseDamaged, match="malformed"), db.reading() as session:
        session.execute(text("SELECT count(words) FROM mine WHERE words > ''")).all()
    db.dispose()


def test_what_it_makes_is_for_this_account_only(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        file = tmp_path / "var" / "gongmun.db"
        db = Database(f"sqlite:///{file}")
        with db.transaction() as session:
            session.execute(text("CREATE TABLE mine (id integer)"))
        modes = {
            path.name: path.stat().st_mode & 0o777 for path in (file.parent, *file.parent.iterdir())
        }
    finally:
        os.umask(before)
    assert modes.pop("var") == 0o700
    assert set(modes.values()) == {0o600}
    assert "gongmun.db-wal" in modes
    db.dispose()


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    db = Database(f"sqlite:///{tmp_path / 'gongmun.db'}")
    with db.transaction() as session:
        session.connection()
    assert tmp_path.stat().st_mode & 0o777 == 0o750
    db.dispose()


@pytest.mark.parametrize("url", ["mysql://x", "postgresql://x/y", "not a url"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(UnsupportedDatabase, match="postgresql\\+psycopg"):
        Database(url)


def test_an_error_of_the_database_holds_no_values(db: Database) -> None:
    with pytest.raises(DBAPIError) as caught, db.transaction() as session:
        session.execute(
            insert(Proposer).values(suggestion_id=1, name="홍길동", contact="010-1234-5678")
        )
        session.execute(
            insert(Proposer).values(suggestion_id=1, name="홍길동", contact="010-1234-5678")
        )
    assert "010-1234" not in str(caught.value)


def cut_off(db: Database, monkeypatch: pytest.MonkeyPatch, *, rested: float) -> None:
    """Leave one connection in the pool whose server has gone; it counts as rested after that long."""
    monkeypatch.setattr("gongmun.db.engine._RESTED_SECONDS", rested)
    db.dispose()
    with db.reading() as session:
        pid = session.scalar(select(func.pg_backend_pid()))
    with db.engine.connect() as first, db.engine.connect() as second:
        ours, other = (
            (first, second)
            if first.scalar(select(func.pg_backend_pid())) == pid
            else (second, first)
        )
        ours.rollback()
        other.execute(select(func.pg_terminate_backend(pid)))


def test_a_connection_that_has_rested_is_asked_whether_its_server_is_there(
    postgresql_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(postgresql_db, monkeypatch, rested=0)
    for _ in range(3):
        with postgresql_db.reading() as session:
            assert session.scalar(select(1)) == 1


def test_one_that_has_not_tells_of_it_and_the_next_try_succeeds(
    postgresql_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(postgresql_db, monkeypatch, rested=60)
    failed = 0
    for _ in range(4):
        try:
            with postgresql_db.reading() as session:
                assert session.scalar(select(1)) == 1
        except DatabaseUnavailable:
            failed += 1
    assert failed == 1

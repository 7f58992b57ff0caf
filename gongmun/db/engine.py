"""The database: one engine, and transactions that say what they are for.

`Database.transaction()` writes, `Database.reading()` reads. On SQLite a writing transaction begins
with BEGIN IMMEDIATE, so that two writers queue at the start instead of failing at the end; WAL lets
readers go on meanwhile, and `synchronous=FULL` makes a commit survive a power cut (a sent mail must
not be forgotten).
"""

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from gongmun.db.errors import (
    DatabaseMissing,
    DatabaseOutOfReach,
    DatabaseUnavailable,
    ReferencesBroken,
    UnsupportedDatabase,
)
from gongmun.db.translating import first_line, translated

_BUSY_TIMEOUT_SECONDS = 30
# That are kept open: as many as the portal has threads. More are opened while they are needed, each at
# the price of several pages.
_CONNECTIONS = 12
# A connection that was used so recently is not asked whether its server is still there.
_RESTED_SECONDS = 1.0
_RESTING = "gongmun_resting_since"
# A server of PostgreSQL that accepts a connection and says nothing is given up after so many seconds, one that was cut
# off without a word after half a minute; what the URL says of any of these goes before.
_CONNECT_SECONDS = 10
_CUT_OFF: Mapping[str, int] = {
    "keepalives": 1,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}
_WAL_TRIES, _WAL_PAUSE_SECONDS = 100, 0.02


class Database:
    """One database, safe to share between threads; make one per process."""

    def __init__(self, url: str) -> None:
        """Open lazily: no connection is made before the first transaction.

        Raises:
            UnsupportedDatabase: the URL names another kind of database.
        """
        try:
            self.url: URL = make_url(url)
        except ArgumentError:
            raise UnsupportedDatabase(url="(…)") from None
        if self.url.drivername not in ("sqlite", "postgresql+psycopg"):
            raise UnsupportedDatabase(url=self.url.render_as_string(hide_password=True))
        self._shown = self.url.render_as_string(hide_password=True)
        self._file = _file(self.url)
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgresql(self.url)
        self._writer = RLock() if self.is_sqlite else None
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        self._reading = sessionmaker(
            self.engine.execution_options(gongmun_readonly=True), expire_on_commit=False
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite rather than PostgreSQL."""
        return self.url.drivername == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A writing transaction: commits at the end of the block, rolls back on any error.

        Raises:
            DatabaseUnavailable: locked beyond the busy time-out, or gone.
            DatabaseDamaged: what it keeps cannot be read.
        """
        with self._turn(), translated(self._shown), self._writing.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A reading transaction; it is never committed, and makes no database where there is none.

        Raises:
            DatabaseMissing: there is no such file.
            DatabaseOutOfReach: it is not this account's to open.
            DatabaseUnavailable: the database is gone.
            DatabaseDamaged: what it keeps cannot be read.
        """
        if self._file is not None and not _is_there(self._file):
            raise DatabaseMissing(database=self._shown)
        with translated(self._shown), self._reading() as session:
            yield session

    def knock(self) -> None:
        """See whether the server answers one who comes anew; of SQLite, which has none, nothing is asked.

        A connection of the pool to a server that hangs would be waited for, for as long as it hangs.

        Raises:
            DatabaseUnavailable: it does not, within ten seconds.
        """
        if self.is_sqlite:
            return
        dialect = self.engine.dialect
        words, named = dialect.create_connect_args(self.url)
        try:
            dialect.connect(*words, **{**named, **_patience(self.url)}).close()
        except dialect.loaded_dbapi.Error as error:
            raise DatabaseUnavailable(database=self._shown, reason=first_line(error)) from error

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A writing transaction for changes of the schema.

        SQLite changes a table by making it anew, which foreign keys to its rows would forbid: there they
        are checked at the end instead.

        Raises:
            DatabaseUnavailable: locked, or gone.
            ReferencesBroken: a row names another that is not there any more; nothing was changed.
        """
        with self._turn(), translated(self._shown), self.engine.connect() as connection:
            if not self.is_sqlite:
                with connection.begin():
                    yield connection
                return
            driver = connection.connection.driver_connection
            assert driver is not None
            # Has an effect outside of a transaction only.
            driver.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    yield connection
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                    if broken:
                        raise ReferencesBroken(tables=", ".join(sorted({row[0] for row in broken})))
            finally:
                driver.execute("PRAGMA foreign_keys=ON")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """The turn of one writer of this process, on SQLite.

        SQLite wakes nobody when a lock falls free: who finds it taken sleeps and tries again, so that
        two threads that write often lose a third of their time. The lock may be entered again, and is
        waited for no longer than SQLite itself waits, so that SQLite still says what is wrong.
        """
        taken = self._writer is not None and self._writer.acquire(timeout=_BUSY_TIMEOUT_SECONDS)
        try:
            yield
        finally:
            if taken and self._writer is not None:
                self._writer.release()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _patience(url: URL) -> Mapping[str, int]:
    every = {"connect_timeout": _CONNECT_SECONDS, **_CUT_OFF}
    return {name: value for name, value in every.items() if name not in url.query}


# `hide_parameters`: an error names the statement, never the values, which may be a citizen's.
def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url, pool_size=_CONNECTIONS, hide_parameters=True, connect_args=dict(_patience(url))
    )

    # What SQLAlchemy's own `pool_pre_ping` does, but for connections that have rested: to ask each time
    # whether the server is still there costs as much as a query of a page.
    @event.listens_for(engine, "checkin")
    def _rest(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[_RESTING] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _wake(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        since = record.info.get(_RESTING)
        if since is None or time.monotonic() - since < _RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError() from error  # the pool takes another

    return engine


def _file(url: URL) -> Path | None:
    """The file that holds a database of SQLite; None for one in memory, and on PostgreSQL."""
    is_file = url.drivername == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if is_file else None


def _is_there(file: Path) -> bool:
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _out_of_reach(file, error) from error
    return True


def _out_of_reach(file: Path, error: OSError) -> DatabaseOutOfReach:
    return DatabaseOutOfReach(database=file, reason=error.strerror or type(error).__name__)


def _make(file: Path) -> None:
    """Make the file, and its folder, for this account only: it will hold what citizens write."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Never one that is there: to close it would take the locks that SQLite has on it in this process.
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise _out_of_reach(file, error) from error


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        # As many statements stay prepared as SQLAlchemy remembers compiled; of its own the driver keeps 128.
        connect_args={"timeout": _BUSY_TIMEOUT_SECONDS, "cached_statements": 500},
        hide_parameters=True,
    )

    @event.listens_for(engine, "do_connect")
    def _make_file(*_: object) -> None:
        if (file := _file(url)) and not _is_there(file):
            _make(file)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        # The driver must not begin transactions by itself: `_begin` below does.
        connection.isolation_level = None
        # Of a new file only. One or two mails, which are near two thousand bytes, fill a page of the default size.
        connection.execute("PRAGMA page_size=8192")
        _enter_wal(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        # 16 MiB at most; with its own 2 a sweep over 200,000 rows reads the pages of random keys again and again.
        connection.execute("PRAGMA cache_size=-16384")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("gongmun_readonly", False):
            # Takes no lock yet, so that there is no error of the driver to translate: by itself, at a third
            # of the price.
            connection.connection.cursor().execute("BEGIN")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _enter_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL; several processes that open a new file together take turns.

    SQLite refuses the switch at once while another connection makes it: its time-out waits for
    locks on content only.
    """
    for _ in range(_WAL_TRIES):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(_WAL_PAUSE_SECONDS)
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")

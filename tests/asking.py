"""What is said to a database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from gongmun.db import Database


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    """Every statement that is executed meanwhile."""
    said: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", note)

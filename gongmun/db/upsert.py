"""INSERT … ON CONFLICT, which both databases have and SQLAlchemy gives each of its own."""

from typing import cast

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gongmun.db.models import Base


def upsert(session: Session, row: type[Base]) -> postgresql.Insert:
    """An INSERT into the table of `row`, in the words of the session's database.

    It has `on_conflict_do_nothing` and `on_conflict_do_update`, alike on both.
    """
    if session.get_bind().dialect.name == "sqlite":
        return cast(postgresql.Insert, sqlite.insert(row))
    return postgresql.insert(row)

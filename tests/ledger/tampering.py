"""Who owns the database can take the guard of the ledger away: what the chain then shows is tested with this."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

from gongmun.db import Database


@contextmanager
def unguarded(db: Database) -> Iterator[Session]:
    """A transaction in which events can be changed and removed, as nothing in the product does.

    On SQLite they can be from then on; a database of PostgreSQL is guarded again for the tests after this one.
    """
    with db.transaction() as session:
        if db.is_sqlite:
            for change in ("update", "delete", "replace"):
                session.execute(text(f"DROP TRIGGER ledger_events_no_{change}"))
        else:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        yield session

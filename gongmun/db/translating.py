"""What the driver of a database says, as an error of ours that names the remedy."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, IntegrityError, InterfaceError, OperationalError

from gongmun.db.errors import (
    DatabaseDamaged,
    DatabaseOutOfReach,
    DatabaseUnavailable,
    RightMissing,
    SchemaMissing,
    WrittenMeanwhile,
)
from gongmun.errors import GongmunError

_INSUFFICIENT_PRIVILEGE = "42501"
_DATA_CORRUPTED, _INDEX_CORRUPTED = "XX001", "XX002"
_UNIQUE_VIOLATION = "23505"
# What SQLite and PostgreSQL say of a table or a column that is not there.
_MISSING = re.compile(r"no such (table|column)|has no column|(relation|column) \S+ does not exist")
# What SQLite says of its file, which has no codes in its errors that SQLAlchemy keeps.
_CLOSED = re.compile(r"unable to open database file|attempt to write a readonly database")
_DAMAGED = re.compile(r"disk image is malformed|not a database")


@contextmanager
def translated(database: str) -> Iterator[None]:
    """Raise what the block meets as an error of ours; `database` is its URL without the password.

    What is a mistake of ours (a wrong statement, a rule of a table that was broken) is passed on.

    Raises:
        SchemaMissing, RightMissing, DatabaseDamaged, DatabaseOutOfReach, DatabaseUnavailable: as they say.
    """
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        found = _as_ours(error, database)
        if found is None:
            raise
        raise found from error


def _as_ours(error: DatabaseError | InterfaceError, database: str) -> GongmunError | None:
    reason, state = first_line(error.orig), getattr(error.orig, "sqlstate", None)
    if _MISSING.search(reason):
        return SchemaMissing(database=database)
    if state == _INSUFFICIENT_PRIVILEGE:
        return RightMissing(database=database, reason=reason)
    if state in (_DATA_CORRUPTED, _INDEX_CORRUPTED) or (state is None and _DAMAGED.search(reason)):
        return DatabaseDamaged(database=database, reason=reason)
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    if state is None and _CLOSED.search(reason):
        return DatabaseOutOfReach(database=database, reason=reason)
    return DatabaseUnavailable(database=database, reason=reason)


@contextmanager
def added_once() -> Iterator[None]:
    """Around a transaction that looks for a row and adds it where there is none.

    Of two that do so at once PostgreSQL refuses the second by a unique key; on SQLite they take turns.

    Raises:
        WrittenMeanwhile: this is the second.
    """
    try:
        yield
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != _UNIQUE_VIOLATION:
            raise
        raise WrittenMeanwhile from error


def first_line(error: BaseException | None) -> str:
    """What an error says first; of some that is all that is fit to be shown."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)

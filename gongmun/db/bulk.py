"""Many rows into one table, at the price of the driver.

`session.execute(insert(table), rows)` makes the parameters row by row and value by value, which takes three times
as long as the insertion itself. Here they are made column by column, and what stands in many rows, such as the
moment of a sweep, is made once.
"""

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import JSON, Dialect, Select, Table
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

# Ids of one statement: both databases take more parameters, and neither gains by it.
_IDS = 5000
T = TypeVar("T", int, str)


class Json(str):
    """A value of a JSON column that is written as JSON already, for `add_rows`."""

    __slots__ = ()


def add_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert these rows, if there are any, in their order.

    Each has a value for the columns that the first one has. The others are the database's to fill: no default of
    the model applies.
    """
    if not rows:
        return
    connection = session.connection()
    dialect, names = connection.dialect, tuple(rows[0])
    columns = [_stored([row[name] for row in rows], table.c[name].type, dialect) for name in names]
    connection.exec_driver_sql(_insert(table, names, dialect), list(zip(*columns, strict=True)))


def _stored(values: Sequence[Any], of: TypeEngine[Any], dialect: Dialect) -> Iterable[Any]:
    """The values of a column as the driver takes them."""
    process: Callable[[Any], Any] | None = of.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    if isinstance(of, JSON):
        # Drivers take a plain text faster than one of a class.
        return [str(value) if isinstance(value, Json) else process(value) for value in values]
    return map(cache(process), values)


def _insert(table: Table, names: Sequence[str], dialect: Dialect) -> str:
    preparer = dialect.identifier_preparer
    columns = ", ".join(preparer.format_column(table.c[name]) for name in names)
    marks = ", ".join("?" if dialect.paramstyle == "qmark" else "%s" for _ in names)
    # Names of our own tables, quoted.
    return f"INSERT INTO {preparer.format_table(table)} ({columns}) VALUES ({marks})"  # noqa: S608


@contextmanager
def without_collector() -> Iterator[None]:
    """Thousands of rows are made here and none is a cycle: to search for some takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def rows_of(session: Session, query: Select[Any]) -> Sequence[Any]:
    """Thousands of rows of columns: by the connection, for which the ORM makes no objects."""
    session.flush()
    return session.connection().execute(query).all()


def some_of(ids: Collection[T]) -> Iterator[Sequence[T]]:
    """Ids or keys in order, as many at a time as one statement takes."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), _IDS):
        yield ordered[start : start + _IDS]

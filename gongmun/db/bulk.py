"""Many rows into one table, at the price of the driver.

`session.execute(insert(table), rows)` makes the parameters row by row and value by value, which takes three times
as long as the insertion itself. Here they are made column by column, and what stands in many rows, such as the
moment of a sweep, is made once.
"""

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import repeat
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import JSON, Dialect, Select, Table
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

# Ids of one statement: both databases take more parameters, and neither gains by it.
_IDS = 5000
T = TypeVar("T", int, str)
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Json(str):
    """A value of a JSON column that is written as JSON already, for `add_rows`."""

    __slots__ = ()


def add_rows(
    session: Session,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    alike: Mapping[str, Any] = _NOTHING,
    but_those_that_are_there: bool = False,
) -> None:
    """Insert these rows, if there are any, in their order; without those whose key is taken, where that is asked for.

    Each has a value for the columns that the first one has; `alike` are columns in which all have the same. The others
    are the database's to fill: no default of the model applies.
    """
    if not rows:
        return
    connection = session.connection()
    dialect, names = connection.dialect, tuple(rows[0])
    columns = [_stored([row[name] for row in rows], table.c[name].type, dialect) for name in names]
    for name, value in alike.items():
        [stored] = _stored([value], table.c[name].type, dialect)
        columns.append(repeat(stored, len(rows)))
    statement = _insert(table, (*names, *alike), dialect)
    if but_those_that_are_there:
        statement += " ON CONFLICT DO NOTHING"
    connection.exec_driver_sql(statement, list(zip(*columns, strict=True)))


def _stored(values: Sequence[Any], of: TypeEngine[Any], dialect: Dialect) -> Iterable[Any]:
    """The values of a column as the driver takes them."""
    process: Callable[[Any], Any] | None = of.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    if isinstance(of, JSON):
        return map(_written_once(process), values)
    return map(cache(process), values)


def _written_once(process: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """JSON of values that live as long as this does: what is one and the same object is written once."""
    written: dict[int, Any] = {}

    def write(value: Any) -> Any:
        known = written.get(id(value))
        if known is None:
            # Drivers take a plain text faster than one of a class.
            known = str(value) if isinstance(value, Json) else process(value)
            written[id(value)] = known
        return known

    return write


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


def rows_with(
    session: Session, table: Table, column: str, values: Collection[T], names: Sequence[str]
) -> Iterator[Sequence[Any]]:
    """The columns `names` of the rows in which `column` is one of these ids or keys; of ids in their order.

    Ids and texts only: what comes is as the driver has it. A SELECT with `in_` takes longer to be written, of
    thousands of values, than to be answered.
    """
    session.flush()
    connection = session.connection()
    preparer = connection.dialect.identifier_preparer
    by = preparer.format_column(table.c[column])
    wanted = ", ".join(preparer.format_column(table.c[name]) for name in names)
    # Names of our own tables, quoted.
    select = f"SELECT {wanted} FROM {preparer.format_table(table)} WHERE {by}"  # noqa: S608
    for some in some_of(values):
        if connection.dialect.name == "sqlite":
            marks = ", ".join(repeat("?", len(some)))
            found = connection.exec_driver_sql(f"{select} IN ({marks}) ORDER BY {by}", tuple(some))
        else:
            found = connection.exec_driver_sql(f"{select} = ANY(%s) ORDER BY {by}", (list(some),))
        yield from found.all()


def some_of(ids: Collection[T]) -> Iterator[Sequence[T]]:
    """Ids or keys in order, as many at a time as one statement takes."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), _IDS):
        yield ordered[start : start + _IDS]

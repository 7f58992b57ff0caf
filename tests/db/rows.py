"""Rows for every table of a database as it stands, whatever its revision: made from what the database says of itself."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    inspect,
    update,
)

MOMENT = datetime(2026, 10, 12, 0, 30, tzinfo=UTC)
Rows = Mapping[str, Sequence[Mapping[str, Any]]]
EACH = 2


def names(connection: Connection) -> Sequence[str]:
    """All tables that there are."""
    return sorted(set(inspect(connection).get_table_names()) - {"alembic_version"})


def fill(connection: Connection) -> None:
    """Insert two rows into each table that has none; every column has a value, and every key names a row."""
    empty = [name for name, rows in content(connection).items() if not rows]
    metadata = MetaData()
    metadata.reflect(connection, only=empty)
    later: list[tuple[Table, Mapping[str, Any], int]] = []
    done = set(names(connection)) - set(empty)
    for table in metadata.sorted_tables:
        if table.name not in empty:
            continue
        done.add(table.name)
        for number in range(1, EACH + 1):
            row = {column.name: _value(column, number) for column in table.columns}
            # What names a table that is filled later, or this one, is set at the end.
            open_keys = {
                column.name: row[column.name]
                for column in table.columns
                if column.nullable
                and any(
                    key.column.table is table or key.column.table.name not in done
                    for key in column.foreign_keys
                )
            }
            connection.execute(insert(table).values(row | dict.fromkeys(open_keys)))
            if open_keys:
                later.append((table, open_keys, number))
    for table, keys, number in later:
        [key] = table.primary_key
        connection.execute(update(table).where(key == _value(key, number)).values(keys))


def content(connection: Connection) -> Rows:
    """All rows of all tables, in an order of their own, as the driver has them."""
    return {
        name: sorted(
            map(dict, connection.exec_driver_sql(f'SELECT * FROM "{name}"').mappings()),
            key=lambda row: str(list(row.values())),
        )
        for name in names(connection)
    }


def _value(column: Column[Any], number: int) -> Any:
    for key in column.foreign_keys:
        return _value(key.column, number)
    match column.type:
        case JSON():
            return {"number": number}
        case Boolean():
            return number % 2 == 0
        case Integer():
            return number
        case Float():
            return number / 2
        case DateTime():
            return MOMENT + timedelta(days=number)
        case Date():
            return date(2026, 10, 12) + timedelta(days=number)
        case String():
            return f"{number}-{column.name}"[: column.type.length]
    raise AssertionError(f"no value for {column}: {column.type!r}")

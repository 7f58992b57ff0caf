"""Rows as lines of JSON, by the types of their columns: the same from SQLite and from PostgreSQL."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    Insert,
    Table,
    Text,
    bindparam,
    cast,
    insert,
    select,
)
from sqlalchemy.types import UserDefinedType

from gongmun.db.models import UtcDateTime

_AT_ONCE = 2000


class Malformed(ValueError):
    """A file that does not hold the rows of its table."""


def write(connection: Connection, table: Table, path: Path) -> int:
    """Write all rows of a table, in the order of their keys; how many they are."""
    count = 0
    # The time of day in a compressed file's head would make two backups of the same rows differ.
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
        packed.write(_line([column.name for column in table.columns]))
        rows = connection.execution_options(yield_per=_AT_ONCE).execute(
            select(*map(_written, table.columns)).order_by(*table.primary_key)
        )
        for row in rows:
            packed.write(_line([_plain(value) for value in row]))
            count += 1
    return count


def read(table: Table, path: Path) -> Iterator[list[dict[str, Any]]]:
    """The rows of a file, some thousand at a time, for `insertion`.

    Raises:
        Malformed: the file is not one of `write`, or of another table.
    """
    some: list[dict[str, Any]] = []
    try:
        for row in _rows(table, path):
            some.append(row)
            if len(some) == _AT_ONCE:
                yield some
                some = []
    # What gzip, JSON and the types of the columns say of a value that is none of theirs.
    except (OSError, EOFError, zlib.error, ValueError, LookupError, TypeError) as error:
        raise Malformed(f"{path.name}: {type(error).__name__}") from error
    if some:
        yield some


def _rows(table: Table, path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        names = json.loads(next(lines, "[]"))
        columns = [table.columns[name] for name in names]
        if set(names) != set(table.columns.keys()):
            raise Malformed(table.name)
        params, takes = list(map(_param, columns)), list(map(_taken, columns))
        for line in lines:
            values = zip(params, takes, json.loads(line), strict=True)
            yield {name: take(value) for name, take, value in values}


def _written(column: Column[Any]) -> Any:
    # As its text: of a value in JSON, nothing at all and JSON's own null look alike.
    return cast(column, Text) if isinstance(column.type, JSON) else column


def insertion(table: Table) -> Insert:
    """Inserts rows as `read` gives them. JSON goes in as the text that it was."""
    texts = {
        column.name: bindparam(_param(column), type_=_Text())
        for column in table.columns
        if isinstance(column.type, JSON)
    }
    return insert(table).values(texts) if texts else insert(table)


class _Text(UserDefinedType[str]):
    """Text that a database takes for JSON, without a word of ours about its type."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"


def _param(column: Column[Any]) -> str:
    return f"text_of_{column.name}" if isinstance(column.type, JSON) else column.name


def _taken(column: Column[Any]) -> Callable[[Any], Any]:
    """Makes of what stands in a line what the column takes."""
    # An enum of ours is stored by its value; its column takes the member.
    take: Callable[[Any], Any] | None = getattr(column.type, "enum_class", None)
    if isinstance(column.type, UtcDateTime):
        take = datetime.fromisoformat
    elif isinstance(column.type, Date):
        take = date.fromisoformat
    return (lambda value: value) if take is None else lambda value: value and take(value)


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case StrEnum():
            return value.value
        case _:
            return value


def _line(values: Sequence[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

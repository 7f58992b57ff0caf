"""The database: engine and transactions, the base of all rows, migrations, sweeps' leases."""

from gongmun.db.bulk import Json, add_rows, rows_of, rows_with, some_of, without_collector
from gongmun.db.engine import Database
from gongmun.db.errors import DatabaseUnavailable, UnsupportedDatabase
from gongmun.db.models import Base, UtcDateTime, index_where_given, state
from gongmun.db.upsert import upsert

__all__ = [
    "Base",
    "Database",
    "DatabaseUnavailable",
    "Json",
    "UnsupportedDatabase",
    "UtcDateTime",
    "add_rows",
    "index_where_given",
    "rows_of",
    "rows_with",
    "some_of",
    "state",
    "upsert",
    "without_collector",
]

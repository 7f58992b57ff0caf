"""The database: engine and transactions, the base of all rows, migrations, sweeps' leases."""

from gongmun.db.engine import Database, DatabaseUnavailable, UnsupportedDatabase
from gongmun.db.models import Base, UtcDateTime, state
from gongmun.db.upsert import upsert

__all__ = [
    "Base",
    "Database",
    "DatabaseUnavailable",
    "UnsupportedDatabase",
    "UtcDateTime",
    "state",
    "upsert",
]

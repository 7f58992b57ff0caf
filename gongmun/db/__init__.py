"""The database: engine and transactions, the base of all rows, migrations, sweeps' leases."""

from gongmun.db.engine import Database, DatabaseUnavailable, UnsupportedDatabase
from gongmun.db.models import Base, UtcDateTime, state

__all__ = ["Base", "Database", "DatabaseUnavailable", "UnsupportedDatabase", "UtcDateTime", "state"]

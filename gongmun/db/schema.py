"""The schema: all rooms' tables, and the migrations that bring a database to it."""

import pkgutil
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import func, select

import gongmun
from gongmun.db.engine import Database

# An arbitrary number: the name of a lock in PostgreSQL.
_UPGRADE_LOCK = 20261121
_MIGRATIONS = Path(__file__).parent / "migrations"


def load_models() -> None:
    """Import every room's `models` module, so that the metadata knows every table."""
    import_module("gongmun.db.sweeps")
    for room in pkgutil.iter_modules(gongmun.__path__):
        if room.ispkg:
            package = import_module(f"gongmun.{room.name}")
            if any(module.name == "models" for module in pkgutil.iter_modules(package.__path__)):
                import_module(f"gongmun.{room.name}.models")


def upgrade(db: Database) -> None:
    """Bring the database to the newest schema; harmless where it is there already.

    Raises:
        DatabaseUnavailable: locked, or gone.
    """
    _run(db, "upgrade")


def revise(db: Database, message: str) -> None:
    """Write a new migration from the difference between the models and `db` (for developers)."""
    _run(db, "revision", message)


def _run(db: Database, what: str, message: str = "") -> None:
    load_models()
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with db.migrating() as connection:
        if not db.is_sqlite:
            # Two machines that are started together take turns; SQLite's writers do so anyway.
            connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        config.attributes["connection"] = connection
        if what == "upgrade":
            command.upgrade(config, "head")
        else:
            command.revision(config, message=message, autogenerate=True)

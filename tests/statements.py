"""Compiled statements that all engines of a run share.

Each test has a database of its own and with it an engine, which would compile every statement anew: that
took longer than to run them. In service one engine lives as long as its process, so that there too a
statement is compiled once.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from gongmun.db import engine

_SIZE = 4000


def share() -> None:
    """From here on, each kind of database has one memory of compiled statements in this process."""
    compiled: dict[str, LRUCache[Any, Any]] = {}
    create = engine.create_engine

    def create_engine(*arguments: Any, **options: Any) -> Engine:
        made = create(*arguments, **options)
        # Before an engine for reading is made of this one, which takes it over.
        made._compiled_cache = compiled.setdefault(made.name, LRUCache(_SIZE))
        return made

    engine.create_engine = create_engine
    # SQLAlchemy remembers a statement by the engine's dialect. Those of one kind are set up alike.
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        dialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
        dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]

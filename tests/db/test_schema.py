"""The migrations bring an empty database to exactly the tables of the models, and back."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Integer, inspect, text
from sqlalchemy.exc import IntegrityError

from gongmun.db import Base, Database
from gongmun.db.errors import ReferencesBroken
from gongmun.db.schema import _MIGRATIONS, upgrade
from gongmun.organisations import load
from gongmun.settings import PROJECT_ROOT
from tests.postgresql import fresh_database

pytestmark = pytest.mark.long


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file without a table."""
    (tmp_path / "empty.db").touch()
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    yield database
    database.dispose()


@pytest.fixture
def empty_postgresql(postgresql_url: str) -> Iterator[Database]:
    """A PostgreSQL database without a table."""
    with fresh_database(postgresql_url) as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest) -> Database:
    """An empty database of both kinds."""
    database: Database = request.getfixturevalue(f"empty_{request.param}")
    return database


def differences(db: Database) -> list[object]:
    """What would have to change for the database to be as the models say."""
    with db.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        return compare_metadata(context, Base.metadata)


def test_an_upgraded_database_is_what_the_models_say(empty: Database) -> None:
    assert differences(empty)
    upgrade(empty)
    assert differences(empty) == []


def test_what_alembic_does_not_compare_is_the_same_too(
    empty: Database, request: pytest.FixtureRequest
) -> None:
    """Conditions of partial indexes, deferred keys, checks: as `create_all` makes them."""
    made: Database = request.getfixturevalue("sqlite_db" if empty.is_sqlite else "postgresql_db")
    upgrade(empty)
    assert _described(empty) == _described(made)


def test_a_table_that_others_name_can_be_made_anew(sqlite_db: Database, now: datetime) -> None:
    """As SQLite must for most changes: with rows in both tables, and every reference checked."""
    load(sqlite_db, now)
    with (
        sqlite_db.migrating() as connection,
        Operations(MigrationContext.configure(connection)).batch_alter_table(
            "organisations", recreate="always"
        ) as table,
    ):
        table.add_column(Column("added", Integer()))
    with sqlite_db.reading() as session:
        assert session.execute(
            text("SELECT count(added), count(*) > 40 FROM organisations")
        ).all() == [(0, 1)]
    with (
        pytest.raises(ReferencesBroken, match="contacts"),
        sqlite_db.migrating() as connection,
    ):
        connection.execute(text("DELETE FROM organisations"))
    # Nothing was changed, and references are watched again.
    with pytest.raises(IntegrityError), sqlite_db.transaction() as session:
        session.execute(text("DELETE FROM organisations"))


def _described(db: Database) -> object:
    inspector = inspect(db.engine)
    triggers = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        if db.is_sqlite
        else "SELECT tgname, pg_get_triggerdef(t.oid), prosrc FROM pg_trigger t JOIN pg_proc p "
        "ON p.oid = tgfoid WHERE NOT tgisinternal ORDER BY tgname"
    )
    with db.reading() as session:
        found = [tuple(row) for row in session.execute(text(triggers))]
    return found, {
        name: {
            # Sorted: a column that a later migration adds stands at the end of its table.
            "columns": sorted(map(_plain, inspector.get_columns(name))),
            "primary key": _plain(inspector.get_pk_constraint(name)),
            "foreign keys": sorted(map(_plain, inspector.get_foreign_keys(name))),
            "unique": sorted(map(_plain, inspector.get_unique_constraints(name))),
            "indexes": sorted(map(_plain, inspector.get_indexes(name))),
            "checks": sorted(map(_plain, inspector.get_check_constraints(name))),
        }
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }


def _plain(description: Any) -> str:
    """As text, because conditions come as SQL objects that compare by identity."""
    if isinstance(description, dict):
        return "; ".join(f"{key}={_plain(description[key])}" for key in sorted(description))
    return str(description)


def test_a_second_upgrade_changes_nothing_and_keeps_the_rows(empty: Database) -> None:
    upgrade(empty)
    with empty.transaction() as session:
        session.execute(text("INSERT INTO sweeps (name) VALUES ('test')"))
    upgrade(empty)
    with empty.reading() as session:
        assert session.scalar(text("SELECT name FROM sweeps")) == "test"


def test_down_to_nothing_and_up_again(empty: Database) -> None:
    upgrade(empty)
    _downgrade(empty)
    assert set(inspect(empty.engine).get_table_names()) == {"alembic_version"}
    upgrade(empty)
    assert differences(empty) == []


def _downgrade(db: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with db.transaction() as session:
        config.attributes["connection"] = session.connection()
        command.downgrade(config, "base")


# Ready once all is imported, so that the three begin at the same moment.
_UPGRADE = """
import sys
from gongmun.db import Database
from gongmun.db.schema import load_models, upgrade
load_models()
print("ready", flush=True)
sys.stdin.readline()
upgrade(Database(sys.argv[1]))
"""


def test_upgrades_at_once_take_turns(empty: Database) -> None:
    """In processes of their own, as `gongmun setup` runs: Alembic is not made for threads."""
    # A file of SQLite is there already, as after any first look at it: while one process makes it,
    # another one is refused at once, and told to try again.
    with empty.reading() as session:
        session.connection()
    url = empty.url.render_as_string(hide_password=False)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _UPGRADE, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=PROJECT_ROOT,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], told
    assert differences(empty) == []

"""Fixtures of all rooms: a fresh database, on SQLite and on a real PostgreSQL."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest

from gongmun.db import Base, Database
from gongmun.db.schema import load_models
from tests.postgresql import fresh_database, running_server
from tests.world import World

# Tests say all that they need: the settings of whoever runs them do not matter.
for name in [name for name in os.environ if name.startswith("GONGMUN_") and "TEST" not in name]:
    del os.environ[name]
os.environ["GONGMUN_ENV_FILE"] = ""
os.environ["GONGMUN_PUBLIC_URL"] = "https://check.participation.example"

load_models()

# How long an example takes says something about the machine only.
hypothesis.settings.register_profile("gongmun", deadline=None)
hypothesis.settings.load_profile("gongmun")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: the workers of a parallel run then end at about the same time."""
    longest = ("test_up.py", "test_demo.py", "test_flows.py", "test_hostile.py")
    items.sort(key=lambda item: item.path.name not in longest)


NOW = datetime(2026, 10, 12, 0, 30, tzinfo=UTC)  # Monday 12 October 2026, 09:30 in Seoul


@pytest.fixture
def now() -> datetime:
    """Monday 12 October 2026, 09:30 in Seoul; no holiday follows within six weeks."""
    return NOW


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server: GONGMUN_TEST_POSTGRES_URL, or one started for this session."""
    given = os.environ.get("GONGMUN_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    with running_server() as url:
        yield url


@pytest.fixture(scope="session")
def _postgresql_template(postgresql_url: str) -> Iterator[str]:
    with fresh_database(postgresql_url) as template:
        Base.metadata.create_all(template.engine)
        template.dispose()  # nobody may be connected to what is copied
        assert template.url.database
        yield template.url.database


@pytest.fixture
def sqlite_db(tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database with all tables, in a file."""
    database = Database(f"sqlite:///{tmp_path / 'gongmun.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.fixture
def postgresql_db(postgresql_url: str, _postgresql_template: str) -> Iterator[Database]:
    """A fresh PostgreSQL database with all tables."""
    with fresh_database(postgresql_url, _postgresql_template) as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest) -> Database:
    """A fresh database with all tables: every test that takes it runs on both kinds."""
    database: Database = request.getfixturevalue(f"{request.param}_db")
    return database


@pytest.fixture
def world(db: Database, tmp_path: Path, now: datetime) -> World:
    """An installation with the organisations loaded, on both kinds of database."""
    return World(db=db, folder=tmp_path, now=now)

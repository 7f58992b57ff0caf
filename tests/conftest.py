"""Fixtures of all rooms: a fresh database, on SQLite and on a real PostgreSQL.

A test that takes `db` or `world` runs on both kinds, unless its module is marked `ON_SQLITE`; there a test
that is marked `ON_BOTH` does. Both kinds are for what may differ between them: SQL that is more than a plain
SELECT, constraints, what a rollback leaves, locks and writers at once, the schema. And for one way through
each room that goes well. Rules and services whose SQL another test has tried on both take SQLite, by the
mark or by `sqlite_db`. `postgresql_db` alone is for what SQLite does not have.
"""

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest

from gongmun import prefect_login
from gongmun.db import Base, Database
from gongmun.db.schema import load_models
from tests import statements
from tests.beginnings import Patches
from tests.postgresql import ON_BOTH, Swept, fresh_database, running_server
from tests.world import World

# Tests say all that they need: the settings of whoever runs them do not matter.
for name in [name for name in os.environ if name.startswith("GONGMUN_") and "TEST" not in name]:
    del os.environ[name]
for name in ("PREFECT_API_URL", prefect_login.SERVER, prefect_login.CLIENT):
    os.environ.pop(name, None)
os.environ["GONGMUN_ENV_FILE"] = ""
os.environ["GONGMUN_PUBLIC_URL"] = "https://check.participation.example"

load_models()
statements.share()

# How long an example takes says something about the machine only.
hypothesis.settings.register_profile("gongmun", deadline=None)
hypothesis.settings.load_profile("gongmun")


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark of tests/postgresql.py known."""
    config.addinivalue_line("markers", "kinds(*kinds): the kinds of database this runs on")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what takes `db` on the kinds of the nearest mark, on both where there is none."""
    if "db" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("kinds") or ON_BOTH.mark
        metafunc.parametrize("db", mark.args, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: the workers of a parallel run then end at about the same time.

    The flows one after the other: Prefect's server runs for them only.
    """
    longest = {"test_up.py", "test_demo.py", "flows", "test_hostile.py"}
    items.sort(key=lambda item: longest.isdisjoint(item.path.parts))


def pytest_collection_finish() -> None:
    """What is loaded now stays: whoever looks for garbage need not look through all of it."""
    gc.collect()
    gc.freeze()


NOW = datetime(2026, 10, 12, 0, 30, tzinfo=UTC)  # Monday 12 October 2026, 09:30 in Seoul


@pytest.fixture
def monkeypatch() -> Iterator[pytest.MonkeyPatch]:
    """As pytest has it; tests/beginnings.py looks at it."""
    patches = Patches()
    yield patches
    patches.undo()


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
def _swept(postgresql_url: str) -> Iterator[Swept]:
    with fresh_database(postgresql_url) as database:
        Base.metadata.create_all(database.engine)
        database.dispose()
        with closing(Swept(database.url)) as swept:
            yield swept


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "gongmun.db"
    template = Database(f"sqlite:///{path}")
    Base.metadata.create_all(template.engine)
    template.dispose()  # the last connection leaves everything in the one file
    return path


@pytest.fixture
def sqlite_db(tmp_path: Path, _sqlite_template: Path) -> Iterator[Database]:
    """A fresh SQLite database with all tables, in a file."""
    shutil.copy(_sqlite_template, tmp_path / "gongmun.db")
    database = Database(f"sqlite:///{tmp_path / 'gongmun.db'}")
    yield database
    database.dispose()


@pytest.fixture
def postgresql_db(_swept: Swept) -> Iterator[Database]:
    """A PostgreSQL database with all tables, as empty as a fresh one; its schema is not to be changed."""
    _swept.sweep()
    database = Database(_swept.url)
    yield database
    database.dispose()


@pytest.fixture
def db(request: pytest.FixtureRequest) -> Database:
    """A fresh database with all tables, of each kind that the test runs on."""
    database: Database = request.getfixturevalue(f"{request.param}_db")
    return database


@pytest.fixture
def world(db: Database, tmp_path: Path, now: datetime) -> World:
    """An installation with the organisations loaded, on each kind of database that the test runs on."""
    return World(db=db, folder=tmp_path, now=now)

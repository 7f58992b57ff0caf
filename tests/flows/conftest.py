"""Prefect's harness for the flows, once for all of them; the rest of the tests call services."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gongmun import wiring
from gongmun.db import Database
from gongmun.settings import settings
from tests.world import World


@pytest.fixture(scope="package")
def prefect_harness() -> Iterator[None]:
    """A Prefect server with a database of its own."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):
        yield


@pytest.fixture
def installation(
    sqlite_db: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    prefect_harness: None,
) -> Iterator[World]:
    """What `wiring` gives to the flows of this test: its own database, store and outbox."""
    from tests.conftest import NOW

    monkeypatch.setenv("GONGMUN_DATABASE_URL", sqlite_db.url.render_as_string())
    monkeypatch.setenv("GONGMUN_DOCUMENT_STORE", str(tmp_path / "documents"))
    monkeypatch.setenv("GONGMUN_RENDER_WORKERS", "1")
    for cached in (settings, wiring.database, wiring.journal, wiring.relay_log):
        cached.cache_clear()
    yield World(db=sqlite_db, folder=tmp_path, now=NOW)
    wiring.database().dispose()
    for cached in (settings, wiring.database, wiring.journal, wiring.relay_log):
        cached.cache_clear()

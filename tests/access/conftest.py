"""A small installation on SQLite: where the database kind matters, a test takes `world`."""

from datetime import datetime
from pathlib import Path

import pytest

from gongmun.db import Database
from tests.world import World


@pytest.fixture
def here(sqlite_db: Database, tmp_path: Path, now: datetime) -> World:
    """An installation on SQLite."""
    return World(db=sqlite_db, folder=tmp_path, now=now)

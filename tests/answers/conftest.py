"""Fixtures of the answers room."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from gongmun.db import Database
from gongmun.settings import settings
from tests.answers.mails import INBOX, Inbox
from tests.world import World


@pytest.fixture
def inbox_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings of an installation that takes replies."""
    monkeypatch.setenv("GONGMUN_INBOX__MAILDIR", str(tmp_path / "inbox"))
    monkeypatch.setenv("GONGMUN_INBOX__ADDRESS", INBOX)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def inbox(inbox_settings: None, sqlite_db: Database, tmp_path: Path, now: datetime) -> Inbox:
    """An installation with an inbox, on SQLite."""
    return Inbox(World(db=sqlite_db, folder=tmp_path, now=now))

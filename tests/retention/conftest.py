"""A world in which mails come and go, and what its rules of retention take."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from gongmun.db import Database
from gongmun.documents import LocalStore
from gongmun.retention.expiring import Report, Stores, count, expire
from gongmun.retention.rules import load
from tests.followups.conftest import Followed
from tests.world import World


@dataclass
class Keeping:
    """A world, with the store of what came in beside that of its documents."""

    followed: Followed
    received: LocalStore

    @property
    def world(self) -> World:
        """The world."""
        return self.followed.world

    @property
    def db(self) -> Database:
        """Its database."""
        return self.followed.db

    def report(self, now: datetime, *, dry_run: bool = False) -> Report:
        """One run."""
        if dry_run:
            return count(self.db, load(), now=now)
        stores = Stores(documents=self.world.store, received=self.received)
        return expire(self.db, load(), stores, now=now)

    def expire(self, now: datetime, *, dry_run: bool = False) -> dict[str, tuple[int, int]]:
        """One run: rows and files by rule, of those that took something."""
        report = self.report(now, dry_run=dry_run)
        assert not report.problems
        return {line.rule.code.value: (line.rows, line.files) for line in report.lines if line.rows}


@pytest.fixture
def keeping(world: World, tmp_path: Path) -> Keeping:
    """On each kind of database."""
    return Keeping(Followed(world), LocalStore(tmp_path / "received", ending=""))

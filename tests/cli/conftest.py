"""A scratch installation, and the command line as a person uses it: `main()` with its exit code."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gongmun import wiring
from gongmun.cli import output
from gongmun.cli.app import main
from gongmun.db import Database
from gongmun.db.schema import upgrade
from gongmun.organisations import load
from gongmun.settings import settings
from tests.conftest import NOW
from tests.world import World

_CACHED = (settings, wiring.database, wiring.journal, wiring.relay_log)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def flat(self) -> str:
        """What it said on stdout, without line breaks and columns."""
        return " ".join(self.out.split())


Gongmun = Callable[..., Ended]


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of an installation that was not set up yet."""
    folder = tmp_path / "var"
    monkeypatch.setenv("GONGMUN_VAR", str(folder))
    monkeypatch.setenv("GONGMUN_RENDER_WORKERS", "1")
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    # Wide enough that no cell is folded; tests/cli/test_output.py looks at narrower ones.
    monkeypatch.setattr(output.console, "width", 200)
    monkeypatch.setattr(output.errors, "width", 200)
    for cached in _CACHED:
        cached.cache_clear()
    yield folder
    if wiring.database.cache_info().currsize:
        wiring.database().dispose()
    for cached in _CACHED:
        cached.cache_clear()


@pytest.fixture
def gongmun(
    var: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Gongmun:
    """Run a command: `gongmun("forum", "list")`."""

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["gongmun", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return Ended(code=code, out=captured.out, err=captured.err)

    return run


@pytest.fixture(scope="session")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as `gongmun setup` leaves it."""
    file = tmp_path_factory.mktemp("set-up") / "gongmun.db"
    db = Database(f"sqlite:///{file}")
    upgrade(db)
    load(db, NOW)
    db.dispose()
    return file


@pytest.fixture
def installation(set_up: Path, var: Path) -> World:
    """After `gongmun setup`, with the services and fakes of the other tests on the same database."""
    var.mkdir()
    shutil.copy(set_up, var)
    return World(db=wiring.database(), folder=var, now=NOW)

"""A new installation for each simulated world: a folder, databases, settings and a clock of its own."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from gongmun import clock, wiring
from gongmun.db import Database
from gongmun.settings import settings
from gongmun.simulation.faults import Injector
from gongmun.simulation.installation import INBOX, House
from gongmun.simulation.plan import Plan


@contextmanager
def opened(plan: Plan, database_url: str = "") -> Iterator[House]:
    """A new installation of its own for the block, with settings and a clock of its own.

    Its database is a file of its own, or the empty one of that URL.
    """
    folder = _place()
    folder.mkdir(mode=0o700)
    try:
        with _surroundings(folder, database_url):
            db, other = _databases(settings().database_url)
            injector = Injector(plan.dice, plan.faults if plan.with_faults else ())
            house = House(
                folder=folder,
                plan=plan,
                injector=injector,
                now=clock.seoul_time(plan.first_day),
                ladder=wiring.ladder(),
                db=db,
                other=other,
            )
            with injector.watching(db), injector.watching(other), clock.told_by(lambda: house.now):
                yield house
            db.dispose()
            other.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _place() -> Path:
    """Where this process has its worlds, one after the other; there is nothing between two of them."""
    # Thousands of commits wait for the disk otherwise; what is lost with the machine is played again.
    shared_memory = Path("/dev/shm")  # noqa: S108 - the folder in it is made by mkdtemp
    where = shared_memory if shared_memory.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="gongmun-simulation-", dir=where))
    folder.rmdir()
    return folder


@cache
def _databases(url: str) -> tuple[Database, Database]:
    # They stay from world to world, because they remember every statement as it was compiled.
    return Database(url), Database(url)


@contextmanager
def _surroundings(folder: Path, database_url: str) -> Iterator[None]:
    """Settings that say where everything of this world lies; those of the caller come back afterwards."""
    ours: Mapping[str, str] = {
        "GONGMUN_ENV_FILE": "",
        "GONGMUN_VAR": str(folder),
        "GONGMUN_INBOX__MAILDIR": str(folder / "inbox"),
        "GONGMUN_INBOX__ADDRESS": INBOX,
        "GONGMUN_PUBLIC_URL": "https://simulation.example",
        "GONGMUN_CALENDAR_OVERRIDES": str(folder / "holidays.csv"),
        **({"GONGMUN_DATABASE_URL": database_url} if database_url else {}),
    }
    before = {name: value for name, value in os.environ.items() if name.startswith("GONGMUN_")}
    for name in before:
        del os.environ[name]
    os.environ.update(ours)
    settings.cache_clear()
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)
        os.environ.update(before)
        settings.cache_clear()

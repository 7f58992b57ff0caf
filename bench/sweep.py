"""A whole sweep of the ladder at the scale of a country, beside the bare SQL of the same statements.

Of 1,000,000 referrals 200,000 are open and 5,000 due, at fifty ministries. A sweep selects them, decides, claims,
drafts reminders and escalations, writes steps and events, and enqueues one message a ministry; the documents are
printed between, which is not measured here (see `documents`). The rival (`bench/rivals/bare_sweep.py`) plays the
recorded statements again by the driver alone, on a copy of the same database. They take turns; the ratio is the
median of the rounds' ratios.

`..._growth` is the time with a tenth of the referrals and as many due (rival) beside that with all of them (ours).
"""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from bench.reference.national import NOW, make
from bench.rivals.bare_sweep import Statement, recorded, replay
from gongmun.calendar import calendar
from gongmun.db import Database
from gongmun.documents import FakeRenderer, LocalStore, issue
from gongmun.referrals import ladder, queries
from gongmun.referrals.chasing import sweep
from gongmun.referrals.notices import enqueue_notices, prepare_notices
from tests.postgresql import fresh_database, running_server

# A copy of a database that is dropped after the block.
Copies = Callable[[], AbstractContextManager[Database]]


def run(*, referrals: int = 1_000_000, due: int = 5_000, rounds: int = 5) -> dict[str, Any]:
    """Measure; seconds of one sweep."""
    calendar()  # is made once in the life of a process
    metrics: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="gongmun-bench-") as folder:
        for kind in (_sqlite, _postgresql):
            with (
                kind(Path(folder), referrals=referrals // 10, due=due) as few,
                kind(Path(folder), referrals=referrals, due=due) as many,
            ):
                metrics |= _measured(kind.__name__[1:], few, many, Path(folder), rounds)
    return metrics


@contextmanager
def _sqlite(folder: Path, *, referrals: int, due: int) -> Iterator[Copies]:
    original = folder / f"{referrals}.db"
    _made(Database(f"sqlite:///{original}"), referrals, due)

    @contextmanager
    def copy() -> Iterator[Database]:
        with tempfile.TemporaryDirectory(dir=folder) as own:
            path = shutil.copy(original, Path(own) / "copy.db")
            db = Database(f"sqlite:///{path}")
            yield db
            db.dispose()

    yield copy


@contextmanager
def _postgresql(_folder: Path, *, referrals: int, due: int) -> Iterator[Copies]:
    with running_server() as server, fresh_database(server) as original:
        _made(original, referrals, due)
        yield lambda: fresh_database(server, str(original.url.database))


def _made(db: Database, referrals: int, due: int) -> None:
    make(db, referrals=referrals, due=due)
    db.dispose()


def _measured(name: str, few: Copies, many: Copies, folder: Path, rounds: int) -> dict[str, Any]:
    with many() as db:
        statements = _recorded(db, folder)
    ours, bare, small = [], [], []
    for _ in range(rounds):
        with many() as db:
            ours.append(_sweep(db, folder))
        with many() as db:
            bare.append(_timed(lambda db: replay(db.url, statements), db))
        with few() as db:
            small.append(_sweep(db, folder))
    return {
        name: _compared(ours, bare) | {"goal": 0.33},
        f"{name}_growth": _compared(ours, small) | {"goal": 0.77},
    }


def _compared(ours: Sequence[float], rival: Sequence[float]) -> dict[str, Any]:
    ratios = [other / mine for mine, other in zip(ours, rival, strict=True)]
    return {
        "ours": round(statistics.median(ours), 3),
        "rival": round(statistics.median(rival), 3),
        "unit": "s",
        "ratio": round(statistics.median(ratios), 2),
    }


def _sweep(db: Database, folder: Path) -> float:
    """Seconds of one whole sweep, without those of printing."""
    claimed = _timed(_claim, db)
    _print(db, folder)
    return claimed + _timed(_enqueue, db)


def _recorded(db: Database, folder: Path) -> Sequence[Statement]:
    """What a whole sweep asks the database, without what printing does."""
    with recorded(db) as claimed:
        _claim(db)
    _print(db, folder)
    with recorded(db) as enqueued:
        _enqueue(db)
    return [*claimed, *enqueued]


def _timed(work: Callable[[Database], object], db: Database) -> float:
    begun = time.perf_counter()
    work(db)
    return time.perf_counter() - begun


def _claim(db: Database) -> None:
    swept = sweep(db, ladder=ladder.load(), now=NOW)
    assert swept.notices, swept
    assert not swept.problems, swept.problems
    assert not prepare_notices(db, now=NOW)


def _print(db: Database, folder: Path) -> None:
    with db.reading() as session:
        ids = [i for notice in queries.waiting_notices(session) for i in notice.document_ids]
    issue(db, ids, renderer=FakeRenderer(), store=LocalStore(folder / "documents"), now=NOW)


def _enqueue(db: Database) -> None:
    queued = enqueue_notices(db, now=NOW)
    assert queued.enqueued, queued
    assert not queued.problems, queued.problems

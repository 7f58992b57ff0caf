"""A database that is filled once and copied for each run, on SQLite and on PostgreSQL; and how runs are compared.

A copy is on the disk before it is used: otherwise the first commit would wait until all of it is written, and cost
by what exists.
"""

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from gongmun.db import Database
from tests.postgresql import fresh_database, running_server

# A copy of a database that is dropped after the block.
Copies = Callable[[], AbstractContextManager[Database]]
Fill = Callable[[Database], None]


@contextmanager
def sqlite(folder: Path, fill: Fill) -> Iterator[Copies]:
    """Copies of a file."""
    original = folder / f"{time.monotonic_ns()}.db"
    _filled(Database(f"sqlite:///{original}"), fill)

    @contextmanager
    def copy() -> Iterator[Database]:
        with tempfile.TemporaryDirectory(dir=folder) as own:
            path = shutil.copy(original, Path(own) / "copy.db")
            with path.open("rb+") as file:
                os.fsync(file.fileno())
            db = Database(f"sqlite:///{path}")
            yield db
            db.dispose()

    yield copy
    original.unlink()


@contextmanager
def postgresql(_folder: Path, fill: Fill) -> Iterator[Copies]:
    """Copies made by the server."""
    with running_server() as server, fresh_database(server) as original:
        _filled(original, fill)

        @contextmanager
        def copy() -> Iterator[Database]:
            with fresh_database(server, str(original.url.database)) as db:
                with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as said:
                    said.exec_driver_sql("CHECKPOINT")
                yield db

        yield copy


def _filled(db: Database, fill: Fill) -> None:
    fill(db)
    db.dispose()


def timed(work: Callable[[Database], object], db: Database) -> float:
    """Seconds that it takes."""
    begun = time.perf_counter()
    work(db)
    return time.perf_counter() - begun


def compared(ours: Sequence[float], rival: Sequence[float]) -> dict[str, Any]:
    """A metric of seconds measured in turns; the ratio is the median of the rounds' ratios."""
    ratios = [other / mine for mine, other in zip(ours, rival, strict=True)]
    return {
        "ours": round(statistics.median(ours), 3),
        "rival": round(statistics.median(rival), 3),
        "unit": "s",
        "ratio": round(statistics.median(ratios), 2),
    }

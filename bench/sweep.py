"""A whole sweep of the ladder at the scale of a country, beside the bare SQL of the same statements.

Of 1,000,000 referrals 200,000 are open and 5,000 due, at fifty ministries. A sweep selects them, decides, claims,
drafts reminders and escalations, writes steps and events, and enqueues one message a ministry; the documents are
printed between, which is not measured here (see `documents`). The rival (`bench/rivals/bare_sweep.py`) plays the
recorded statements again by the driver alone, on a copy of the same database. They take turns; the ratio is the
median of the rounds' ratios.

`..._awake` is the first sweep after the days off have changed, which looks at all that is open, beside the other ones;
it has no goal. `..._growth` is the time with a tenth of the referrals and as many due (rival) beside that with all of them (ours).
"""

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.reference.copies import Copies, compared, postgresql, sqlite, timed
from bench.reference.national import NOW, TODAY, make
from bench.rivals.bare_sweep import Statement, recorded, replay
from gongmun.calendar import calendar
from gongmun.db import Database
from gongmun.documents import FakeRenderer, LocalStore, issue
from gongmun.referrals import days_met, ladder, queries
from gongmun.referrals.chasing import sweep
from gongmun.referrals.notices import enqueue_notices, prepare_notices

# A day off that no deadline of what is open falls on.
_DECLARED = calendar().shift(TODAY, 40)


def run(*, referrals: int = 1_000_000, due: int = 5_000, rounds: int = 5) -> dict[str, Any]:
    """Measure; seconds of one sweep."""
    calendar()  # is made once in the life of a process
    metrics: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="gongmun-bench-") as name:
        folder = Path(name)
        for kind in (sqlite, postgresql):
            with (
                kind(folder, partial(make, referrals=referrals // 10, due=due)) as few,
                kind(folder, partial(make, referrals=referrals, due=due)) as many,
            ):
                metrics |= _measured(kind.__name__, few, many, folder, rounds)
    return metrics


def _measured(name: str, few: Copies, many: Copies, folder: Path, rounds: int) -> dict[str, Any]:
    with many() as db:
        statements = _recorded(db, folder)
    ours, bare, small, awake = [], [], [], []
    for _ in range(rounds):
        with many() as db:
            ours.append(_sweep(db, folder))
        with many() as db:
            bare.append(timed(lambda db: replay(db.url, statements), db))
        with few() as db:
            small.append(_sweep(db, folder))
        with many() as db:
            with db.transaction() as session:
                days_met.note(session, calendar().turned([_DECLARED]), NOW)
            awake.append(_sweep(db, folder))
    return {
        name: compared(ours, bare) | {"goal": 0.33},
        f"{name}_growth": compared(ours, small) | {"goal": 0.77},
        f"{name}_awake": compared(awake, ours),
    }


def _sweep(db: Database, folder: Path) -> float:
    """Seconds of one whole sweep, without those of printing."""
    claimed = timed(_claim, db)
    _print(db, folder)
    return claimed + timed(_enqueue, db)


def _recorded(db: Database, folder: Path) -> Sequence[Statement]:
    """What a whole sweep asks the database, without what printing does."""
    with recorded(db) as claimed:
        _claim(db)
    _print(db, folder)
    with recorded(db) as enqueued:
        _enqueue(db)
    return [*claimed, *enqueued]


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

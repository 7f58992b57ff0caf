"""A holiday is declared late at the scale of a country, beside the bare SQL of the same statements.

Of 1,000,000 referrals 200,000 are open, and a fifth of these is due on the declared day. `preview` says which
deadlines move, `recompute` moves them, `tell` enqueues one mail a ministry that lists all of its referrals. The rival
(`bench/rivals/bare_sweep.py`) plays the recorded statements again by the driver alone, on a copy of the same database.
They take turns; the ratio is the median of the rounds' ratios.
"""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench.reference.copies import Copies, compared, postgresql, sqlite, timed
from bench.reference.national import MINISTRIES, NOW, make
from bench.reference.spread import DECLARED, spread
from bench.rivals.bare_sweep import recorded, replay
from gongmun.calendar import calendar
from gongmun.db import Database
from gongmun.referrals import ladder
from gongmun.referrals.recompute_preview import preview
from gongmun.referrals.recomputing import recompute
from gongmun.referrals.telling_changes import tell_changes

# Steps that follow each other on one copy.
_Step = Callable[[Database], object]


def run(*, referrals: int = 1_000_000, due: int = 5_000, rounds: int = 3) -> dict[str, Any]:
    """Measure; seconds of each step."""
    metrics: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="gongmun-bench-") as folder:
        for kind in (sqlite, postgresql):
            with kind(Path(folder), partial(_filled, referrals=referrals, due=due)) as copies:
                for name, metric in _measured(copies, rounds).items():
                    metrics[f"{kind.__name__}_{name}"] = metric | {"goal": 0.33}
    return metrics


def _filled(db: Database, *, referrals: int, due: int) -> None:
    make(db, referrals=referrals, due=due)
    spread(db)


def _measured(copies: Copies, rounds: int) -> dict[str, dict[str, Any]]:
    steps: dict[str, _Step] = {"preview": _preview, "recompute": _recompute, "tell": _tell}
    said = {}
    with copies() as db:
        for name, step in steps.items():
            with recorded(db) as said[name]:
                step(db)
    ours: dict[str, list[float]] = {name: [] for name in steps}
    bare: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        with copies() as db:
            for name, step in steps.items():
                ours[name].append(timed(step, db))
        with copies() as db:
            for name, statements in said.items():
                bare[name].append(timed(partial(_again, statements), db))
    return {name: compared(ours[name], bare[name]) for name in steps}


def _again(statements: Any, db: Database) -> None:
    replay(db.url, statements)


def _preview(db: Database) -> None:
    with db.reading() as session:
        assert preview(session, cal=calendar().turned([DECLARED]), now=NOW).lines


def _recompute(db: Database) -> None:
    cal = calendar().turned([DECLARED])
    assert recompute(db, cal=cal, ladder=ladder.load(), now=NOW).moved


def _tell(db: Database) -> None:
    told = tell_changes(db, now=NOW)
    assert len(told.mails) == MINISTRIES, told
    assert not told.problems, told.problems

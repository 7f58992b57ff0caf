"""How long 180,000 deadlines take: a drive of 50 days brought as many suggestions.

Ours is `due_days`: by the rule, with its first day, months and days off, all checked against the covered years; it counts
each day on which anything starts once. The rival is the bare `numpy.busday_offset` of the same starts, row by row, with a
calendar of the same days off, which knows no rule. `spread` is ours without that help: fewer starts than there are days,
none twice. Milliseconds, the best of the rounds, taken in turns.
"""

import time
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from gongmun.calendar import calendar, deadline, rule
from gongmun.calendar.many import due_days
from gongmun.clock import seoul_time

DEADLINES = 180_000
_TODAY = date(2026, 10, 12)
_SEED = 5


def run(*, deadlines: int = DEADLINES, rounds: int = 15) -> dict[str, Any]:
    """Measure; the goal is at most three times the bare call for each rule."""
    days = np.arange("2016-01-01", "2033-12-31", dtype="datetime64[D]")
    starts = np.random.default_rng(_SEED).choice(days, deadlines)
    cal = calendar()
    off = [day for day, _ in cal.days_off(date(2015, 1, 1), date(2035, 12, 31))]
    bare = np.busdaycalendar(weekmask="1111111", holidays=np.array(off, dtype="datetime64[D]"))
    metrics: dict[str, Any] = {}
    spread = np.sort(np.random.default_rng(_SEED).choice(days, days.size // 2, replace=False))
    for code in ("acknowledgement", "suggestion", "peoples_proposal", "petition"):
        found = rule(code, _TODAY)
        length = found.length if found.unit == "working_days" else 0
        roll = "backward" if length else "forward"
        _the_same(code, starts)
        for name, chosen in ((code, starts), (f"{code}_spread", spread)):
            ours, rival = _in_turns(
                partial(due_days, found, chosen, cal),
                partial(np.busday_offset, chosen, length, roll=roll, busdaycal=bare),
                rounds,
            )
            metrics[name] = {"ours": ours, "rival": rival, "unit": "ms", "ratio": rival / ours}
        metrics[code]["goal"] = 1 / 3
    return metrics


def _the_same(code: str, starts: np.ndarray[Any, Any]) -> None:
    """What is measured is right: each of a few hundred is what `deadline` says."""
    found, few = rule(code, _TODAY), starts[:300]
    alone = [deadline(found, seoul_time(start.item(), 10), calendar()).due for start in few]
    assert due_days(found, few, calendar()).tolist() == alone


def _in_turns(
    ours: Callable[[], object], rival: Callable[[], object], rounds: int
) -> tuple[float, float]:
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for each, call in zip(times, (ours, rival), strict=True):
            began = time.perf_counter()
            call()
            each.append(1000 * (time.perf_counter() - began))
    return min(times[0]), min(times[1])

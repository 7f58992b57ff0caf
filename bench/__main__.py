"""`make bench NAME=x`: run bench/x.py, print its table, write bench/results/x.json.

A bench has a function `run() -> Metrics`. Both sides of every metric are measured in that one run;
`ratio` is ours to the rival's, with more always better, and so is `goal`. A metric without a goal
is there to be looked at (a limit, say).
"""

import json
import platform
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import NotRequired, TypedDict

from rich.console import Console
from rich.table import Table

from gongmun.clock import now, seoul_date

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"


class Metric(TypedDict):
    """One comparison; `ours` and `rival` are in `unit`."""

    ours: float
    rival: float
    unit: str
    ratio: float
    goal: NotRequired[float]


Metrics = Mapping[str, Metric]


def names() -> list[str]:
    """The benches there are."""
    return sorted(path.stem for path in FOLDER.glob("[!_]*.py"))


def main(name: str) -> int:
    """Run one bench; 1 if a goal was missed."""
    if name not in names():
        print(f"make bench NAME=…  ({', '.join(names())})", file=sys.stderr)
        return 2
    metrics: Metrics = import_module(f"bench.{name}").run()
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({"metrics": metrics}, indent=2) + "\n", encoding="utf-8")
    table = Table(
        title=f"{name}, {seoul_date(now())}, {platform.machine()}, Python {platform.python_version()}"
    )
    for column in ("metric", "ours", "rival", "unit", "ratio", "goal", ""):
        table.add_column(column)
    missed = False
    for metric, m in metrics.items():
        goal = m.get("goal")
        met = goal is None or m["ratio"] >= goal
        missed |= not met
        table.add_row(
            metric,
            f"{m['ours']:,.2f}",
            f"{m['rival']:,.2f}",
            m["unit"],
            f"{m['ratio']:.2f}",
            "" if goal is None else f"{goal:g}",
            "met" if met else "MISSED",
        )
    Console().print(table)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))

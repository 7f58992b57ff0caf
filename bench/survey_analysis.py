"""How long the analysis of a large survey takes: 100,000 answers to 60 items, by five demographics.

`analysis` is everything from a table of answers to tables that may be published: raking to three margins with a cap,
the toplines, 300 crosstabs with their Rao-Scott tests and Holm's correction, the check of disclosure. `read` is what
comes before: as many sheets of a questionnaire of as many items, out of SQLite into such a table, each answer checked.
`whole` is both; its rival, as theirs, is the limit of 30 seconds. `table` is one crosstab with shares, intervals and test beside the same from
`svy`, which also linearises and credits the raking; both are checked to say the same. Seconds of the clock, one
run of the whole, the best of the rounds for a table, taken in turns.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.reference.sheets import WAVE, kept, questionnaire
from gongmun.db import without_collector
from gongmun.surveys.analysis import variance
from gongmun.surveys.analysis.crosstabs import crosstabs
from gongmun.surveys.analysis.designs import Design
from gongmun.surveys.analysis.disclosure import disclose
from gongmun.surveys.analysis.dispositions import Sufficiency
from gongmun.surveys.analysis.linearising import Linearisation, linearise
from gongmun.surveys.analysis.pooling import group_sizes
from gongmun.surveys.analysis.toplines import toplines
from gongmun.surveys.analysis.variables import Kind, Missing, Option, Variable, coded
from gongmun.surveys.analysis.weighting import Margin, margin_codes, rake
from gongmun.surveys.fieldwork.sheet_queries import sheets
from gongmun.surveys.reports.answers import answers_of
from gongmun.text import Bilingual

ANSWERS, ITEMS, LIMIT = 100_000, 60, 30.0
# Sex, age group, province, education, household: groups of each.
_GROUPS = {"sex": 2, "age": 6, "province": 17, "education": 4, "household": 5}
_MARGINS = ("sex", "age", "province")
_SEED = 6


def run(*, answers: int = ANSWERS, items: int = ITEMS, rounds: int = 3) -> dict[str, Any]:
    """Measure; the goal is half a minute for all."""
    frame, variables, demographics = survey(answers, items)
    began = time.perf_counter()
    ready, tables = analyse(frame, variables, demographics)
    took = time.perf_counter() - began
    assert tables == items * len(demographics)
    reading = _read(answers, items)
    one, by = variables[0], demographics[2]
    _the_same(frame, one, by, ready)
    ours, rival = _in_turns(
        lambda: crosstabs(frame, [one], [by], ready),
        lambda: _by_svy(frame, one, by, ready.design),
        rounds,
    )
    return {
        "read": _within(reading),
        "analysis": _within(took),
        "whole": _within(reading + took) | {"goal": 1},
        "table": {"ours": ours, "rival": rival, "unit": "s", "ratio": rival / ours},
    }


def _within(took: float) -> dict[str, Any]:
    return {"ours": took, "rival": LIMIT, "unit": "s", "ratio": LIMIT / took}


def _read(answers: int, items: int) -> float:
    asked = questionnaire(items)
    with (
        tempfile.TemporaryDirectory(prefix="gongmun-bench-") as folder,
        kept(Path(folder), asked, answers) as session,
    ):
        began = time.perf_counter()
        with without_collector():
            found = answers_of(asked, sheets(session, WAVE), Sufficiency(complete=0.8))
        took = time.perf_counter() - began
    assert len(found.frame) == answers
    return took


def analyse(
    frame: pd.DataFrame, variables: list[Variable], demographics: list[Variable]
) -> tuple[Linearisation, int]:
    """From answers to published tables; the design made ready, and how many crosstabs there are."""
    margins = [_margin(name) for name in _MARGINS]
    weights = rake(frame, margins, cap=5.0)
    design = Design(weights=weights.values, margins=margin_codes(frame, margins))
    ready = linearise(design)
    lines = toplines(frame, variables, ready)
    tables = crosstabs(frame, variables, demographics, ready)
    found = disclose(lines, tables, group_sizes(frame, demographics), rows=len(frame))
    return ready, len(found.crosstabs)


def survey(answers: int, items: int) -> tuple[pd.DataFrame, list[Variable], list[Variable]]:
    """Scales of five and seven points and choices of four, a tenth of them without an answer."""
    rng = np.random.default_rng(_SEED)
    columns: dict[str, Any] = {
        name: rng.integers(1, groups + 1, answers) for name, groups in _GROUPS.items()
    }
    variables = []
    for at in range(items):
        points, kind = ((5, Kind.SCALE), (7, Kind.SCALE), (4, Kind.SINGLE))[at % 3]
        lean = rng.normal(0.05, 0.05) * columns["age"] + rng.normal(0, 0.1) * columns["sex"]
        values = np.clip(np.rint((points + 1) / 2 + lean + rng.normal(0, 1.2, answers)), 1, points)
        values[rng.random(answers) < 0.06] = Missing.DONT_KNOW
        values[rng.random(answers) < 0.04] = Missing.NOT_ANSWERED
        columns[f"q{at}"] = values
        variables.append(_variable(f"q{at}", points, kind))
    demographics = [_variable(name, groups, Kind.SINGLE) for name, groups in _GROUPS.items()]
    return pd.DataFrame(columns), variables, demographics


def _margin(name: str) -> Margin:
    """A population that is not spread as evenly as the answers."""
    parts = {code: 1.0 + 0.3 * (code % 3) for code in range(1, _GROUPS[name] + 1)}
    whole = sum(parts.values())
    return Margin(column=name, targets={code: part / whole for code, part in parts.items()})


def _variable(name: str, points: int, kind: Kind) -> Variable:
    options = tuple(
        Option(code=code, label=Bilingual(ko=str(code), en=str(code)))
        for code in range(1, points + 1)
    )
    label = Bilingual(ko=name, en=name)
    return Variable(name=name, kind=kind, label=label, columns=(name,), options=options)


def _by_svy(frame: pd.DataFrame, one: Variable, by: Variable, design: Design) -> tuple[Any, Any]:
    rows, groups = next(coded(frame, one)).codes, next(coded(frame, by)).codes
    test = variance.rao_scott(design, rows, groups)
    shares = {
        group: variance.proportions(design, rows, inside=groups == group)
        for group in range(len(by.options))
    }
    return test, shares


def _the_same(frame: pd.DataFrame, one: Variable, by: Variable, ready: Linearisation) -> None:
    """What is measured is right: our table is svy's."""
    (table,) = crosstabs(frame, [one], [by], ready)
    test, shares = _by_svy(frame, one, by, ready.design)
    assert table.test is not None
    assert np.isclose(table.test.f, test.f, rtol=1e-7)
    for at, column in enumerate(table.columns):
        for row, cell in enumerate(column.cells):
            assert cell.estimate is not None
            assert np.isclose(cell.estimate.se, shares[at][row].se, rtol=1e-9)


def _in_turns(
    ours: Callable[[], object], rival: Callable[[], object], rounds: int
) -> tuple[float, float]:
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for each, call in zip(times, (ours, rival), strict=True):
            began = time.perf_counter()
            call()
            each.append(time.perf_counter() - began)
    return min(times[0]), min(times[1])

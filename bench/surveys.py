"""Surveys: a panel of 200 drawn from 2,000 volunteers, with the proof that no lottery is fairer; and all the rest.

The rest is `survey_analysis` and `survey_fieldwork`, which are benches of their own as well.

`draw` is the whole of it: quotas, lottery, proof, 1,000 tickets, and the draw. Its rival is the median running time of
LEXIMIN that Flanigan et al. publish for their example of that size (`example_large_200` of their replication files, Gurobi,
two quotas; not measured here). `example` is ours on that example: 999, 1 and 1,000 people of three kinds.
`draw_cpu` is the processor's time of the same draw, which other work on the machine does not lengthen. `verify` draws
again from the published files. The least chance stands beside its bound: the gap is the proof.
"""

import time
from collections.abc import Callable
from typing import Any

from bench import survey_analysis, survey_fieldwork
from bench.reference.volunteers import volunteers
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.panels.pool import Pool, assemble
from gongmun.surveys.panels.publishing import LOTTERY, read_lottery
from gongmun.surveys.panels.quotas import Quota, Quotas, from_margins
from gongmun.surveys.panels.steps import commit, fix_lottery, reveal
from gongmun.surveys.panels.verifying import verify

# Seconds: Flanigan, Gölz, Gupta, Hennig, Procaccia, "Fair algorithms for selecting citizens' assemblies", Nature 596 (2021).
PUBLISHED = 1_161.8
_GOAL = 10.0
_SEED = "5" * 64


def example() -> tuple[Pool, Quotas]:
    """Their example of 2,000 to 200, from its description."""
    kinds = [("female", "liberal")] * 999 + [("female", "conservative")]
    kinds += [("male", "conservative")] * 1_000
    values = {"gender": ("female", "male"), "leaning": ("liberal", "conservative")}
    cells = tuple(
        Quota(feature=feature, value=value, least=99, most=200)
        for feature, known in values.items()
        for value in known
    )
    people = ((f"p{place:04}", traits, f"{place}") for place, traits in enumerate(kinds))
    return assemble(tuple(values), people), Quotas(size=200, cells=cells)


def run() -> dict[str, Any]:
    """Measure; seconds by the clock, and chances in per cent."""
    pool, quotas = volunteers(), from_margins(margins(), 200)
    metrics: dict[str, Any] = {}
    busy = time.process_time()
    files, seconds = _timed(lambda: _draw(pool, quotas))
    metrics["draw"] = _against(PUBLISHED, seconds) | {"goal": PUBLISHED / _GOAL}
    metrics["draw_cpu"] = _against(PUBLISHED, time.process_time() - busy)
    checks, verified = _timed(lambda: verify(files))
    assert all(check.passed for check in checks), checks
    metrics["verify"] = _against(seconds, verified)
    metrics["least"] = _fairness(pool, files) | {"goal": 1 - 1e-6}
    pool, quotas = example()
    files, seconds = _timed(lambda: _draw(pool, quotas))
    metrics["example"] = _against(PUBLISHED, seconds)
    metrics["example_least"] = _fairness(pool, files) | {"goal": 1 - 1e-6}
    return metrics | survey_analysis.run() | survey_fieldwork.run()


def _draw(pool: Pool, quotas: Quotas) -> dict[str, bytes]:
    files = fix_lottery(pool, quotas)
    files |= commit(files, _SEED, "")
    return files | reveal(files, _SEED, "")


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    return call(), time.perf_counter() - began


def _against(rival: float, ours: float) -> dict[str, Any]:
    return {"ours": ours, "rival": rival, "unit": "s", "ratio": rival / ours}


def _fairness(pool: Pool, files: dict[str, bytes]) -> dict[str, Any]:
    proof = read_lottery(files[LOTTERY], pool).lottery.proof
    return {
        "ours": 100 * proof.value,
        "rival": 100 * proof.bound,
        "unit": "%",
        "ratio": proof.value / proof.bound,
    }

"""Official documents a second a core, end to end, beside other ways to print the same letters.

The reference letter (see `bench/reference/letters.py`) has 4 pages, a table of 40 rows, a chart, a QR
code and a seal, as tagged PDF/A-3a. Ours is what the product does: the row read, laid into the form,
rendered in a worker under limits, its data enclosed, stored and hashed, noted in SQLite and in the
ledger. Rivals get the very HTML that ours printed, as a file, and write a PDF file:

- `tuned`: a bare WeasyPrint loop with fonts, style sheet and counters kept, and nothing enclosed;
- `tutorial`: WeasyPrint with fonts and style sheet anew each time, and automatic tables;
- `chromium`: one headless Chromium kept, and one page in it; no PDF/A;
- `typst`: the limit, with a template of its own for the same letter.

Each runs in a process of its own. What counts is CPU time (user and system, from /proc) of a process
and of all it started: our database and our worker, Chromium's browser, renderer and driver, Typst's
threads. The sides take turns, round by round, and the median round counts.

- `long`: CPU seconds for 60 pages, beside a limit of six.
- `workers`: documents a second (by the clock) with two workers, beside those with one.
- `memory`: what the workers take after a tenth of many documents, beside the most they take later.
"""

import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from bench import rivals
from bench.reference import letters
from bench.reference.processes import cpu_seconds, workers_memory
from gongmun.db import Base, Database
from gongmun.db.schema import load_models
from gongmun.documents import (
    Context,
    Document,
    LocalStore,
    RenderedPdf,
    RenderPool,
    approve,
    draft,
    issue,
)
from gongmun.documents.printing import Page
from gongmun.settings import settings

NOW = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
LONG_PAGES = 60
LONG_SECONDS = 6.0

_GOALS = {"tuned": 0.95, "tutorial": 3}


def run(
    *, documents: int = 6, rounds: int = 5, long_rounds: int = 3, in_memory: int = 500
) -> dict[str, Any]:
    """All metrics; `documents` is the size of a round, `in_memory` how many `memory` prints."""
    load_models()
    with tempfile.TemporaryDirectory() as name, letters.templates(Path(name) / "templates"):
        folder = Path(name)
        return {
            **_rivals(folder, documents, rounds),
            "long": _long(folder, long_rounds),
            "workers": _workers(folder, documents * 4, rounds),
            "memory": _memory(folder, in_memory),
        }


class _Office:
    """The product on an SQLite database and a store of its own. It keeps what it has printed."""

    def __init__(self, folder: Path, *, workers: int) -> None:
        folder.mkdir()
        self._db = Database(f"sqlite:///{folder}/bench.db")
        Base.metadata.create_all(self._db.engine)
        self._store = LocalStore(folder / "documents")
        self._pool = RenderPool(workers=workers, timeout=120)
        self._drafted = 0
        self.pages: list[Page] = []

    def __enter__(self) -> "_Office":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.__exit__(None, None, None)
        self._db.dispose()

    @property
    def workers(self) -> int:
        """See Renderer."""
        return self._pool.workers

    def render(self, page: Page) -> RenderedPdf:
        """See Renderer."""
        rendered = self._pool.render(page)
        self.pages.append(page)
        return rendered

    def draft(self, count: int, letter: Callable[[int], Context]) -> dict[int, Context]:
        """So many approved letters, by their documents' ids."""
        drafted = {}
        with self._db.transaction() as session:
            for _ in range(count):
                self._drafted += 1
                context = letter(self._drafted)
                document = draft(
                    session,
                    kind=context.kind,
                    key=f"bench:{self._drafted}",
                    recipient_code="MOLIT",
                    context=context,
                    now=NOW,
                )
                approve(session, document, None, NOW)
                drafted[document.id] = context
        return drafted

    def issue(self, documents: Sequence[int]) -> None:
        """From the rows to the stored files."""
        report = issue(self._db, documents, renderer=self, store=self._store, now=NOW)
        assert not report.failed, report.failed

    def pages_of(self, document_id: int) -> int:
        """How many pages a printed document has."""
        with self._db.reading() as session:
            document = session.get(Document, document_id)
        assert document is not None
        assert document.pages is not None
        return document.pages


def _rivals(folder: Path, documents: int, rounds: int) -> dict[str, Any]:
    speeds: dict[str, list[float]] = {name: [] for name in ("ours", *rivals.NAMES)}
    with ExitStack() as running:
        office = running.enter_context(_Office(folder / "ours", workers=1))
        others = [
            running.enter_context(rivals.Rival(name, settings().templates)) for name in rivals.NAMES
        ]
        pids = {other.pid for other in others}
        # Round 0 warms all sides up and does not count.
        for round_ in range(rounds + 1):
            drafted = office.draft(documents, letters.reference)
            begun = cpu_seconds(os.getpid(), without=pids)
            office.issue(list(drafted))
            seconds = {"ours": cpu_seconds(os.getpid(), without=pids) - begun}
            printed = folder / f"round-{round_}"
            printed.mkdir()
            _keep(office.pages[-documents:], list(drafted.values()), printed)
            seconds |= {other.name: other.print(printed) for other in others}
            if round_:
                for name, taken in seconds.items():
                    speeds[name].append(documents / taken)
            else:
                _compare(printed, office.pages_of(next(iter(drafted))))
    ours = statistics.median(speeds.pop("ours"))
    return {
        name: _metric(ours, statistics.median(rival), "documents/s a core", goal=_GOALS.get(name))
        for name, rival in speeds.items()
    }


def _keep(pages: Sequence[Page], contexts: Sequence[Context], folder: Path) -> None:
    """Write the letters down for the rivals. Which context goes with which page does not matter."""
    for number, (page, context) in enumerate(zip(pages, contexts, strict=True)):
        file = folder / f"{number:03}.html"
        file.write_text(page.html, "utf-8")
        facts = letters.facts(context, page.html)
        file.with_suffix(".json").write_text(json.dumps(facts), "utf-8")


def _compare(folder: Path, pages: int) -> None:
    """See that the rivals printed the letter, and not an empty page or an error."""
    for name in rivals.NAMES:
        printed = len(PdfReader(folder / f"000.{name}.pdf").pages)
        assert abs(printed - pages) <= 1, f"{name} printed {printed} pages, ours has {pages}"


def _long(folder: Path, rounds: int) -> dict[str, Any]:
    taken = []
    with _Office(folder / "long", workers=1) as office:
        office.issue(list(office.draft(1, letters.reference)))
        for _ in range(rounds):
            (document_id,) = office.draft(1, letters.long)
            begun = cpu_seconds(os.getpid())
            office.issue([document_id])
            seconds = cpu_seconds(os.getpid()) - begun
            taken.append(seconds * LONG_PAGES / office.pages_of(document_id))
    ours = statistics.median(taken)
    return _metric(
        ours, LONG_SECONDS, "CPU seconds for 60 pages", ratio=LONG_SECONDS / ours, goal=1
    )


def _workers(folder: Path, documents: int, rounds: int) -> dict[str, Any]:
    speeds: dict[int, list[float]] = {1: [], 2: []}
    with (
        _Office(folder / "one", workers=1) as one,
        _Office(folder / "two", workers=2) as two,
    ):
        for round_ in range(rounds + 1):
            for office in (one, two):
                drafted = office.draft(documents, letters.reference)
                begun = time.perf_counter()
                office.issue(list(drafted))
                if round_:
                    speeds[office.workers].append(documents / (time.perf_counter() - begun))
    two_workers, one_worker = statistics.median(speeds[2]), statistics.median(speeds[1])
    return _metric(two_workers, one_worker, "documents/s", goal=1.8)


def _memory(folder: Path, documents: int) -> dict[str, Any]:
    with _Office(folder / "memory", workers=2) as office:
        seen: list[tuple[int, int]] = []  # documents printed, bytes of all workers
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(0.1):
                seen.append((len(office.pages), sum(workers_memory(os.getpid()).values())))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            office.issue(list(office.draft(documents, letters.reference)))
        finally:
            ended.set()
            watcher.join()
    early = max(size for printed, size in seen if printed <= documents // 10)
    late = max(size for printed, size in seen if printed > documents // 10)
    mib = 2**20
    return _metric(late / mib, early / mib, "MiB of two workers", ratio=early / late, goal=0.9)


def _metric(
    ours: float,
    rival: float,
    unit: str,
    *,
    ratio: float | None = None,
    goal: float | None = None,
) -> dict[str, Any]:
    """More of `ours` is better, unless a `ratio` says otherwise."""
    return {
        "ours": round(ours, 3),
        "rival": round(rival, 3),
        "unit": unit,
        "ratio": round(ours / rival if ratio is None else ratio, 3),
        **({} if goal is None else {"goal": goal}),
    }

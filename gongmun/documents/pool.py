"""The render pool: worker processes under a time limit and a memory limit.

Workers are started as programs of their own rather than by multiprocessing, which would import the
main module of the caller (a flow, with all of Prefect) into every one of them.
"""

import json
import os
import queue
import socket
import subprocess
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

from gongmun.documents.environment import harmless
from gongmun.documents.libraries import check_system_libraries
from gongmun.documents.overrides import OverrideRefused
from gongmun.documents.printing import (
    Page,
    RenderCrashed,
    RenderedPdf,
    RenderFailed,
    RenderTimedOut,
)
from gongmun.documents.wire import send_page
from gongmun.settings import settings

# Measured: 93 MB rise to 131 MB in 150 documents.
RECYCLE_AFTER = 200
MEMORY_LIMIT = 2 * 1024**3
# Importing weasyprint and reading the fonts takes two seconds on a free core.
START_SECONDS = 60.0


class _Worker:
    """One worker process and our end of its pipe."""

    def __init__(
        self, *, templates: Path, overrides: Path | None, memory: int, seconds: float
    ) -> None:
        self.rendered = 0
        self._seconds = seconds
        # Decoded fonts and fontconfig's files; removed by us, because a killed worker cannot.
        self._scratch = tempfile.TemporaryDirectory(prefix="gongmun-render-")
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                [
                    *(sys.executable, "-m", "gongmun.documents.worker"),
                    *(str(theirs.fileno()), str(templates), str(memory), str(seconds)),
                    *([str(overrides)] if overrides else []),
                ],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                # Ctrl-C goes to the caller, who closes the pool.
                start_new_session=True,
                env={
                    **harmless(),
                    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                    "TMPDIR": self._scratch.name,
                },
            )
        self._pipe = Connection(ours.detach())
        self._is_ready = False

    def render(self, page: Page) -> RenderedPdf:
        if not self._is_ready:
            self._receive(START_SECONDS)
            self._is_ready = True
        try:
            send_page(self._pipe, page)
        except OSError:
            raise self._crashed() from None
        head = json.loads(self._receive(self._seconds))
        if "refused" in head:
            raise OverrideRefused(**head["refused"])
        if "failed" in head:
            raise RenderFailed(reason=head["failed"])
        self.rendered += 1
        return RenderedPdf(content=self._receive(self._seconds), pages=head["pages"])

    def _receive(self, seconds: float) -> bytes:
        try:
            if not self._pipe.poll(seconds):
                raise RenderTimedOut(seconds=seconds)
            return self._pipe.recv_bytes()
        except (EOFError, OSError):
            raise self._crashed() from None

    def _crashed(self) -> RenderCrashed:
        self._process.kill()
        return RenderCrashed(exit_code=self._process.wait())

    def stop(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.wait()
        self._scratch.cleanup()


class RenderPool:
    """A Renderer with `workers` processes, each started when it is first needed.

    Use it as a context manager. One document never costs another its worker: a worker that was
    late, failed, died or has rendered enough is replaced.
    """

    def __init__(
        self,
        *,
        workers: int,
        timeout: float,
        memory: int = MEMORY_LIMIT,
        recycle_after: int = RECYCLE_AFTER,
        templates: Path | None = None,
        overrides: Path | None = None,
    ) -> None:
        """`timeout` is in seconds a document, `memory` in bytes a worker.

        Raises:
            SystemLibrariesMissing: the machine cannot print.
        """
        check_system_libraries()
        self._templates = templates or settings().templates
        self._overrides = overrides or settings().document_overrides
        self._timeout = timeout
        self._memory = memory
        self._recycle_after = recycle_after
        self._workers = workers
        # One entry a slot: an idle worker, or None where one must be started first.
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(workers):
            self._idle.put(None)

    @property
    def workers(self) -> int:
        """See Renderer."""
        return self._workers

    def render(self, page: Page) -> RenderedPdf:
        """See Renderer; waits for a free worker."""
        worker = self._idle.get()
        try:
            if worker is None:
                worker = _Worker(
                    templates=self._templates,
                    overrides=self._overrides,
                    memory=self._memory,
                    seconds=self._timeout,
                )
            rendered = worker.render(page)
        except BaseException:
            # Whatever went wrong, also where it only said so: one that ran out of memory reports
            # that, and crashes at the next page.
            if worker is not None:
                worker.stop()
            self._idle.put(None)
            raise
        if worker.rendered >= self._recycle_after:
            worker.stop()
            worker = None
        self._idle.put(worker)
        return rendered

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for _ in range(self._workers):
            worker = self._idle.get()
            if worker is not None:
                worker.stop()

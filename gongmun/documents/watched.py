"""A renderer that is looked at: how many documents it has been through, for whoever waits."""

import threading
from collections.abc import Callable

from gongmun.documents.printing import Page, RenderedPdf, Renderer


class Watched:
    """Renders as `renderer` does, and tells after each document, printed or not, how many there were.

    `tell` is called by one thread at a time, with a number that grows by one.
    """

    def __init__(self, renderer: Renderer, tell: Callable[[int], None]) -> None:
        """Around `renderer`."""
        self._renderer, self._tell = renderer, tell
        self._lock = threading.Lock()
        self._done = 0

    @property
    def workers(self) -> int:
        """As `renderer` has."""
        return self._renderer.workers

    def render(self, page: Page) -> RenderedPdf:
        """The PDF; what `renderer` raises is raised."""
        try:
            return self._renderer.render(page)
        finally:
            with self._lock:
                self._done += 1
                self._tell(self._done)

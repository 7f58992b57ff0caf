"""How far a long run is, as a progress bar of its own: Prefect shows it beside the run's artifacts."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from typing import Any

import httpx
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.exceptions import PrefectException

from gongmun.documents import Renderer
from gongmun.documents.watched import Watched
from gongmun.text import Bilingual

# Fewer documents are done before anybody looks; of more, this many steps are told.
_FEW = 10
_STEPS = 20
ISSUING = Bilingual(ko="공문을 만드는 중", en="documents being made")


@contextmanager
def progress(renderer: Renderer, key: str, what: Bilingual, total: int) -> Iterator[Renderer]:
    """`renderer` for the block, with a progress bar of that key over `total` documents where they are many.

    It is a sign for whoever waits and no more: where Prefect does not take it, the documents go on.
    """
    if total <= _FEW:
        yield renderer
        return
    bar: Any = None
    with suppress(httpx.HTTPError, PrefectException):
        bar = create_progress_artifact(0.0, key=key, description=str(what))
    if bar is None:
        yield renderer
        return
    # Documents are made in threads, which know neither the run nor its connection.
    run = copy_context()

    def tell(done: int) -> None:
        if done * _STEPS // total > (done - 1) * _STEPS // total:
            with suppress(httpx.HTTPError, PrefectException):
                run.run(update_progress_artifact, bar, progress=min(100.0, 100.0 * done / total))

    yield Watched(renderer, tell)

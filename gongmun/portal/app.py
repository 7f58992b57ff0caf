"""The portal: its addresses, each with its guard, inside of what holds for all of them.

A room's pages are a module with a `router`. Each address declares who may pass; see `guards.py`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from anyio import to_thread
from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gongmun import clock
from gongmun.db import Database
from gongmun.documents import FileStore
from gongmun.portal import (
    acting,
    api,
    checking,
    commitments,
    desk,
    downloads,
    entering,
    health,
    joining,
    meetings,
    office,
    problems,
    proposing,
    requesting,
    results,
    salvaging,
    surveying,
    white_papers,
)
from gongmun.portal.hardening import LONGEST_PATH, Hardened, is_from_elsewhere
from gongmun.portal.limits import BodyLimit

ROUTERS = (
    checking.router,
    entering.router,
    desk.router,
    acting.router,
    requesting.router,
    downloads.router,
    commitments.router,
    meetings.router,
    proposing.router,
    surveying.router,
    joining.router,
    results.router,
    white_papers.router,
    health.router,
    office.router,
    api.router,
)


# Requests that are worked on at the same time, in threads that share one processor: more of them only wait
# for each other, and for connections to the database.
THREADS = 12


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


class _TurnedAway:
    """ASGI middleware: answers what gets no further.

    That is a form that another site made a browser send, and an address longer than any of ours.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self.app
        if scope["type"] == "http":
            request = Request(scope)
            if len(scope["path"]) > LONGEST_PATH:
                answer = problems.absent(request)
            elif is_from_elsewhere(request.method, request.headers):
                answer = problems.foreign(request)
        await answer(scope, receive, send)


class _Portal(FastAPI):
    def build_middleware_stack(self) -> ASGIApp:
        # Outside of all the rest: what an unexpected error is answered with is hardened as well.
        return Hardened(BodyLimit(super().build_middleware_stack()))


def create(
    db: Database,
    *,
    store: FileStore,
    received: FileStore | None = None,
    now: Callable[[], datetime] = clock.now,
) -> FastAPI:
    """The portal on a database; `now` is the clock of every request.

    Documents lie in `store`. What is sent in is kept in `received`, apart from them where one is given.
    """
    app = _Portal(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # Such a redirect names the host that was asked, and a link's token with it, without TLS.
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.db, app.state.now = db, now
    app.state.store, app.state.received = store, received or store
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(_TurnedAway)
    problems.handle(app)
    salvaging.handle(app)
    return app

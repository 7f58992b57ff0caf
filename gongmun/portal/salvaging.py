"""What an officer typed into a form that could not be taken, because the session had ended meanwhile.

An hour over a reason must not be lost by it: the texts are shown once more, to be copied. They are what
this very request sent, shown to who sent it; nothing of them is kept, and no file. A form with files is
read for it only where the session ran out: a stranger may not send as much.
"""

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from gongmun.access import sessions
from gongmun.errors import GongmunError
from gongmun.portal import forms, problems
from gongmun.portal.guards import SESSION_COOKIE, FormForeign, SessionMissing
from gongmun.text import Bilingual, printable

_STATUSES = {
    SessionMissing: HTTPStatus.UNAUTHORIZED,
    FormForeign: HTTPStatus.FORBIDDEN,
}
# The officer's pages.
_PAGES = "/m/"
# Ends of the names of fields that nobody typed.
_UNTYPED = ("csrf", "do", "-was", "-decision", "-left_open", "to")
_FIELDS = 3000


def handle(app: FastAPI) -> None:
    """Let `app` answer a form without its session with what was typed into it."""

    async def not_taken(request: Request, error: Exception) -> Response:
        assert isinstance(error, GongmunError)
        return problems.problem(
            request,
            _STATUSES[type(error)],
            Bilingual(ko=error.message_ko, en=error.message_en),
            code=error.code,
            kept=await _typed(request),
        )

    for kind in _STATUSES:
        app.add_exception_handler(kind, not_taken)


async def _typed(request: Request) -> Sequence[str]:
    """The texts of the form; none where it has files of more than a stranger may send."""
    if request.method != "POST" or not request.url.path.startswith(_PAGES):
        return ()
    if await run_in_threadpool(_has_run_out, request):
        forms.allow_files(request)
    try:
        async with request.form(max_files=_FIELDS, max_fields=_FIELDS) as form:
            return [
                printable(value)
                for name, value in form.multi_items()
                if isinstance(value, str) and value.strip() and not name.endswith(_UNTYPED)
            ]
    except (HTTPException, GongmunError, ClientDisconnect):
        return ()


def _has_run_out(request: Request) -> bool:
    secret = request.cookies.get(SESSION_COOKIE)
    return secret is not None and sessions.has_run_out(request.app.state.db, secret)

"""Who may pass: each address declares one of `public`, `officer`, `proposer`, `respondent`, `volunteer`, `coordinator`,
and only one.

`tests/portal/test_guards.py` goes through all addresses and fails on one that declares none.

    @router.get("/check", dependencies=[Public])                # whoever comes by
    def desk(officer: ActingOfficer, …)                         # a session; a POST has its CSRF token, too
    def page(proposer: ActingProposer, …)                       # the token in the address `/p/{token}`
    def page(invitation: ActingRespondent, …)                   # the token in the address `/s/{token}`
    def page(volunteer: ActingVolunteer, …)                     # the token in the address `/v/{token}`
    @router.get("/office/…", dependencies=[Coordinator])         # the login to Prefect's page

What another ministry's session may not see is NotFound, in the same words as what does not exist.
"""

import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from gongmun import prefect_login
from gongmun.access import looking, office, sessions
from gongmun.access.looking import Proposer
from gongmun.access.sessions import Officer
from gongmun.db import Database
from gongmun.documents import FileStore
from gongmun.errors import GongmunError
from gongmun.portal import forms
from gongmun.portal.forms import Form
from gongmun.portal.hardening import SAFE
from gongmun.portal.visitors import ip_of
from gongmun.settings import settings
from gongmun.surveys.fieldwork.answering import invited_by
from gongmun.surveys.panels.volunteering import volunteer_of

# Sent over TLS only, to this host only, to no script, and by no other site's form.
SESSION_COOKIE = "__Host-gongmun"
# That of a browser which asked for a code; another one may not enter it.
ENTRY_COOKIE = "__Host-gongmun-entry"
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"


class SessionMissing(GongmunError):
    """There is no session, or it has ended."""

    code = "portal.session_missing"
    ko = "접속 시간이 끝났거나 로그인하지 않으셨습니다. 메일로 받으신 링크를 다시 열어 주십시오. 저장하신 내용은 그대로 있습니다."
    en = "You are not signed in, or your session has ended. Open the link in our mail again; what you saved is still there."


class FormForeign(GongmunError):
    """A form without the token of its session: another site may have made the browser send it."""

    code = "portal.form_foreign"
    ko = "이 화면에서 보낸 양식인지 확인하지 못해 처리하지 않았습니다. 화면을 새로 고친 뒤 다시 보내 주십시오."
    en = "It is not certain that this form came from this page, so nothing was done. Reload the page and send it again."


class LoginMissing(GongmunError):
    """Without the login of coordinators, or with a wrong one."""

    code = "portal.login_missing"
    ko = "담당자용 화면입니다. Prefect 화면의 로그인(gongmun prefect-login)을 입력해 주십시오."
    en = "This page is for coordinators. Enter the login to Prefect's page (`gongmun prefect-login` shows it)."


async def db(request: Request) -> Database:
    """The database of the portal."""
    database: Database = request.app.state.db
    return database


async def store(request: Request) -> FileStore:
    """Where our documents lie."""
    files: FileStore = request.app.state.store
    return files


async def received(request: Request) -> FileStore:
    """Where what is sent in lies: files of answers, of commitments, of meetings."""
    files: FileStore = request.app.state.received
    return files


async def now(request: Request) -> datetime:
    """The moment of the request, by the clock that the portal was given."""
    moment: datetime = request.app.state.now()
    return moment


Db = Annotated[Database, Depends(db)]
Store = Annotated[FileStore, Depends(store)]
Received = Annotated[FileStore, Depends(received)]
Now = Annotated[datetime, Depends(now)]


# Of each request: what waits for nothing needs no thread, of which all requests together have a few.
async def ip(request: Request) -> str:
    """The address that limits count."""
    return ip_of(request)


Ip = Annotated[str, Depends(ip)]


async def public() -> None:
    """Whoever comes by may see this, and nothing that is sent is taken for anybody's word."""


Public = Depends(public)


# Asked for twice by each request of an officer, and each time with all that it depends on: so with nothing.
async def _holder(request: Request) -> Officer | None:
    secret = request.cookies.get(SESSION_COOKIE)
    if not secret:
        return None
    state = request.app.state
    return await run_in_threadpool(sessions.officer, state.db, secret, now=state.now())


_Holder = Annotated[Officer | None, Depends(_holder)]


async def _present(holder: _Holder) -> Officer:
    if holder is None:
        raise SessionMissing()
    return holder


async def form(request: Request, holder: _Holder) -> AsyncIterator[Form]:
    """The form of a POST; empty otherwise. Files are taken from officers only."""
    if request.method in SAFE:
        yield forms.NOTHING
        return
    async for received in forms.received(request, files=holder is not None):
        yield received


# Take this in a route that reads a form: `form.text("reason")`, `form.files("r7-files")`.
SentForm = Annotated[Form, Depends(form)]


async def officer(
    request: Request, present: Annotated[Officer, Depends(_present)], form: SentForm
) -> Officer:
    """The officer of the session. A request that changes something must have the session's token.

    Raises:
        SessionMissing: nobody is signed in.
        FormForeign: the token is missing or another session's.
    """
    if request.method not in SAFE:
        sent = request.headers.get(CSRF_HEADER) or form.text(CSRF_FIELD)
        # As bytes: a text outside of ASCII is refused, not an error.
        if not hmac.compare_digest(sent.encode("utf-8", "replace"), csrf_token(request).encode()):
            raise FormForeign()
    return present


ActingOfficer = Annotated[Officer, Depends(officer)]


def csrf_token(request: Request) -> str:
    """What every form of this session carries as `csrf`; empty where there is no session.

    It comes from the session's secret, ends with it, and does not tell it.
    """
    secret = request.cookies.get(SESSION_COOKIE)
    if not secret:
        return ""
    return hmac.new(secret.encode("utf-8", "replace"), b"csrf", hashlib.sha256).hexdigest()


def proposer(token: str, db: Db, now: Now, ip: Ip) -> Proposer:
    """Whoever has the link of a suggestion's proposer.

    Raises:
        LinkUnknown: nobody was given this token, or it is no longer good.
    """
    return looking.proposer(db, token, ip=ip, now=now)


ActingProposer = Annotated[Proposer, Depends(proposer)]


def respondent(token: str, db: Db, now: Now, ip: Ip) -> int:
    """Whoever has the link of an invitation to a survey: the invitation's id.

    Raises:
        LinkUnknown: nobody was given this token, or it is no longer good.
    """
    return looking.respondent(db, token, invited_by, ip=ip, now=now)


ActingRespondent = Annotated[int, Depends(respondent)]


def volunteer(token: str, db: Db, now: Now, ip: Ip) -> int:
    """Whoever has the link of a sign-up for a panel: the sign-up's id.

    Raises:
        LinkUnknown: nobody was given this token, or what was told is deleted.
    """
    dispatch_id = looking.volunteer(db, token, ip=ip, now=now)
    with db.reading() as session:
        return volunteer_of(session, dispatch_id)


ActingVolunteer = Annotated[int, Depends(volunteer)]


def coordinator(request: Request, db: Db, now: Now, ip: Ip) -> None:
    """Whoever has the login to Prefect's page (HTTP Basic, RFC 7617). Where there is no login nobody is let in.

    Raises:
        LoginMissing: the browser is told to ask for it.
        TooManyAttempts: too many wrong ones came from this IP.
    """
    said = request.headers.get("authorization", "")
    ours = prefect_login.find(settings().prefect_login)
    if ours is not None and office.knows(db, said, ours, ip=ip, now=now):
        return
    raise LoginMissing()


Coordinator = Depends(coordinator)
GUARDS = (public, officer, proposer, respondent, volunteer, coordinator)

"""Entering: from a link, or from a document in print, by a code to a session.

GET  /a/TOKEN          what the link is for; changes nothing, because mail scanners open links
POST /a/TOKEN          send the code to the registered mailbox, and go on to /enter
GET  /d/CODE/answer    the same for a document in print
POST /d/CODE/answer
GET  /enter            type the code
POST /enter            begin the session, and go on to the desk
POST /leave            end it

The token stands in the first address only; what follows has none that could be passed on, or kept in a
history. The cookie of the browser that asked is another secret than that of the session.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from gongmun.access import entering, looking, sessions, tokens
from gongmun.access.doors import Door
from gongmun.access.entering import CodeWrong, EntryMissing
from gongmun.documents import Language
from gongmun.portal.guards import (
    ENTRY_COOKIE,
    SESSION_COOKIE,
    ActingOfficer,
    Db,
    Ip,
    Now,
    Public,
    SentForm,
)
from gongmun.portal.pages import AskedLanguage, page, to
from gongmun.settings import settings
from gongmun.text import Bilingual

router = APIRouter()


def _door_of_link(db: Db, token: str, ip: Ip, now: Now) -> Door:
    return looking.look(db, token=token, ip=ip, now=now)


def _door_of_document(db: Db, code: str, ip: Ip, now: Now) -> Door:
    return looking.look(db, check_code=code, ip=ip, now=now)


@router.api_route("/a/{token}", methods=["GET", "HEAD"], dependencies=[Public])
def link(
    request: Request, door: Annotated[Door, Depends(_door_of_link)], language: AskedLanguage
) -> HTMLResponse:
    """What a link is for."""
    return _entry(request, door, language)


@router.post("/a/{token}", dependencies=[Public])
def ask_by_link(db: Db, token: str, ip: Ip, now: Now, language: AskedLanguage) -> Response:
    """Send a code to the mailbox of the link."""
    browser = tokens.new()
    entering.ask_code(db, token=token, browser=browser, ip=ip, now=now)
    return _asked(browser, language)


@router.api_route("/d/{code}/answer", methods=["GET", "HEAD"], dependencies=[Public])
def document(
    request: Request, door: Annotated[Door, Depends(_door_of_document)], language: AskedLanguage
) -> HTMLResponse:
    """What a document in print is answered by."""
    return _entry(request, door, language)


@router.post("/d/{code}/answer", dependencies=[Public])
def ask_by_document(db: Db, code: str, ip: Ip, now: Now, language: AskedLanguage) -> Response:
    """Send a code to the mailbox of the ministry that the document went to."""
    browser = tokens.new()
    entering.ask_code(db, check_code=code, browser=browser, ip=ip, now=now)
    return _asked(browser, language)


@router.get("/enter", dependencies=[Public])
def type_code(request: Request, db: Db, now: Now, language: AskedLanguage) -> HTMLResponse:
    """Where the code is typed."""
    return _code_page(request, db, now, language)


@router.post("/enter", dependencies=[Public])
def enter(
    request: Request, db: Db, ip: Ip, now: Now, form: SentForm, language: AskedLanguage
) -> Response:
    """Begin a session, in the browser that asked for the code."""
    browser = request.cookies.get(ENTRY_COOKIE, "")
    try:
        secret = entering.enter_code(db, browser=browser, code=form.text("code"), ip=ip, now=now)
    except (CodeWrong, EntryMissing) as error:
        what = Bilingual(ko=error.message_ko, en=error.message_en)
        return _code_page(request, db, now, language, what)
    if (before := request.cookies.get(SESSION_COOKIE)) is not None:
        sessions.end(db, before, now=now)
    answer = to("/m", language)
    _set_cookie(answer, SESSION_COOKIE, secret, settings().portal.session_hours * 3600)
    _drop_cookie(answer, ENTRY_COOKIE)
    return answer


@router.post("/leave")
def leave(
    request: Request, db: Db, now: Now, officer: ActingOfficer, language: AskedLanguage
) -> Response:
    """End the session."""
    sessions.end(db, request.cookies[SESSION_COOKIE], now=now)
    answer = to("/left", language)
    _drop_cookie(answer, SESSION_COOKIE)
    return answer


@router.get("/left", dependencies=[Public])
def left(request: Request, language: AskedLanguage) -> HTMLResponse:
    """That the session has ended."""
    return page(request, "left", language)


def _entry(request: Request, door: Door, language: Language) -> HTMLResponse:
    return page(
        request,
        "entry",
        language,
        door=door,
        minutes=settings().portal.code_minutes,
        telephone=settings().agency.telephone,
    )


def _asked(browser: str, language: Language) -> Response:
    answer = to("/enter", language)
    _set_cookie(answer, ENTRY_COOKIE, browser, settings().portal.code_minutes * 60)
    return answer


def _code_page(
    request: Request, db: Db, now: Now, language: Language, error: Bilingual | None = None
) -> HTMLResponse:
    browser = request.cookies.get(ENTRY_COOKIE, "")
    asked = entering.asked(db, browser=browser, now=now) if browser else None
    status = HTTPStatus.OK if error is None and asked is not None else HTTPStatus.FORBIDDEN
    return page(
        request,
        "enter",
        language,
        status=status,
        asked=asked,
        error=error,
        telephone=settings().agency.telephone,
    )


def _set_cookie(answer: Response, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(name, value, max_age=seconds, secure=True, httponly=True, samesite="lax")


def _drop_cookie(answer: Response, name: str) -> None:
    # A browser takes no notice of a `__Host-` cookie that is not Secure.
    answer.delete_cookie(name, secure=True, httponly=True, samesite="lax")

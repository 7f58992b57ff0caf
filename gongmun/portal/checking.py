"""The check of official documents (진위 확인): open to everybody, and nothing that is sent in is stored.

GET  /d/CODE          what the register knows of a document
POST /d/CODE          check a copy of it
GET  /check, POST     the same without a code
GET  /schemas/NAME    the published JSON Schemas of enclosed data
GET  /assets/NAME     style and fonts
"""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.exceptions import HTTPException

from gongmun.access.doors import is_answered
from gongmun.db import Database
from gongmun.documents import Language, verifying
from gongmun.documents.check_codes import is_code, typed
from gongmun.documents.data import SCHEMAS
from gongmun.documents.names import STATUSES
from gongmun.documents.verdicts import FINDINGS, Verdict, changes_since, trust_in
from gongmun.portal.guards import Db, Public
from gongmun.portal.pages import AskedLanguage, page, to
from gongmun.portal.problems import NO_SUCH_CODE, problem
from gongmun.portal.uploads import Body, file_in
from gongmun.settings import settings

router = APIRouter(dependencies=[Public])

_ASSETS = {
    "portal.css": "portal/portal.css",
    "icon.svg": "portal/icon.svg",
    "sans-regular.woff2": "fonts/sans-regular.woff2",
    "sans-bold.woff2": "fonts/sans-bold.woff2",
}


@router.get("/")
def start(language: AskedLanguage) -> Response:
    """The front page is the check."""
    return to("/check", language)


@router.get("/d/{code}")
def document(request: Request, db: Db, code: str, language: AskedLanguage) -> HTMLResponse:
    """What the register knows of a document."""
    with db.reading() as session:
        found = verifying.by_code(session, code)
        has_answers = is_answered(session, code)
    return page(
        request,
        "document",
        language,
        document=found,
        code=typed(code),
        verdict=None,
        statuses=STATUSES,
        is_answered=has_answers,
    )


@router.post("/d/{code}")
def check_document(
    request: Request,
    db: Db,
    code: str,
    form: Body,
    language: AskedLanguage,
    content_type: Annotated[str, Header()] = "",
) -> HTMLResponse:
    """Check a copy of a document."""
    with db.reading() as session:
        found = verifying.by_code(session, code)
    verdict = _verdict(db, content_type, form)
    return _result(
        request,
        "document",
        language,
        verdict,
        document=found,
        code=typed(code),
        is_answered=False,
    )


@router.get("/check")
def check(request: Request, language: AskedLanguage, code: str | None = None) -> Response:
    """Ask for a file or a code."""
    if code and typed(code):
        if not is_code(typed(code)):
            return problem(request, HTTPStatus.NOT_FOUND, NO_SUCH_CODE)
        return to(f"/d/{typed(code)}", language)
    return page(request, "check", language, verdict=None)


@router.post("/check")
def check_file(
    request: Request,
    db: Db,
    form: Body,
    language: AskedLanguage,
    content_type: Annotated[str, Header()] = "",
) -> HTMLResponse:
    """Check a file of which no code is known."""
    return _result(request, "check", language, _verdict(db, content_type, form), code=None)


@router.get("/schemas/{name}")
def schema(name: str) -> Response:
    """A published schema."""
    if name not in {path.name for path in SCHEMAS.glob("*.json")}:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return _file(SCHEMAS / name, "application/schema+json")


@router.get("/assets/{name}")
def asset(name: str) -> Response:
    """Style, icon, fonts."""
    if name not in _ASSETS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return _file(settings().templates / _ASSETS[name])


def _verdict(db: Database, content_type: str, form: bytes) -> Verdict:
    content = file_in(content_type, form)
    return verifying.verify(db, content, trust=settings().signing.trust, for_public=True)


def _result(
    request: Request, template: str, language: Language, verdict: Verdict, **values: Any
) -> HTMLResponse:
    return page(
        request,
        template,
        language,
        verdict=verdict,
        findings=FINDINGS,
        statuses=STATUSES,
        trust_in=trust_in,
        changes_since=changes_since,
        **values,
    )


def _file(path: Path, media_type: str | None = None) -> FileResponse:
    return FileResponse(path, media_type=media_type, headers={"Cache-Control": "max-age=86400"})

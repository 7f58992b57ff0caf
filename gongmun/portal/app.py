"""The portal's addresses.

GET  /d/CODE          what the register knows of a document
POST /d/CODE          check a copy of it
GET  /check, POST     the same without a code
GET  /schemas/NAME    the published JSON Schemas of enclosed data
"""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from gongmun.db import Database
from gongmun.documents import Language, verifying
from gongmun.documents.check_codes import is_code, typed
from gongmun.documents.data import SCHEMAS
from gongmun.documents.inspecting import CheckingBusy
from gongmun.documents.names import STATUSES
from gongmun.documents.verdicts import FINDINGS, Verdict, changes_since, trust_in
from gongmun.errors import GongmunError, NotFound
from gongmun.portal.pages import HEADERS, AskedLanguage, asked_language, page
from gongmun.portal.uploads import Body, UploadMissing, UploadTooLarge, UploadTooSlow, file_in
from gongmun.settings import settings
from gongmun.text import Bilingual

_ASSETS = {
    "portal.css": "portal/portal.css",
    "icon.svg": "portal/icon.svg",
    "sans-regular.woff2": "fonts/sans-regular.woff2",
    "sans-bold.woff2": "fonts/sans-bold.woff2",
}
_STATUS_OF = {
    NotFound: HTTPStatus.NOT_FOUND,
    UploadTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UploadTooSlow: HTTPStatus.REQUEST_TIMEOUT,
    UploadMissing: HTTPStatus.BAD_REQUEST,
    CheckingBusy: HTTPStatus.SERVICE_UNAVAILABLE,
}
_NO_SUCH_CODE = Bilingual(
    ko="이 확인 코드로 시행된 공문이 없습니다. 문서에 인쇄된 주소를 다시 확인하시거나, 받은 파일로 확인해 주십시오.",
    en="No issued document has this check code. Compare the address with the one in print, or check "
    "with the file that you received.",
)
_NO_SUCH_PAGE = Bilingual(
    ko="찾으시는 화면이 없습니다. 주소를 확인해 주십시오.",
    en="There is no such page. Check the address.",
)
_FAILED = Bilingual(
    ko="처리하지 못했습니다. 잠시 뒤 다시 시도해 주십시오.",
    en="This could not be done. Try again in a while.",
)


def create(db: Database) -> FastAPI:
    """The portal on a database. Nothing that is sent in is stored."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/")
    def start() -> Response:
        return RedirectResponse("/check", headers=dict(HEADERS))

    @app.get("/d/{code}")
    def document(request: Request, code: str, language: AskedLanguage) -> HTMLResponse:
        with db.reading() as session:
            found = verifying.by_code(session, code)
        return page(request, "document", language, document=found, verdict=None, statuses=STATUSES)

    @app.post("/d/{code}")
    def check_document(
        request: Request,
        code: str,
        form: Body,
        language: AskedLanguage,
        content_type: Annotated[str, Header()] = "",
    ) -> HTMLResponse:
        with db.reading() as session:
            found = verifying.by_code(session, code)
        verdict = _verdict(db, content_type, form)
        return _result(request, "document", language, verdict, document=found, code=typed(code))

    @app.get("/check")
    def check(request: Request, language: AskedLanguage, code: str | None = None) -> Response:
        if code and typed(code):
            if not is_code(typed(code)):
                return _problem(request, HTTPStatus.NOT_FOUND, _NO_SUCH_CODE)
            query = f"?lang={language}" if language is Language.EN else ""
            return RedirectResponse(
                f"/d/{typed(code)}{query}", HTTPStatus.SEE_OTHER, headers=dict(HEADERS)
            )
        return page(request, "check", language, verdict=None)

    @app.post("/check")
    def check_file(
        request: Request,
        form: Body,
        language: AskedLanguage,
        content_type: Annotated[str, Header()] = "",
    ) -> HTMLResponse:
        return _result(request, "check", language, _verdict(db, content_type, form), code=None)

    @app.get("/schemas/{name}")
    def schema(name: str) -> Response:
        if name not in {path.name for path in SCHEMAS.glob("*.json")}:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return _file(SCHEMAS / name, "application/schema+json")

    @app.get("/assets/{name}")
    def asset(name: str) -> Response:
        if name not in _ASSETS:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return _file(settings().templates / _ASSETS[name])

    @app.exception_handler(GongmunError)
    def refused(request: Request, error: GongmunError) -> HTMLResponse:
        status = _STATUS_OF.get(type(error))
        if status is None:
            return _problem(request, HTTPStatus.SERVICE_UNAVAILABLE, _FAILED)
        if status is HTTPStatus.NOT_FOUND:
            return _problem(request, status, _NO_SUCH_CODE)
        return _problem(request, status, Bilingual(ko=error.message_ko, en=error.message_en))

    @app.exception_handler(HTTPException)
    def absent(request: Request, error: HTTPException) -> HTMLResponse:
        return _problem(request, HTTPStatus(error.status_code), _NO_SUCH_PAGE)

    @app.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> HTMLResponse:
        # The server logs it; a visitor is told nothing of the inside.
        return _problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, _FAILED)

    return app


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


def _problem(request: Request, status: HTTPStatus, what: Bilingual) -> HTMLResponse:
    language = asked_language(request.query_params.get("lang", ""))
    return page(request, "problem", language, status=status, what=what)


def _file(path: Path, media_type: str | None = None) -> FileResponse:
    headers = {**HEADERS, "Cache-Control": "max-age=86400"}
    return FileResponse(path, media_type=media_type, headers=headers)

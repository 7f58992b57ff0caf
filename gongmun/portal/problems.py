"""What could not be done, as a page: a status, a sentence that helps, and nothing of the inside."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from gongmun.access.ending import AccessPassedOn
from gongmun.access.entering import CodeWrong, EntryMissing, NoContact
from gongmun.access.limits import TooManyAttempts
from gongmun.access.links import LinkUnknown
from gongmun.access.office import CHALLENGE
from gongmun.documents.inspecting import CheckingBusy
from gongmun.errors import GongmunError, InvalidTransition, NotFound
from gongmun.portal.forms import FormUnreadable
from gongmun.portal.guards import FormForeign, LoginMissing, SessionMissing
from gongmun.portal.json_problems import is_api, json_problem
from gongmun.portal.limits import BodyTooLarge, BodyTooSlow
from gongmun.portal.pages import language_of, page
from gongmun.portal.uploads import UploadMissing, UploadTooLarge, UploadTooSlow
from gongmun.text import Bilingual, clean_line

log = logging.getLogger(__name__)

_STATUS_OF: Mapping[type[GongmunError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    LinkUnknown: HTTPStatus.NOT_FOUND,
    AccessPassedOn: HTTPStatus.GONE,
    SessionMissing: HTTPStatus.UNAUTHORIZED,
    LoginMissing: HTTPStatus.UNAUTHORIZED,
    FormForeign: HTTPStatus.FORBIDDEN,
    FormUnreadable: HTTPStatus.BAD_REQUEST,
    CodeWrong: HTTPStatus.FORBIDDEN,
    EntryMissing: HTTPStatus.FORBIDDEN,
    NoContact: HTTPStatus.CONFLICT,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    BodyTooSlow: HTTPStatus.REQUEST_TIMEOUT,
    UploadTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UploadTooSlow: HTTPStatus.REQUEST_TIMEOUT,
    UploadMissing: HTTPStatus.BAD_REQUEST,
    CheckingBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    InvalidTransition: HTTPStatus.CONFLICT,
}
# Their errors are about what an officer or a proposer asked for, and are written for them to read.
# Those of other rooms are about the installation: they are logged, and a visitor gets an apology.
_SPEAKING = (
    *("gongmun.access.", "gongmun.answers.", "gongmun.followups.", "gongmun.referrals."),
    *("gongmun.forums.", "gongmun.portal.", "gongmun.calendar.", "gongmun.organisations.addresses"),
)
NO_SUCH_CODE = Bilingual(
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
_FOREIGN = Bilingual(
    ko="다른 사이트에서 보낸 양식은 받지 않습니다. 이 사이트의 화면에서 다시 보내 주십시오.",
    en="Forms sent from another site are not taken. Send it again from a page of this site.",
)
_CHECKS = ("/d/", "/check")


def problem(
    request: Request,
    status: HTTPStatus,
    what: Bilingual,
    *,
    code: str | None = None,
    kept: Sequence[str] = (),
) -> Response:
    """A page that says `what` helps; to a program that asks for JSON, the same as problem details.

    `kept` are texts that were typed and not taken: the page shows them once more.
    """
    if is_api(request.url.path):
        return json_problem(status, what, code)
    return page(
        request,
        "problem",
        language_of(request.query_params.get("lang", "")),
        status=status,
        what=what,
        kept=kept,
        is_check=request.url.path.startswith(_CHECKS) and not request.url.path.endswith("/answer"),
    )


def foreign(request: Request) -> Response:
    """The page for a form that another site sent."""
    return problem(request, HTTPStatus.FORBIDDEN, _FOREIGN)


def absent(request: Request) -> Response:
    """The page for an address that is none of ours."""
    return problem(request, HTTPStatus.NOT_FOUND, _NO_SUCH_PAGE)


def handle(app: FastAPI) -> None:
    """Let `app` answer every error with a page."""

    @app.exception_handler(GongmunError)
    def refused(request: Request, error: GongmunError) -> Response:
        status = _status(error)
        if status is None:
            # On one line, and without the address: a token may stand in it.
            log.error("%s", clean_line(str(error)))
            return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, _FAILED)
        if isinstance(error, NotFound):
            # In the same words for what is another ministry's and for what does not exist.
            is_code = request.url.path.startswith(("/d/", "/api/documents/"))
            what = NO_SUCH_CODE if is_code else _NO_SUCH_PAGE
            return problem(request, status, what, code=error.code)
        what = Bilingual(ko=error.message_ko, en=error.message_en)
        answer = problem(request, status, what, code=error.code)
        if isinstance(error, LoginMissing):
            answer.headers["WWW-Authenticate"] = CHALLENGE
        return answer

    @app.exception_handler(HTTPException)
    def no_address(request: Request, error: HTTPException) -> Response:
        answer = problem(request, HTTPStatus(error.status_code), _NO_SUCH_PAGE)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(RequestValidationError)
    def unreadable(request: Request, error: RequestValidationError) -> Response:
        # A number that is no number: no such address.
        return absent(request)

    @app.exception_handler(ClientDisconnect)
    def left(request: Request, error: ClientDisconnect) -> Response:
        # Nobody reads this; without it, whoever hangs up writes a page into our log.
        return Response(status_code=HTTPStatus.BAD_REQUEST)

    @app.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> Response:
        # The server logs it; a visitor is told nothing of the inside.
        return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, _FAILED)


def is_to_be_read(error: GongmunError) -> bool:
    """Whether an error is about what a visitor asked for, and not about the installation."""
    return _status(error) is not None


def _status(error: GongmunError) -> HTTPStatus | None:
    for kind in type(error).__mro__:
        if kind in _STATUS_OF:
            return _STATUS_OF[kind]
    if type(error).__module__.startswith(_SPEAKING) and not error.retryable:
        return HTTPStatus.CONFLICT
    return None

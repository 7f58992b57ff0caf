"""JSON for the ministries' own systems: what the register knows, the check of a file, and the desk.

GET  /api/openapi.json        what there is, by OpenAPI 3.1
GET  /api/documents/CODE      what the register knows of a document; public
POST /api/check               whether a file is the one that was issued; public, and nothing is stored
GET  /api/m/documents         the documents of the session
GET  /api/m/documents/ID      the desk: every referral with its clock, draft, files and history

It reads; whatever is answered is answered on the pages, where the checks stand beside the fields. Errors
are problem details (RFC 9457) in both languages. Fields may be added; none is renamed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from gongmun.answers.desk import Desk, DocumentView
from gongmun.documents import verifying
from gongmun.documents.check_codes import LENGTH
from gongmun.documents.life import Status
from gongmun.documents.verdicts import FINDINGS, Finding, Known
from gongmun.portal import json_problems, reach
from gongmun.portal.guards import SESSION_COOKIE, ActingOfficer, Db, Now, Public
from gongmun.portal.uploads import Body
from gongmun.settings import settings
from gongmun.text import Bilingual

_PROBLEM = {
    "content": {json_problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
}


def _problems(**told: str) -> dict[int | str, dict[str, Any]]:
    """The errors of an address, by status, as OpenAPI lists them."""
    return {int(status[1:]): {"description": why, **_PROBLEM} for status, why in told.items()}


_SESSION: dict[str, Any] = {"security": [{"session": []}]}
_NO_SESSION = "There is no session, or it has ended. / 접속하지 않았거나 접속 시간이 끝났습니다."

router = APIRouter(prefix="/api")
# Apart from the others, because it tells of them.
_addresses = APIRouter()


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisteredDocument:
    """What the register knows of an issued document. What it is about is told only where it is open (공개).

    `superseded_by` cites the correction that took its place; `sha256` is of the file that was sent.
    """

    number: str
    issued_on: date
    is_open: bool
    title: Bilingual | None
    recipients: tuple[Bilingual, ...]
    status: Status
    is_signed: bool
    sha256: str
    superseded_by: str | None
    check_url: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedFile:
    """What came out of the check of a file, and the document that it is or claims to be."""

    is_genuine: bool
    finding: Finding
    explanation: Bilingual
    sha256: str
    document: RegisteredDocument | None


@_addresses.get(
    "/documents/{check_code}",
    dependencies=[Public],
    responses=_problems(
        _404="No issued document has this code. / 이 코드로 시행된 공문이 없습니다."
    ),
    summary="What the register knows of a document / 문서등록대장의 내용",
)
def document(
    check_code: Annotated[
        str,
        Path(
            description="The check code printed on the document; hyphens and look-alikes are read. / "
            "공문에 인쇄된 확인 코드",
            min_length=1,
            max_length=4 * LENGTH,
        ),
    ],
    db: Db,
) -> RegisteredDocument:
    """By the check code that is printed on the document (확인 코드)."""
    with db.reading() as session:
        return _registered(verifying.by_code(session, check_code))


@_addresses.post(
    "/check",
    dependencies=[Public],
    responses=_problems(
        _408="It did not arrive in time. / 제때 도착하지 않았습니다.",
        _413="More than is looked at. / 너무 큰 파일입니다.",
        _503="There is no time for it now; try again. / 잠시 뒤 다시 시도해 주십시오.",
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    summary="Check a file / 파일의 진위 확인",
)
def check(file: Body, db: Db) -> CheckedFile:
    """Whether a file is, byte for byte, one that was issued (진위 확인). Send the PDF as the body."""
    verdict = verifying.verify(db, file, trust=settings().signing.trust, for_public=True)
    return CheckedFile(
        is_genuine=verdict.is_genuine,
        finding=verdict.finding,
        explanation=FINDINGS[verdict.finding],
        sha256=verdict.sha256,
        document=_registered(verdict.document) if verdict.document else None,
    )


@_addresses.get(
    "/m/documents",
    responses=_problems(_401=_NO_SESSION),
    openapi_extra=_SESSION,
    summary="The documents of the session / 접속 중인 공문",
)
def documents(db: Db, officer: ActingOfficer) -> list[DocumentView]:
    """Those that the session's link or code was for, the newest first."""
    with db.reading() as session:
        return list(reach.documents(session, officer))


@_addresses.get(
    "/m/documents/{document_id:int}",
    responses=_problems(
        _401=_NO_SESSION, _404="The session is not for it. / 볼 수 없는 공문입니다."
    ),
    openapi_extra=_SESSION,
    summary="The desk of a document / 공문 한 건의 제안과 회신",
)
def desk(document_id: int, db: Db, officer: ActingOfficer, now: Now) -> Desk:
    """Every referral of the document to the session's ministry: clock, draft, files, answer, requests."""
    with db.reading() as session:
        return reach.desk(session, officer, document_id, now=now)


@router.get("/openapi.json", dependencies=[Public], include_in_schema=False)
def openapi() -> JSONResponse:
    """What there is."""
    return JSONResponse(describe())


def describe() -> dict[str, Any]:
    """The OpenAPI description of these addresses."""
    agency = settings().agency
    found = get_openapi(
        title=f"{agency.name_ko} 공문 / Gongmun",
        version="1",
        summary="공문의 확인과 제안별 회신 현황 / Official documents and the answers to them",
        routes=router.routes,
        servers=[{"url": url}] if (url := settings().public_url) else None,
    )
    for operations in found["paths"].values():
        for operation in operations.values():
            # What does not fit is NotFound here, as on the pages.
            operation["responses"].pop("422", None)
    components = found["components"]
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["schemas"]["Problem"] = json_problems.SCHEMA
    components["securitySchemes"] = {
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": SESSION_COOKIE,
            "description": "The session of an officer who entered the code from the mail. / 메일의 인증번호로 "
            "접속한 담당자의 세션",
        }
    }
    return found


router.include_router(_addresses)


def _registered(known: Known) -> RegisteredDocument:
    url = settings().public_url
    return RegisteredDocument(
        number=known.number,
        issued_on=known.issued_on,
        is_open=known.is_open,
        title=known.title if known.is_open else None,
        recipients=known.recipients if known.is_open else (),
        status=known.status,
        is_signed=known.is_signed,
        sha256=known.sha256,
        superseded_by=known.superseded_by,
        check_url=f"{url}/d/{known.check_code}" if url and known.check_code else None,
    )

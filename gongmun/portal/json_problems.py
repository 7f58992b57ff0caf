"""What could not be done, for programs: problem details by RFC 9457, in both languages."""

from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse

from gongmun.text import Bilingual

MEDIA_TYPE = "application/problem+json"
API = "/api/"

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "detail_en"],
    "properties": {
        "type": {"type": "string", "description": "urn:gongmun: and the code of the error"},
        "title": {"type": "string", "description": "of the status, in English"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what happened and what helps, in Korean"},
        "detail_en": {"type": "string", "description": "the same in English"},
    },
}


def is_api(path: str) -> bool:
    """Whether a program asks."""
    return path.startswith(API)


def json_problem(status: HTTPStatus, what: Bilingual, code: str | None) -> JSONResponse:
    """The details of an error; `code` names it, whatever words it has in later versions."""
    return JSONResponse(
        {
            "type": f"urn:gongmun:{code}" if code else "about:blank",
            "title": status.phrase,
            "status": status.value,
            "detail": what.ko,
            "detail_en": what.en,
        },
        status_code=status,
        media_type=MEDIA_TYPE,
    )

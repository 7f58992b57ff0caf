"""Whether the installation is well, for a machine that watches it.

GET /health       200 where nothing is wrong, else 503: how each part stands, by code and name

No session, and therefore no host, folder or error in it: those are told by `gongmun doctor`.
"""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from gongmun.health import Standing, examine, worst
from gongmun.portal.guards import Db, Now, Public
from gongmun.settings import settings

router = APIRouter(dependencies=[Public])


@router.get("/health")
def health(db: Db, now: Now) -> JSONResponse:
    """How each part stands, and the whole as its worst part."""
    checks = examine(settings(), db, now)
    standing = worst(checks)
    return JSONResponse(
        {
            "standing": standing,
            "checks": [
                {
                    "code": check.code,
                    "name": {"ko": check.name.ko, "en": check.name.en},
                    "standing": check.standing,
                }
                for check in checks
            ],
        },
        HTTPStatus.SERVICE_UNAVAILABLE if standing is Standing.WRONG else HTTPStatus.OK,
        headers={"Cache-Control": "no-store"},
    )

"""The login of coordinators at the portal: that of Prefect's page, by HTTP Basic (RFC 7617)."""

import base64
import binascii
import hmac
from datetime import datetime

from gongmun.access import limits
from gongmun.access.limits import Trial
from gongmun.db import Database

CHALLENGE = 'Basic realm="Gongmun", charset="UTF-8"'
_LONGEST = 1000


def knows(db: Database, said: str, login: str, *, ip: str, now: datetime) -> bool:
    """Whether the header `Authorization` says the login `name:password`. A wrong one is counted, none is not.

    Raises:
        TooManyAttempts: too many wrong ones came from this IP; then the right one is not looked at either.
    """
    scheme, _, told = said.partition(" ")
    if scheme.lower() != "basic":
        return False
    with db.reading() as session:
        limits.look(session, Trial.WRONG_LOGIN_BY_IP, ip, now)
    if hmac.compare_digest(_read(told), login.encode()):
        return True
    with db.transaction() as session:
        limits.check(session, Trial.WRONG_LOGIN_BY_IP, ip, now)
        limits.note(session, Trial.WRONG_LOGIN_BY_IP, ip, now)
    return False


def _read(told: str) -> bytes:
    try:
        return base64.b64decode(told[:_LONGEST], validate=True)
    except (binascii.Error, ValueError):
        return b""

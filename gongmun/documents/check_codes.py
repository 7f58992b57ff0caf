"""Check codes (확인 코드): what a reader scans or types to see whether a copy is genuine.

A code is drawn by chance, so that nobody finds documents by counting, and has no characters that look
alike on paper.
"""

import secrets
from dataclasses import dataclass

import segno
from sqlalchemy.orm import Session

from gongmun.documents import queries
from gongmun.settings import settings

# Base32 without i, l, o and u (Crockford's). 32 ** 10 is a million times a thousand million.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 10
_READ_AS = str.maketrans("ilo", "110", "- \t\n")
# Light modules around the code, as its standard (ISO/IEC 18004) asks for.
_QUIET_ZONE = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckMark:
    """What is printed of a code: the short URL, and its QR code as the path of an SVG.

    `side` is the width and the height of the drawing, in modules, with its quiet zone.
    """

    url: str
    side: int
    path: str


def new_code(session: Session) -> str:
    """A code that no document has."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if queries.by_code(session, code) is None:
            return code


def typed(code: str) -> str:
    """A code as it was typed from paper, as it is stored: look-alikes read, hyphens left out."""
    return code.lower().translate(_READ_AS)


def is_code(text: str) -> bool:
    """Whether a document may have this code."""
    return len(text) == LENGTH and set(text) <= set(ALPHABET)


def check_url(code: str) -> str | None:
    """The short URL that shows what the register knows of the document with this code.

    None where the installation has no portal that readers reach.
    """
    url = settings().public_url
    return f"{url}/d/{code}" if url else None


def code_of(url: str) -> str | None:
    """The code of a short URL, whatever host it was printed for; None if it is none."""
    _, found, code = url.rpartition("/d/")
    return code if found and is_code(code) else None


def check_mark(code: str) -> CheckMark | None:
    """What is printed of a code: nothing where there is no URL. Same code and settings, same mark."""
    url = check_url(code)
    if url is None:
        return None
    qr = segno.make_qr(url, error="m")
    rows = [bytes(row) for row in qr.matrix]
    return CheckMark(
        url=url,
        side=len(rows) + 2 * _QUIET_ZONE,
        path="".join(_runs(y + _QUIET_ZONE, row) for y, row in enumerate(rows)),
    )


def _runs(y: int, row: bytes) -> str:
    """One rectangle for each run of dark modules: fewer seams than one a module."""
    runs, x = "", 0
    while x < len(row):
        end = x
        while end < len(row) and row[end]:
            end += 1
        if end > x:
            runs += f"M{x + _QUIET_ZONE} {y}h{end - x}v1h-{end - x}z"
        x = end + 1
    return runs

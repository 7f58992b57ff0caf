"""Files for officers: the document in three formats, and what they sent. Always saved, never shown inside.

GET /m/DOCUMENT/document.FORMAT   pdf, hwpx or json
GET /m/files/NAME                 a file that came with an answer
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path
from fastapi.responses import Response

from gongmun import wiring
from gongmun.documents import queries as document_queries
from gongmun.documents.exporting import FileFormat, export
from gongmun.portal import reach
from gongmun.portal.guards import ActingOfficer, Db, Now, Received, Store
from gongmun.text import clean_line

router = APIRouter()

_MEDIA_TYPES = {
    FileFormat.PDF: "application/pdf",
    FileFormat.HWPX: "application/hwp+zip",
    FileFormat.JSON: "application/json",
}


@router.get("/m/{document_id:int}/document.{format}")
def document(
    document_id: int,
    format: Annotated[str, Path(pattern="^(pdf|hwpx|json)$")],
    db: Db,
    store: Store,
    officer: ActingOfficer,
    now: Now,
) -> Response:
    """The document: as it was issued, or made from it."""
    with db.reading() as session:
        reach.desk(session, officer, document_id, now=now)
        found = document_queries.by_id(session, document_id)
        stem = f"{found.year}-{found.serial or 0:04d} {found.title}"
    asked = FileFormat(format)
    content = export(db, str(document_id), format=asked, renderer=wiring.renderer, store=store)
    return saved(content, f"{stem}.{asked}", _MEDIA_TYPES[asked])


@router.get("/m/files/{name}")
def file(name: str, db: Db, store: Received, officer: ActingOfficer) -> Response:
    """A file of one of the session's referrals."""
    with db.reading() as session:
        found = reach.file(session, officer, name)
    return saved(store.get(found.sha256), found.filename, found.media_type)


def saved(content: bytes, filename: str, media_type: str) -> Response:
    """A file that a browser saves under this name and opens nowhere, whatever it is.

    The name is written twice (RFC 6266): whole in UTF-8, and in ASCII for who knows no better.
    """
    name = clean_line(filename).replace("/", "_").replace("\\", "_") or "file"
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-") else "_" for c in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})

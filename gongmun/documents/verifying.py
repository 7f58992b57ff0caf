"""Is this file the one that was issued? What the register knows of it, and what its signature says.

A file is genuine if the register has its SHA-256: then it is, byte for byte, what left the agency. The
signature tells who vouches for a file, also to those who cannot ask the register. Anything else is told
as exactly as it can be: something was appended, something changed, somebody else signed.
"""

import hashlib
import re
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from gongmun.db import Database
from gongmun.documents import check_codes, queries
from gongmun.documents.contexts import from_json
from gongmun.documents.inspecting import OFFICE, PUBLIC, Inspection, Refusal, inspect
from gongmun.documents.life import ISSUED
from gongmun.documents.models import Document
from gongmun.documents.verdicts import LIMIT, Finding, Known, Verdict
from gongmun.errors import NotFound

# Where a reader looks for the head of a PDF.
_HEAD = 1024
# A file ends with this mark, and has it once more for each time something was appended.
_END = re.compile(rb"%%EOF(\r\n|\r|\n)?")
_REVISIONS = 64
_REFUSED: Mapping[Refusal, Finding] = {
    Refusal.ENCRYPTED: Finding.ENCRYPTED,
    Refusal.DAMAGED: Finding.DAMAGED,
}


def verify(
    db: Database, content: bytes, *, trust: Path | None = None, for_public: bool = False
) -> Verdict:
    """Look at a file, which may be hostile; at most `LIMIT` bytes of it are read.

    `trust` is a PEM file of the authorities that are trusted. `for_public`: whoever asks is not of the
    office. He waits a short time only, and a number alone tells him nothing: numbers can be counted.

    Raises:
        CheckingBusy: the machine has no time for it now.
        SigningFileUnreadable: `trust` holds no certificates.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if not content:
        return Verdict(finding=Finding.EMPTY, sha256=sha256)
    if len(content) > LIMIT:
        return Verdict(finding=Finding.TOO_LARGE, sha256=sha256)
    if b"%PDF-" not in content[:_HEAD]:
        return Verdict(finding=Finding.NOT_PDF, sha256=sha256)
    with db.reading() as session:
        same = queries.by_file(session, [sha256])
    patience = PUBLIC if for_public else OFFICE
    inspection = inspect(content, trust=trust, is_ours=same is not None, patience=patience)
    with db.reading() as session:
        revisions = _revisions(content)
        inside = same or queries.by_file(session, revisions)
        is_whole = inside is not None and inside.file_sha256 in revisions
        document = inside or _claimed(session, inspection.keywords, by_number=not for_public)
        return Verdict(
            finding=Finding.GENUINE
            if same
            else _found(content, inspection, inside, is_whole, document),
            sha256=sha256,
            signatures=inspection.signatures,
            document=known(session, document) if document else None,
        )


def _found(
    content: bytes,
    inspection: Inspection,
    inside: Document | None,
    is_whole: bool,
    claimed: Document | None,
) -> Finding:
    """What is wrong with a file that the register does not have.

    `inside` is the document whose file it begins with: the whole file as it was sent, or else only
    what was signed. `claimed` is the document whose number it has.
    """
    signatures = inspection.signatures
    if inspection.refusal:
        # Ours can be read; what follows it cannot. A signature may just have been cut short.
        return Finding.APPENDED if is_whole else _REFUSED[inspection.refusal]
    if any(not signature.is_intact for signature in signatures):
        return Finding.ALTERED
    if inside and len(signatures) == 1 and signatures[0].covers_file:
        return Finding.OTHER_SIGNATURE
    if inside and not is_whole and not signatures and not _is_ended(content):
        return Finding.DAMAGED
    if inside or (signatures and not signatures[-1].covers_file):
        return Finding.APPENDED
    return Finding.DIFFERS if claimed else Finding.UNKNOWN


def _is_ended(content: bytes) -> bool:
    """Whether a file is there to its end, as far as that can be seen."""
    return content[-_HEAD:].rstrip().endswith(b"%%EOF")


def _revisions(content: bytes) -> set[str]:
    """The SHA-256 of everything that the file may have been before something was appended."""
    hashes, digest, done = set(), hashlib.sha256(), 0
    for mark in islice(_END.finditer(content), _REVISIONS):
        # With and without the line's end: who appends may begin right after the mark.
        for end in (mark.start() + len("%%EOF"), mark.end()):
            digest.update(content[done:end])
            hashes.add(digest.hexdigest())
            done = end
    return hashes


def _claimed(session: Session, keywords: str, *, by_number: bool) -> Document | None:
    """The issued document that the file's metadata name: by its short URL, else by its number."""
    number, _, url = keywords.partition(",")
    code = check_codes.code_of(url.strip())
    document = queries.by_code(session, code) if code else None
    if document is None:
        # No number has control characters, nor does every database take them.
        if not by_number or not number.isprintable():
            return None
        document = queries.newest_by_number(session, number.strip())
    return document if document and document.status in ISSUED else None


def by_code(session: Session, code: str) -> Known:
    """What the register knows of the issued document with this check code, as it was typed.

    Raises:
        NotFound: no issued document has it.
    """
    typed = check_codes.typed(code)
    document = queries.by_code(session, typed) if check_codes.is_code(typed) else None
    if document is None or document.status not in ISSUED:
        raise NotFound(thing_ko=f"확인 코드 {code}", thing_en=f"check code {code}")
    return known(session, document)


def known(session: Session, document: Document) -> Known:
    """What the register knows of an issued document."""
    letter = from_json(document.kind, document.context).letter
    reference, sha256 = document.reference, document.file_sha256
    assert sha256 is not None  # it is issued
    newer = queries.superseding(session, document)
    return Known(
        number=reference.number,
        issued_on=reference.on,
        title=letter.title,
        recipients=tuple(recipient.office for recipient in letter.recipients),
        disclosure=letter.disclosure,
        status=document.status,
        is_signed=document.signed_sha256 is not None,
        sha256=sha256,
        superseded_by=newer.citation if newer else None,
        check_code=document.check_code,
    )

"""Every SELECT of the documents room, named."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, exists, func, or_, select
from sqlalchemy.orm import Session, defer

from gongmun.db import add_rows, some_of
from gongmun.documents.life import APPROVED, ISSUED, WITHOUT_FILE, Status
from gongmun.documents.models import Document, DocumentKind
from gongmun.errors import GongmunError, NotFound

# Nine digits fit the column that a serial is compared with; no register has more.
_SERIAL_DIGITS = 9
# Ids of one statement: both databases take more parameters, and neither gains by it.
_IDS = 5000
# Between a number and its year, where a person names both.
YEAR_MARK = "@"
# Built once: it is asked after every batch of mail.
_UNDISPATCHED = (
    select(Document)
    .where(Document.status.in_(ISSUED - {Status.DISPATCHED}), Document.dispatched_at.is_(None))
    .order_by(Document.id)
)


class NumberOfSeveralYears(GongmunError):
    """A number that the registers of several years have."""

    code = "documents.number_of_several_years"
    ko = "문서번호 {number}은(는) 여러 해에 있습니다. 연도를 붙여 지정해 주십시오: {choices}"
    en = "The number {number} stands in the registers of several years. Name the year: {choices}"


def by_id(session: Session, document_id: int) -> Document:
    """The document.

    Raises:
        NotFound: there is none with this id.
    """
    return _found(session.get(Document, document_id), document_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentStanding:
    """Where a document stands, without what it says."""

    id: int
    status: Status
    created_at: datetime


def standing(session: Session, ids: Collection[int]) -> Mapping[int, DocumentStanding]:
    """Where these documents stand, by their id."""
    ordered = sorted(ids)
    return {
        row.id: DocumentStanding(id=row.id, status=row.status, created_at=row.created_at)
        for start in range(0, len(ordered), _IDS)
        for row in session.execute(
            select(Document.id, Document.status, Document.created_at).where(
                Document.id.in_(ordered[start : start + _IDS])
            )
        )
    }


def unread(session: Session, ids: Collection[int]) -> Mapping[int, Document]:
    """These documents, by their id, without what they say: that is read when it is asked for."""
    found = session.scalars(
        select(Document).where(Document.id.in_(ids)).options(defer(Document.context))
    )
    return {document.id: document for document in found}


def add_many(session: Session, rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """Insert documents; their ids, in the order of the rows, whose keys are new."""
    if not rows:
        return []
    # Not by RETURNING, for which SQLite takes a statement a row.
    add_rows(session, cast(Table, Document.__table__), rows)
    found: dict[str, int] = {
        row.key: row.id
        for start in range(0, len(rows), _IDS)
        for row in session.execute(
            select(Document.key, Document.id).where(
                Document.key.in_([row["key"] for row in rows[start : start + _IDS]])
            )
        )
    }
    return [found[row["key"]] for row in rows]


def locked(session: Session, document_id: int) -> Document:
    """The document as it is in the database now, locked until the transaction ends.

    Raises:
        NotFound: there is none with this id.
    """
    return _found(
        session.get(Document, document_id, with_for_update=True, populate_existing=True),
        document_id,
    )


def _found(document: Document | None, document_id: int) -> Document:
    if document is None:
        raise NotFound(thing_ko=f"문서 {document_id}", thing_en=f"document {document_id}")
    return document


def by_key(session: Session, key: str) -> Document | None:
    """The document that was drafted under this key."""
    return session.scalars(select(Document).where(Document.key == key)).one_or_none()


def locked_by_key(session: Session, key: str) -> Document:
    """The document drafted under this key, as it is now, locked until the transaction ends."""
    return session.scalars(
        select(Document)
        .where(Document.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def without_file(session: Session, ids: Collection[int]) -> int:
    """How many of these are approved and have no file yet."""
    return sum(
        session.scalar(
            select(func.count()).where(Document.id.in_(some), Document.status.in_(WITHOUT_FILE))
        )
        or 0
        for some in some_of(ids)
    )


def with_problems(session: Session) -> Sequence[Document]:
    """The documents that could not be issued and wait for another try, oldest first."""
    return session.scalars(
        select(Document)
        .where(
            Document.status.in_(WITHOUT_FILE),
            Document.problem_ko.is_not(None),
        )
        .order_by(Document.id)
    ).all()


def by_number(session: Session, number: str) -> Document:
    """The document cited as `division-serial`, or as `division-serial@year`: serials begin anew.

    Raises:
        NotFound: the register has no such number.
        NumberOfSeveralYears: it has it in more than one year, and none is named.
    """
    cited, _, year = number.partition(YEAR_MARK)
    found = [
        document
        for document in _numbered(session, cited)
        if YEAR_MARK not in number or str(document.year) == year
    ]
    if not found:
        raise NotFound(thing_ko=f"문서 {number}", thing_en=f"document {number}")
    if len(found) > 1:
        choices = ", ".join(f"{number}{YEAR_MARK}{document.year}" for document in found)
        raise NumberOfSeveralYears(number=number, choices=choices)
    return found[0]


def newest_by_number(session: Session, number: str) -> Document | None:
    """The document with this number in the newest year that has it: for a number on a copy."""
    return next(iter(_numbered(session, number)), None)


def _numbered(session: Session, number: str) -> Sequence[Document]:
    """The documents with this number, the newest year first."""
    division, _, serial = number.rpartition("-")
    if not (serial.isdecimal() and len(serial) <= _SERIAL_DIGITS):
        return ()
    return session.scalars(
        select(Document)
        .where(Document.division == division, Document.serial == int(serial))
        .order_by(Document.year.desc())
    ).all()


def named(session: Session, name: str) -> Document:
    """The document that a person names: by its number (see `by_number`), or by its id.

    Raises:
        NotFound: there is none.
        NumberOfSeveralYears: several have this number.
    """
    if name.isdecimal() and len(name) <= _SERIAL_DIGITS:
        return by_id(session, int(name))
    return by_number(session, name)


def by_code(session: Session, code: str) -> Document | None:
    """The document with this check code, issued or not."""
    return session.scalars(select(Document).where(Document.check_code == code)).one_or_none()


def by_file(session: Session, hashes: Collection[str]) -> Document | None:
    """The newest document whose file, signed or before it was signed, has one of these SHA-256."""
    return session.scalars(
        select(Document)
        .where(or_(Document.signed_sha256.in_(hashes), Document.sha256.in_(hashes)))
        .order_by(Document.id.desc())
        .limit(1)
    ).one_or_none()


def any_approved(session: Session) -> bool:
    """Whether a document is approved, or was and has been issued."""
    return session.scalar(select(exists().where(Document.status.in_(APPROVED)))) or False


def any_signed(session: Session) -> bool:
    """Whether a document has been signed."""
    return session.scalar(select(exists().where(Document.signed_sha256.is_not(None)))) or False


def these(session: Session, document_ids: Collection[int]) -> Sequence[Document]:
    """The documents of these ids, in their order."""
    found = (
        session.scalars(
            select(Document).options(defer(Document.context)).where(Document.id.in_(some))
        )
        for some in some_of(document_ids)
    )
    return sorted((each for part in found for each in part), key=lambda each: each.id)


def listed(
    session: Session, kind: DocumentKind | None = None, status: Status | None = None
) -> Sequence[Document]:
    """All documents, or those of a kind or in a status; oldest first."""
    query = select(Document).options(defer(Document.context)).order_by(Document.id)
    if kind is not None:
        query = query.where(Document.kind == kind)
    if status is not None:
        query = query.where(Document.status == status)
    return session.scalars(query).all()


def drafted(session: Session, kind: DocumentKind) -> Sequence[Document]:
    """Documents of a kind that wait for a coordinator's decision, oldest first."""
    return session.scalars(
        select(Document)
        .where(Document.kind == kind, Document.status == Status.DRAFTED)
        .order_by(Document.id)
    ).all()


def drafted_escalations(session: Session) -> Sequence[Document]:
    """Escalations that wait for a coordinator's decision, oldest first."""
    return drafted(session, DocumentKind.ESCALATION)


def corrections(session: Session, document_id: int) -> Sequence[Document]:
    """The corrections of a document, oldest first: all but the last one were discarded."""
    return session.scalars(
        select(Document).where(Document.corrects_id == document_id).order_by(Document.id)
    ).all()


def superseding(session: Session, document: Document) -> Document | None:
    """The issued correction that took the place of this document."""
    return session.scalars(
        select(Document)
        .where(Document.corrects_id == document.id, Document.status.in_(ISSUED))
        .order_by(Document.id.desc())
        .limit(1)
    ).one_or_none()


def in_force(session: Session, document: Document) -> Document:
    """The last correction in the line that begins with `document`; itself if none was issued."""
    while document.status is Status.SUPERSEDED:
        document = corrections(session, document.id)[-1]
    return document


def undispatched(session: Session) -> Sequence[Document]:
    """Documents that have their file and are not known to have gone out, oldest first."""
    return session.scalars(_UNDISPATCHED).all()

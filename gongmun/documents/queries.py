"""Every SELECT of the documents room, named."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongmun.documents.life import Status
from gongmun.documents.models import Document, DocumentKind, RegisterEntry
from gongmun.errors import NotFound

# Nine digits fit the column that a serial is compared with; no register has more.
_SERIAL_DIGITS = 9


def by_id(session: Session, document_id: int) -> Document:
    """The document.

    Raises:
        NotFound: there is none with this id.
    """
    return _found(session.get(Document, document_id), document_id)


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


def with_problems(session: Session) -> Sequence[Document]:
    """The documents whose last rendering failed and that wait for another, oldest first."""
    return session.scalars(
        select(Document)
        .where(Document.status == Status.NUMBERED, Document.problem_ko.is_not(None))
        .order_by(Document.id)
    ).all()


def register_entries(session: Session, division: str, year: int) -> Sequence[RegisterEntry]:
    """The register of one division and year, by serial."""
    return session.scalars(
        select(RegisterEntry)
        .where(RegisterEntry.division == division, RegisterEntry.year == year)
        .order_by(RegisterEntry.serial)
    ).all()


def by_number(session: Session, number: str) -> Document:
    """The document cited as `division-serial`, the newest year first.

    Raises:
        NotFound: the register has no such number.
    """
    division, _, serial = number.rpartition("-")
    document = (
        session.scalars(
            select(Document)
            .where(Document.division == division, Document.serial == int(serial))
            .order_by(Document.year.desc())
            .limit(1)
        ).one_or_none()
        if serial.isdecimal() and len(serial) <= _SERIAL_DIGITS
        else None
    )
    if document is None:
        raise NotFound(thing_ko=f"문서 {number}", thing_en=f"document {number}")
    return document


def drafted_escalations(session: Session) -> Sequence[Document]:
    """Escalations that wait for a coordinator's decision, oldest first."""
    return session.scalars(
        select(Document)
        .where(Document.kind == DocumentKind.ESCALATION, Document.status == Status.DRAFTED)
        .order_by(Document.id)
    ).all()

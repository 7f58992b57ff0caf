"""Every SELECT of the documents room, named."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session, aliased, defer

from gongmun.documents.life import ISSUED, Status
from gongmun.documents.models import Approval, Document, DocumentKind, RegisterEntry
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


def register_rows(session: Session, division: str, year: int) -> Sequence[Row[Any]]:
    """What the printed register says of each number, by serial.

    Of a context only the letter is read: a year's register may have ten thousand documents.
    """
    old, new = aliased(Document), aliased(Document)
    return session.execute(
        select(
            RegisterEntry.serial,
            RegisterEntry.registered_at,
            Document.status,
            Document.context["letter"].as_json().label("letter"),
            Document.pages,
            Document.dispatched_at,
            Approval.name.label("approver"),
            old.division.label("old_division"),
            old.serial.label("old_serial"),
            new.division.label("new_division"),
            new.serial.label("new_serial"),
        )
        .join(Document, Document.id == RegisterEntry.document_id)
        .outerjoin(Approval, Approval.id == Document.approval_id)
        .outerjoin(old, old.id == Document.corrects_id)
        # At most one: a document is corrected anew only where the one before was discarded.
        .outerjoin(new, and_(new.corrects_id == Document.id, new.status.in_(ISSUED)))
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


def named(session: Session, name: str) -> Document:
    """The document that a person names: by its number, the newest year first, or by its id.

    Raises:
        NotFound: there is none.
    """
    if name.isdecimal() and len(name) <= _SERIAL_DIGITS:
        return by_id(session, int(name))
    return by_number(session, name)


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


def in_force(session: Session, document: Document) -> Document:
    """The last correction in the line that begins with `document`; itself if none was issued."""
    while document.status is Status.SUPERSEDED:
        document = corrections(session, document.id)[-1]
    return document


def undispatched(session: Session) -> Sequence[Document]:
    """Documents that have their file and are not known to have gone out, oldest first."""
    return session.scalars(
        select(Document)
        .where(Document.status.in_(ISSUED - {Status.DISPATCHED}), Document.dispatched_at.is_(None))
        .order_by(Document.id)
    ).all()

"""The SELECTs of checking a copy: by its code, by the hash of its file."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gongmun.documents.life import ISSUED
from gongmun.documents.models import Document


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


def superseding(session: Session, document: Document) -> Document | None:
    """The issued correction that took the place of this document."""
    return session.scalars(
        select(Document)
        .where(Document.corrects_id == document.id, Document.status.in_(ISSUED))
        .order_by(Document.id.desc())
        .limit(1)
    ).one_or_none()

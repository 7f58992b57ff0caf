"""Every SELECT on the register (문서등록대장), named."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session, aliased

from gongmun.documents.life import ISSUED
from gongmun.documents.models import Approval, Document, RegisterEntry


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

"""The register of documents (문서등록대장): gapless numbers per division and year.

The counter moves in the transaction that gives the number to its document: one that rolls back
gives its number back, and the next writer waits for the counter's row until it knows.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.db import upsert
from gongmun.documents.models import Document, Register, RegisterEntry


def register(session: Session, document: Document, *, division: str, now: datetime) -> int:
    """Give `document` the next serial of `division` in the Seoul year of `now`, and enter it.

    The caller holds the document's lock and commits.
    """
    year = seoul_date(now).year
    serial = session.scalars(
        upsert(session, Register)
        .values(division=division, year=year, last_serial=1)
        .on_conflict_do_update(
            index_elements=[Register.division, Register.year],
            set_={"last_serial": Register.last_serial + 1},
        )
        .returning(Register.last_serial)
    ).one()
    document.division, document.year, document.serial = division, year, serial
    session.add(
        RegisterEntry(
            division=division, year=year, serial=serial, document_id=document.id, registered_at=now
        )
    )
    return serial

"""The register of documents (문서등록대장): gapless numbers per division and year.

The counter moves in the transaction that gives the number to its document: one that rolls back
gives its number back, and the next writer waits for the counter's row until it knows.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongmun import ledger
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


def last_serial(session: Session, *, division: str, year: int) -> int:
    """The last serial that `division` gave in that year; 0 if none."""
    given = select(Register.last_serial).where(Register.division == division, Register.year == year)
    return session.scalar(given) or 0


def pass_over(session: Session, *, division: str, year: int, serial: int, now: datetime) -> None:
    """Give no serial of that year up to `serial` any more: they stand on papers that are not known here.

    The gap that this leaves in the register is told in the ledger. Nothing happens where the register is further.
    """
    last = last_serial(session, division=division, year=year)
    if serial <= last:
        return
    session.execute(
        upsert(session, Register)
        .values(division=division, year=year, last_serial=serial)
        .on_conflict_do_update(
            index_elements=[Register.division, Register.year], set_={"last_serial": serial}
        )
    )
    ledger.record(
        session,
        "register.passed_over",
        subject=("register", year),
        now=now,
        division=division,
        first=last + 1,
        last=serial,
    )

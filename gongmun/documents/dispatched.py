"""Note that a document has gone out (발송)."""

from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.documents import queries
from gongmun.documents.life import ISSUED, Event, Status, advance


def note_dispatched(session: Session, document_id: int, *, at: datetime, now: datetime) -> bool:
    """Write down that the relay took the first mail with this document at `at`.

    False, and nothing is changed, where that is known already or the document has no file yet. One
    that was superseded before its mail went out stays superseded.
    """
    document = queries.locked(session, document_id)
    if document.status not in ISSUED or document.dispatched_at is not None:
        return False
    document.dispatched_at = at
    if document.status is not Status.SUPERSEDED:
        document.status = advance(document.status, Event.DISPATCHED)
    ledger.record(
        session,
        "document.dispatched",
        subject=("document", document_id),
        now=now,
        at=at.isoformat(),
    )
    return True

"""Every statement that takes mail in: where it lay, that it was kept, and what was read of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from gongmun.db import upsert
from gongmun.mail.models import IncomingKey, IncomingMail


def known_keys(session: Session, mailbox: str) -> frozenset[tuple[str, str]]:
    """Where the mails lay that were taken from this mailbox: (uid_validity, uid)."""
    statement = select(IncomingKey.uid_validity, IncomingKey.uid)
    rows = session.execute(statement.where(IncomingKey.mailbox == mailbox))
    return frozenset((row.uid_validity, row.uid) for row in rows)


def add(session: Session, values: Mapping[str, Any], key: Mapping[str, str]) -> int | None:
    """Note a mail and where it lay; its id if it is new, None if the same bytes are there already."""
    statement = upsert(session, IncomingMail).values(**values).on_conflict_do_nothing()
    added = session.scalar(statement.returning(IncomingMail.id))
    # Another collector's mail is committed by now: the conflict waited for it.
    incoming_id = (
        added
        or session.scalars(
            select(IncomingMail.id).where(IncomingMail.raw_sha256 == values["raw_sha256"])
        ).one()
    )
    note = upsert(session, IncomingKey).values(**key, incoming_id=incoming_id)
    session.execute(note.on_conflict_do_nothing())
    return added


def unread(session: Session, *, after: int, limit: int) -> Sequence[IncomingMail]:
    """Mails that were not read yet, oldest first, beyond the id `after`."""
    return session.scalars(
        select(IncomingMail)
        .where(IncomingMail.kind.is_(None), IncomingMail.id > after)
        .order_by(IncomingMail.id)
        .limit(limit)
    ).all()


def note_read(session: Session, incoming_id: int, values: Mapping[str, Any]) -> bool:
    """Record what was read of a mail; False if another reader did it before."""
    result = session.execute(
        update(IncomingMail)
        .where(IncomingMail.id == bindparam("guard_id"), IncomingMail.kind.is_(None))
        .values({name: bindparam(name) for name in values}),
        {"guard_id": incoming_id, **values},
        execution_options={"synchronize_session": False},
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]

"""Every SELECT about what became of mail after the relay took it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import false, select
from sqlalchemy.orm import Session

from gongmun.mail.life import SENT, Status
from gongmun.mail.models import Dispatch, IncomingMail


def lock_unhandled(session: Session, incoming_id: int) -> IncomingMail | None:
    """A mail that nobody has taken up, locked; None where another process has or had it."""
    return session.scalars(
        select(IncomingMail)
        .where(IncomingMail.id == incoming_id, IncomingMail.handled_at.is_(None))
        .with_for_update(skip_locked=True)
    ).one_or_none()


def locked(session: Session, dispatch_id: int) -> Dispatch:
    """One dispatch, which must be there, locked."""
    return session.get_one(Dispatch, dispatch_id, with_for_update=True)


def unproved(session: Session, *, journal_is_enough: bool) -> Sequence[Dispatch]:
    """What the relay has, or may have, without a proof that it arrived, or that it left."""
    proved = Dispatch.proof.is_not(None) if journal_is_enough else false()
    return session.scalars(
        select(Dispatch)
        .where(
            Dispatch.status.in_((Status.ACCEPTED, Status.UNCERTAIN)), Dispatch.wants_proof, ~proved
        )
        .order_by(Dispatch.id)
    ).all()


def sent_without_proof(session: Session, *, before: datetime, arrival: bool) -> Sequence[Dispatch]:
    """What the relay accepted before that moment, and nothing proves, oldest first.

    With `arrival` only the proof that it arrived counts, otherwise also that it left.
    """
    statement = select(Dispatch).where(
        Dispatch.status.in_(SENT), Dispatch.wants_proof, Dispatch.accepted_at < before
    )
    if arrival:
        statement = statement.where(Dispatch.status != Status.DELIVERED)
    else:
        statement = statement.where(Dispatch.proof.is_(None))
    return session.scalars(statement.order_by(Dispatch.id)).all()


def on_their_way(session: Session, *, before: datetime) -> Sequence[Dispatch]:
    """What was put into the outbox before that moment, and is not sent yet, oldest first."""
    return session.scalars(
        select(Dispatch)
        .where(
            Dispatch.status.in_((Status.QUEUED, Status.CLAIMED, Status.SENDING)),
            Dispatch.created_at < before,
        )
        .order_by(Dispatch.id)
    ).all()

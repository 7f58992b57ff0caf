"""Doubts after a restore (복원): what waited when the backup was made may have left since, and so may what is made anew.

Nothing of it is sent on a guess: it is uncertain, until the witness has seen it or a person decides.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.db import Database
from gongmun.db.restored import Restoration, restorations
from gongmun.ledger import Actor
from gongmun.mail import queries
from gongmun.mail.deciding import AFRESH
from gongmun.mail.life import Event, Status, advance
from gongmun.mail.models import Dispatch, HoldReason
from gongmun.mail.outbox import ids_since
from gongmun.mail.witness import Witness, WitnessUnavailable

# So long after a restore was settled sweeps may still make again what was made and sent before: the first run of each
# takes all that is due.
REPETITIONS = timedelta(days=14)
_UNSENT = (Status.QUEUED, Status.CLAIMED, Status.SENDING)
_DOUBTED = (Dispatch.status == Status.UNCERTAIN, Dispatch.hold_reason == HoldReason.RESTORED)


def doubt_unsent(session: Session, now: datetime) -> int:
    """Leave all that waited to be sent, when the backup was made that is restored here, to a person; how many."""
    ids = session.scalars(
        select(Dispatch.id).where(Dispatch.status.in_(_UNSENT)).order_by(Dispatch.id)
    ).all()
    [target] = {advance(status, Event.DOUBTED) for status in _UNSENT}
    session.execute(
        update(Dispatch)
        .where(Dispatch.status.in_(_UNSENT))
        .values(status=target, hold_reason=HoldReason.RESTORED, owner=None, lease_until=None),
        execution_options={"synchronize_session": False},
    )
    ledger.record_each(session, f"mail.{Event.DOUBTED}", subjects=("dispatch", ids), now=now)
    return len(ids)


def doubted(session: Session) -> Sequence[Dispatch]:
    """What nobody knows the outcome of because of a restore, oldest first."""
    return session.scalars(select(Dispatch).where(*_DOUBTED).order_by(Dispatch.id)).all()


def resend_doubted(session: Session, now: datetime) -> int:
    """A person says that none of what is doubted left: all of it is queued again; how many."""
    ids = session.scalars(select(Dispatch.id).where(*_DOUBTED).order_by(Dispatch.id)).all()
    session.execute(
        update(Dispatch)
        .where(*_DOUBTED)
        .values(
            status=advance(Status.UNCERTAIN, Event.DENIED),
            **AFRESH,
            next_attempt_at=now,
        ),
        execution_options={"synchronize_session": False},
    )
    ledger.record_each(
        session,
        f"mail.{Event.DENIED}",
        subjects=("dispatch", ids),
        now=now,
        actor=Actor.COORDINATOR,
    )
    return len(ids)


def hold_repetitions(
    db: Database,
    batch: Sequence[Dispatch],
    *,
    witness: Witness | None,
    owner: str,
    now: datetime,
) -> tuple[Sequence[Dispatch], int]:
    """Of a batch that `owner` has claimed, those that may be sent, and how many were left to a person.

    After a restore a sweep may make the mail once more that it had made, and sent, before: the witness has
    seen one of the same key.

    Raises:
        WitnessUnavailable: it cannot tell; what was claimed is queued again.
    """
    if witness is None or not batch:
        return batch, 0
    with db.reading() as session:
        restores = restorations(session)
    settled_at = restores[-1].settled_at if restores else None
    if settled_at is None or now - settled_at > REPETITIONS:
        return batch, 0
    fresh = [
        dispatch
        for dispatch in batch
        if dispatch.created_at >= restores[-1].restored_at
        and dispatch.hold_reason is None
        and not dispatch.attempts
    ]
    if not fresh:
        return batch, 0
    try:
        seen = _seen_before(fresh, restores, witness)
    except WitnessUnavailable as error:
        with db.transaction() as session:
            queries.return_claimed(session, owner=owner, reason=error.code)
        raise
    for dispatch_id in seen:
        with db.transaction() as session:
            queries.move(
                session,
                dispatch_id,
                status=Status.CLAIMED,
                event=Event.DOUBTED,
                owner=owner,
                now=now,
                values={"hold_reason": HoldReason.RESTORED},
            )
    return [dispatch for dispatch in batch if dispatch.id not in seen], len(seen)


def _seen_before(
    dispatches: Sequence[Dispatch], restores: Sequence[Restoration], witness: Witness
) -> set[int]:
    """Those whose key the witness knows from before one of the restores."""
    keys = [dispatch.key for dispatch in dispatches]
    lives = [ids_since(restores[:count], keys) for count in range(len(restores))]
    return {
        dispatch.id
        for dispatch, *ids in zip(dispatches, *lives, strict=True)
        if any(witness.saw(each) for each in ids)
    }

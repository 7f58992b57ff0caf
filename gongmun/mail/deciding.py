"""What a person decides about a dispatch that cannot go on by itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gongmun.db import Database
from gongmun.decisions import answered_for
from gongmun.errors import InvalidTransition, NotFound
from gongmun.ledger import Actor
from gongmun.mail import queries
from gongmun.mail.life import Event
from gongmun.mail.models import Dispatch, DispatchDecision
from gongmun.mail.outbox import checked_address


def settle(
    db: Database, dispatch_id: int, *, accepted: bool, name: str, reason: str, now: datetime
) -> None:
    """A person found out whether an uncertain dispatch arrived; if not, it is sent again.

    Raises:
        DecisionIncomplete: no name or no reason; nothing is changed.
        NotFound: no such dispatch.
        InvalidTransition: its outcome is not uncertain.
    """
    signed = answered_for(name, reason)
    if accepted:
        _decide(db, dispatch_id, Event.CONFIRMED, signed, now, {"accepted_at": now})
    else:
        # The reason stays: what was doubted because of a restore is not doubted again.
        _decide(db, dispatch_id, Event.DENIED, signed, now, {**AFRESH, "next_attempt_at": now})


def release(
    db: Database, dispatch_id: int, *, address: str, name: str, reason: str, now: datetime
) -> None:
    """Queue a held, failed or bounced dispatch again, to `address` (the old one or a corrected one).

    Raises:
        DecisionIncomplete: no name or no reason; nothing is changed.
        AddressRefused: not a usable address; nothing is changed.
        NotFound: no such dispatch.
        InvalidTransition: it is on its way, or arrived.
    """
    signed = answered_for(name, reason)
    values = {"address": checked_address(address), "next_attempt_at": now, "hold_reason": None}
    _decide(db, dispatch_id, Event.RELEASED, signed, now, {**AFRESH, **values})


AFRESH: Mapping[str, Any] = {
    "last_error": None,
    "attempts": 0,
    "deferred_since": None,
    # Of the mail that bounced; when it did stays, to know its late notices by.
    "accepted_at": None,
    "relay_reply": None,
    "delivered_at": None,
    "delayed_at": None,
    "proof": None,
}


def _decide(
    db: Database,
    dispatch_id: int,
    event: Event,
    signed: tuple[str, str],
    now: datetime,
    values: Mapping[str, Any],
) -> None:
    name, reason = signed
    with db.transaction() as session:
        dispatch = session.get(Dispatch, dispatch_id, with_for_update=True)
        if dispatch is None:
            raise NotFound(thing_ko=f"발송 {dispatch_id}", thing_en=f"dispatch {dispatch_id}")
        moved = queries.move(
            session,
            dispatch_id,
            status=dispatch.status,
            event=event,
            now=now,
            actor=Actor.COORDINATOR,
            values=values,
        )
        if not moved:
            raise InvalidTransition(
                thing_ko=f"발송 {dispatch_id}",
                thing_en=f"dispatch {dispatch_id}",
                status=dispatch.status.value,
                event=event.value,
            )
        session.add(
            DispatchDecision(dispatch_id=dispatch_id, event=event, name=name, reason=reason, at=now)
        )

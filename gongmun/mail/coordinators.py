"""Mail to the coordinators (담당자) that the settings name: one message to each."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongmun.mail import queries
from gongmun.mail.compose import Composed
from gongmun.mail.life import NEEDS_A_PERSON, Status
from gongmun.mail.message import OutgoingMessage
from gongmun.mail.models import Dispatch
from gongmun.mail.outbox import enqueue
from gongmun.mail.recipients import COORDINATOR
from gongmun.settings import settings

# Characters of the hash that stands for an address in a key.
_HASH = 12


def tell_coordinators(
    session: Session, *, key: str, intent: str, mail: Composed, now: datetime
) -> Sequence[int]:
    """Put this mail into the outbox for each coordinator who has not got one of this key; the ids of the new ones.

    Nobody is named in the settings: there is none. No proof of delivery is asked for: what it says stands in the lists
    of what waits, too.
    """
    told: list[int] = []
    for address in settings().coordinators:
        own_key = f"{key}:{hashlib.sha256(address.lower().encode()).hexdigest()[:_HASH]}"
        if queries.find(session, own_key) is not None:
            continue
        message = OutgoingMessage(
            key=own_key,
            intent=intent,
            organisation_code=COORDINATOR,
            address=address,
            subject=mail.subject,
            body=mail.body,
            wants_proof=False,
        )
        told.append(enqueue(session, message, now).id)
    return told


def unreached(session: Session) -> int:
    """To how many of the coordinators whom the settings name the last mail did not get through."""
    return sum(
        _last_status(session, address) in NEEDS_A_PERSON for address in settings().coordinators
    )


def _last_status(session: Session, address: str) -> Status | None:
    return session.scalar(
        select(Dispatch.status)
        .where(Dispatch.organisation_code == COORDINATOR, Dispatch.address == address)
        .order_by(Dispatch.id.desc())
        .limit(1)
    )

"""The life of a dispatch (발송), as a table.

The split between `claimed` and `sending` is what keeps a mail from being sent twice: a dispatch is
`sending` from just before the message goes over the wire until its answer is recorded, so only there
can the outcome be unknown.
"""

from collections.abc import Mapping
from enum import StrEnum

from gongmun.life import follow
from gongmun.text import Bilingual


class Status(StrEnum):
    """Where a dispatch stands."""

    HELD = "held"  # no usable address or attachment: a person must help
    QUEUED = "queued"
    CLAIMED = "claimed"  # a dispatcher holds it under a lease; nothing was sent
    SENDING = "sending"  # the relay may have it
    ACCEPTED = "accepted"  # the relay answered that it has it
    DELIVERED = "delivered"  # there is proof that it lies in the mailbox
    BOUNCED = "bounced"  # the relay accepted it, and told later that it could not be delivered
    FAILED = "failed"
    # Nobody knows whether it left: a person decides, it is never resent by itself.
    UNCERTAIN = "uncertain"
    RECALLED = "recalled"  # nothing it says held any more when it was about to leave


class Event(StrEnum):
    """What happens to a dispatch."""

    CLAIMED = "claimed"
    RETURNED = "returned"  # the relay could not be reached, or a lease ran out before sending
    STARTED = "started"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"  # refused for now
    REFUSED = "refused"  # refused for good, or for now too long
    HELD = "held"
    RECALLED = "recalled"
    LOST = "lost"  # the answer to the message itself
    DOUBTED = "doubted"  # it may have left before a backup was restored that does not know of it
    SEEN = "seen"  # by the witness
    UNSEEN = "unseen"  # by the witness, after time enough
    CONFIRMED = "confirmed"  # a person found that it arrived
    DENIED = "denied"  # a person found that it did not arrive
    RELEASED = "released"  # a person gave a usable address
    DELIVERED = "delivered"
    BOUNCED = "bounced"


TRANSITIONS: Mapping[tuple[Status, Event], Status] = {
    (Status.QUEUED, Event.CLAIMED): Status.CLAIMED,
    (Status.CLAIMED, Event.RETURNED): Status.QUEUED,
    (Status.CLAIMED, Event.DEFERRED): Status.QUEUED,
    (Status.CLAIMED, Event.REFUSED): Status.FAILED,
    (Status.CLAIMED, Event.HELD): Status.HELD,
    (Status.CLAIMED, Event.RECALLED): Status.RECALLED,
    (Status.CLAIMED, Event.STARTED): Status.SENDING,
    (Status.SENDING, Event.ACCEPTED): Status.ACCEPTED,
    (Status.SENDING, Event.DEFERRED): Status.QUEUED,
    (Status.SENDING, Event.REFUSED): Status.FAILED,
    (Status.SENDING, Event.LOST): Status.UNCERTAIN,
    **{
        (status, Event.DOUBTED): Status.UNCERTAIN
        for status in (Status.QUEUED, Status.CLAIMED, Status.SENDING)
    },
    (Status.SENDING, Event.SEEN): Status.ACCEPTED,
    (Status.SENDING, Event.UNSEEN): Status.QUEUED,
    (Status.UNCERTAIN, Event.SEEN): Status.ACCEPTED,
    (Status.UNCERTAIN, Event.CONFIRMED): Status.ACCEPTED,
    (Status.UNCERTAIN, Event.DENIED): Status.QUEUED,
    # A bounce or a proof also tells that the relay had it, where its answer was lost.
    **{
        (status, event): Status(event.value)
        for status in (Status.ACCEPTED, Status.UNCERTAIN)
        for event in (Event.DELIVERED, Event.BOUNCED)
    },
    # Some mailboxes bounce what they took first.
    (Status.DELIVERED, Event.BOUNCED): Status.BOUNCED,
    (Status.BOUNCED, Event.RELEASED): Status.QUEUED,
    (Status.HELD, Event.RELEASED): Status.QUEUED,
    (Status.FAILED, Event.RELEASED): Status.QUEUED,
}

NEEDS_A_PERSON = frozenset({Status.HELD, Status.FAILED, Status.UNCERTAIN, Status.BOUNCED})
# It left this house, and nothing has come back.
SENT = frozenset({Status.ACCEPTED, Status.DELIVERED})


def advance(status: Status, event: Event) -> Status:
    """The status after `event`.

    Raises:
        InvalidTransition: the event is not allowed in `status`.
    """
    return follow(TRANSITIONS, status, event, thing=Bilingual(ko="발송", en="dispatch"))

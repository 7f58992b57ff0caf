"""The life of a referral. Overdue is no state: it is computed (clocks.py)."""

from collections.abc import Mapping
from enum import StrEnum

from gongmun.life import follow
from gongmun.text import Bilingual


class Status(StrEnum):
    """Where a referral stands."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    CLOSED = "closed"  # its answer is published
    TRANSFERRED = "transferred"  # another ministry has it, as a referral of its own
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What happened to it."""

    APPROVED = "approved"
    DISPATCHED = "dispatched"
    BOUNCED = "bounced"  # nobody has its document, so it never was with the ministry
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    SENT_BACK = "sent_back"  # a coordinator returned the answer with a note
    CLOSED = "closed"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"


# Statuses in which the ministry owes us something: the ladder applies.
CHASED = frozenset({Status.DISPATCHED, Status.ACKNOWLEDGED})
# Statuses in which nothing is with this ministry any more, nor will be again.
GONE = frozenset({Status.TRANSFERRED, Status.WITHDRAWN})
# Statuses in which the suggestion is with this ministry, or is about to be.
OPEN = CHASED | {Status.DRAFTED, Status.APPROVED}

TRANSITIONS: Mapping[tuple[Status, Event], Status] = {
    (Status.DRAFTED, Event.APPROVED): Status.APPROVED,
    (Status.APPROVED, Event.DISPATCHED): Status.DISPATCHED,
    (Status.DISPATCHED, Event.BOUNCED): Status.APPROVED,
    (Status.DISPATCHED, Event.ACKNOWLEDGED): Status.ACKNOWLEDGED,
    # An answer without an acknowledgement before it is one.
    (Status.DISPATCHED, Event.ANSWERED): Status.ANSWERED,
    (Status.ACKNOWLEDGED, Event.ANSWERED): Status.ANSWERED,
    (Status.ANSWERED, Event.SENT_BACK): Status.ACKNOWLEDGED,
    (Status.ANSWERED, Event.CLOSED): Status.CLOSED,
    (Status.DISPATCHED, Event.TRANSFERRED): Status.TRANSFERRED,
    (Status.ACKNOWLEDGED, Event.TRANSFERRED): Status.TRANSFERRED,
    # A re-examination (재검토) puts it before the ministry again.
    (Status.CLOSED, Event.REOPENED): Status.ACKNOWLEDGED,
    **{(status, Event.WITHDRAWN): Status.WITHDRAWN for status in OPEN},
}

_THING = Bilingual(ko="이송", en="referral")


def advance(status: Status, event: Event, *, thing: Bilingual = _THING) -> Status:
    """The status after `event`.

    Raises:
        InvalidTransition: the event is not allowed in this status.
    """
    return follow(TRANSITIONS, status, event, thing=thing)

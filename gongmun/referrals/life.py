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
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What happened to it."""

    APPROVED = "approved"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"


# Statuses in which the ministry owes us something: the ladder applies.
CHASED = frozenset({Status.DISPATCHED, Status.ACKNOWLEDGED})
# Statuses in which the suggestion is with this ministry, or is about to be.
OPEN = CHASED | {Status.DRAFTED, Status.APPROVED}

TRANSITIONS: Mapping[tuple[Status, Event], Status] = {
    (Status.DRAFTED, Event.APPROVED): Status.APPROVED,
    (Status.APPROVED, Event.DISPATCHED): Status.DISPATCHED,
    (Status.DISPATCHED, Event.ACKNOWLEDGED): Status.ACKNOWLEDGED,
    # An answer without an acknowledgement before it is one.
    (Status.DISPATCHED, Event.ANSWERED): Status.ANSWERED,
    (Status.ACKNOWLEDGED, Event.ANSWERED): Status.ANSWERED,
    (Status.ANSWERED, Event.CLOSED): Status.CLOSED,
    # A re-examination (재검토) puts it before the ministry again.
    (Status.ANSWERED, Event.REOPENED): Status.ACKNOWLEDGED,
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

"""The life of a follow-up meeting (후속 협의). A date that is moved is dated again."""

from collections.abc import Mapping
from enum import StrEnum

from gongmun.life import follow
from gongmun.text import Bilingual


class Status(StrEnum):
    """Where a meeting stands."""

    PROPOSED = "proposed"
    DATED = "dated"
    HELD = "held"
    CANCELLED = "cancelled"


class Event(StrEnum):
    """What happened to it."""

    DATED = "dated"
    HELD = "held"
    CANCELLED = "cancelled"


# Statuses in which it is still to come: a referral has one such meeting at a time.
COMING = frozenset({Status.PROPOSED, Status.DATED})

TRANSITIONS: Mapping[tuple[Status, Event], Status] = {
    (Status.PROPOSED, Event.DATED): Status.DATED,
    (Status.PROPOSED, Event.CANCELLED): Status.CANCELLED,
    (Status.DATED, Event.DATED): Status.DATED,
    (Status.DATED, Event.HELD): Status.HELD,
    (Status.DATED, Event.CANCELLED): Status.CANCELLED,
}


def advance(status: Status, event: Event) -> Status:
    """The status after `event`.

    Raises:
        InvalidTransition: the event is not allowed in this status.
    """
    return follow(TRANSITIONS, status, event, thing=Bilingual(ko="후속 협의", en="meeting"))

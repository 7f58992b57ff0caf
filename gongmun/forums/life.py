"""The life of an outcome (결과): drafted, then approved or returned; issued when all is queued."""

from collections.abc import Mapping
from enum import StrEnum

from gongmun.life import follow
from gongmun.text import Bilingual

_THING = Bilingual(ko="결과", en="outcome")


class Status(StrEnum):
    """Where an outcome stands."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    RETURNED = "returned"
    ISSUED = "issued"


class Event(StrEnum):
    """What happens to it."""

    APPROVED = "approved"
    RETURNED = "returned"
    ISSUED = "issued"


TRANSITIONS: Mapping[tuple[Status, Event], Status] = {
    (Status.DRAFTED, Event.APPROVED): Status.APPROVED,
    (Status.DRAFTED, Event.RETURNED): Status.RETURNED,
    (Status.APPROVED, Event.ISSUED): Status.ISSUED,
}


def advance(status: Status, event: Event, *, thing: Bilingual = _THING) -> Status:
    """The status after `event`.

    Raises:
        InvalidTransition: the event is not allowed in this status.
    """
    return follow(TRANSITIONS, status, event, thing=thing)

"""The life of a document (공문): drafted, approved, numbered, rendered; or discarded.

A document that has a number is never discarded, because the register has no gaps.
"""

from collections.abc import Mapping
from enum import StrEnum

from gongmun.life import follow
from gongmun.text import Bilingual


class Status(StrEnum):
    """Where a document stands."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    NUMBERED = "numbered"
    RENDERED = "rendered"
    DISCARDED = "discarded"


# Without a number: what it says may still follow the facts.
UNNUMBERED = frozenset({Status.DRAFTED, Status.APPROVED})
# Approved once and for all; what follows does not take it back.
APPROVED = frozenset({Status.APPROVED, Status.NUMBERED, Status.RENDERED})


class Event(StrEnum):
    """What happens to a document."""

    APPROVED = "approved"
    NUMBERED = "numbered"
    RENDERED = "rendered"
    DISCARDED = "discarded"


TRANSITIONS: Mapping[tuple[Status, Event], Status] = {
    (Status.DRAFTED, Event.APPROVED): Status.APPROVED,
    (Status.DRAFTED, Event.DISCARDED): Status.DISCARDED,
    (Status.APPROVED, Event.DISCARDED): Status.DISCARDED,
    (Status.APPROVED, Event.NUMBERED): Status.NUMBERED,
    (Status.NUMBERED, Event.RENDERED): Status.RENDERED,
}

_THING = Bilingual(ko="문서", en="document")


def advance(status: Status, event: Event, *, thing: Bilingual = _THING) -> Status:
    """The status that follows.

    Raises:
        InvalidTransition: `status` does not allow `event`.
    """
    return follow(TRANSITIONS, status, event, thing=thing)

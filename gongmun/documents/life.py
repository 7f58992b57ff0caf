"""The life of a document (공문): drafted, approved, numbered, rendered, signed, dispatched, superseded.

A document without a number may be discarded; one that has a number never, because the register has no
gaps. It is not signed where the agency has no key. It is dispatched when the relay takes the first mail
with it. One that is superseded stays as it is: the correction is another document, which names it. Its own
mail may still go out then, which `dispatched_at` tells and the status does not.
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
    SIGNED = "signed"
    DISPATCHED = "dispatched"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


# Without a number: what it says may still follow the facts.
UNNUMBERED = frozenset({Status.DRAFTED, Status.APPROVED})
# Approved, and waiting for its file.
WITHOUT_FILE = frozenset({Status.APPROVED, Status.NUMBERED})
# Approved once and for all; what follows does not take it back.
APPROVED = frozenset(Status) - {Status.DRAFTED, Status.DISCARDED}
# With its file: may be sent, served, checked and corrected.
ISSUED = frozenset({Status.RENDERED, Status.SIGNED, Status.DISPATCHED, Status.SUPERSEDED})


class Event(StrEnum):
    """What happens to a document."""

    APPROVED = "approved"
    NUMBERED = "numbered"
    RENDERED = "rendered"
    SIGNED = "signed"
    DISPATCHED = "dispatched"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


TRANSITIONS: Mapping[tuple[Status, Event], Status] = {
    (Status.DRAFTED, Event.APPROVED): Status.APPROVED,
    (Status.DRAFTED, Event.DISCARDED): Status.DISCARDED,
    (Status.APPROVED, Event.DISCARDED): Status.DISCARDED,
    (Status.APPROVED, Event.NUMBERED): Status.NUMBERED,
    (Status.NUMBERED, Event.RENDERED): Status.RENDERED,
    (Status.RENDERED, Event.SIGNED): Status.SIGNED,
    (Status.RENDERED, Event.DISPATCHED): Status.DISPATCHED,
    (Status.SIGNED, Event.DISPATCHED): Status.DISPATCHED,
    (Status.RENDERED, Event.SUPERSEDED): Status.SUPERSEDED,
    (Status.SIGNED, Event.SUPERSEDED): Status.SUPERSEDED,
    (Status.DISPATCHED, Event.SUPERSEDED): Status.SUPERSEDED,
}

_THING = Bilingual(ko="문서", en="document")


def advance(status: Status, event: Event, *, thing: Bilingual = _THING) -> Status:
    """The status that follows.

    Raises:
        InvalidTransition: `status` does not allow `event`.
    """
    return follow(TRANSITIONS, status, event, thing=thing)

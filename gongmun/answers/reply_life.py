"""The life of a reply by mail."""

from collections.abc import Mapping
from enum import StrEnum

from gongmun.answers.models import ReplyStatus as Status
from gongmun.life import follow
from gongmun.text import Bilingual


class Event(StrEnum):
    """What happened to it."""

    FILED = "filed"  # to a document
    SETTLED = "settled"  # what it opened was submitted, or it opened nothing
    DISMISSED = "dismissed"
    UNFILED = "unfiled"  # it was the wrong document: back into the holding pen


TRANSITIONS: Mapping[tuple[Status, Event], Status] = {
    (Status.HELD, Event.FILED): Status.FILED,
    (Status.HELD, Event.DISMISSED): Status.DISMISSED,
    (Status.FILED, Event.SETTLED): Status.SETTLED,
    (Status.FILED, Event.UNFILED): Status.HELD,
    # Only one that opened nothing: what was confirmed is the ministry's answer.
    (Status.SETTLED, Event.UNFILED): Status.HELD,
}

_THING = Bilingual(ko="회신 메일", en="reply")


def advance(status: Status, event: Event, *, thing: Bilingual = _THING) -> Status:
    """The status after `event`.

    Raises:
        InvalidTransition: the event is not allowed in this status.
    """
    return follow(TRANSITIONS, status, event, thing=thing)

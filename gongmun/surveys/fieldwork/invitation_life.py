"""The life of an invitation (설문 초대): somebody is asked, begins, hands in, or refuses.

A refusal stands: whatever is sent in from a page that was open before, only his own word that he would take part
after all (`answering.reconsider`) takes it back.
"""

from collections.abc import Mapping
from enum import StrEnum

from gongmun.life import follow
from gongmun.text import Bilingual

_THING = Bilingual(ko="설문 초대", en="survey invitation")


class Status(StrEnum):
    """Where the invitation of one person stands."""

    INVITED = "invited"
    OPENED = "opened"  # the first page was begun
    ANSWERED = "answered"
    REFUSED = "refused"  # does not want to be asked again: holds for all later waves
    UNREACHABLE = "unreachable"  # its mail came back, or there is no address


class Event(StrEnum):
    """What happens to it."""

    OPENED = "opened"
    ANSWERED = "answered"
    REOPENED = "reopened"  # a change has left something open in what was handed in
    REFUSED = "refused"
    RECONSIDERED = "reconsidered"  # who had refused would take part after all
    LOST = "lost"  # its mail came back, or the address is gone


# The wave may close over these: nobody is waited for.
RESTS = frozenset({Status.ANSWERED, Status.REFUSED, Status.UNREACHABLE})

TRANSITIONS: Mapping[tuple[Status, Event], Status] = {
    (Status.INVITED, Event.OPENED): Status.OPENED,
    (Status.INVITED, Event.LOST): Status.UNREACHABLE,
    # A mail that came back does not keep him from another that came, or from paper.
    (Status.UNREACHABLE, Event.OPENED): Status.OPENED,
    (Status.OPENED, Event.ANSWERED): Status.ANSWERED,
    (Status.ANSWERED, Event.REOPENED): Status.OPENED,
    **{(status, Event.REFUSED): Status.REFUSED for status in set(Status) - {Status.REFUSED}},
    (Status.REFUSED, Event.RECONSIDERED): Status.INVITED,
}


def advance(status: Status, event: Event) -> Status:
    """The status after `event`.

    Raises:
        InvalidTransition: the event is not allowed in this status.
    """
    return follow(TRANSITIONS, status, event, thing=_THING)

"""The life of a survey cycle (설문 주기): from a draft to what is published of it."""

from collections.abc import Mapping
from enum import StrEnum

from gongmun.life import follow
from gongmun.text import Bilingual

_THING = Bilingual(ko="설문 주기", en="survey cycle")


class Status(StrEnum):
    """Where a cycle stands."""

    DRAFT = "draft"
    FROZEN = "frozen"  # its questionnaire cannot change any more
    SAMPLING = "sampling"  # who is asked is written down
    INVITING = "inviting"  # the invitations go into the outbox
    FIELDING = "fielding"
    CLOSING = "closing"  # nobody begins any more; who has begun may end
    CLOSED = "closed"
    WEIGHTED = "weighted"
    REPORTED = "reported"  # the report waits for a coordinator
    PUBLISHED = "published"
    ARCHIVED = "archived"  # what somebody has answered cannot be found out any more
    CANCELLED = "cancelled"


class Event(StrEnum):
    """What happens to it."""

    FROZEN = "frozen"
    SAMPLING_BEGUN = "sampling_begun"
    SAMPLED = "sampled"
    INVITED = "invited"
    CLOSING_BEGUN = "closing_begun"
    EXTENDED = "extended"
    CLOSED = "closed"
    WEIGHTED = "weighted"
    REPORTED = "reported"
    RETURNED = "returned"  # a coordinator wants another report
    PUBLISHED = "published"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"


# The answer pages take answers.
TAKES_ANSWERS = frozenset({Status.INVITING, Status.FIELDING, Status.CLOSING})
# Not all are invited yet.
OPENS = frozenset({Status.DRAFT, Status.FROZEN, Status.SAMPLING, Status.INVITING})
# Something is still to be done by a sweep.
UNDER_WAY = OPENS | {Status.FIELDING, Status.CLOSING}
# The answers are sealed, and the report of them is not published yet.
AWAITS_REPORT = frozenset({Status.CLOSED, Status.WEIGHTED, Status.REPORTED})
# People are asked, or were, and the report of it is not published yet.
FIELDED = (UNDER_WAY - {Status.DRAFT, Status.FROZEN}) | AWAITS_REPORT

TRANSITIONS: Mapping[tuple[Status, Event], Status] = {
    (Status.DRAFT, Event.FROZEN): Status.FROZEN,
    (Status.FROZEN, Event.SAMPLING_BEGUN): Status.SAMPLING,
    (Status.SAMPLING, Event.SAMPLED): Status.INVITING,
    (Status.INVITING, Event.INVITED): Status.FIELDING,
    (Status.FIELDING, Event.CLOSING_BEGUN): Status.CLOSING,
    (Status.CLOSING, Event.EXTENDED): Status.FIELDING,
    (Status.FIELDING, Event.EXTENDED): Status.FIELDING,
    **{(status, Event.EXTENDED): status for status in OPENS},
    (Status.CLOSING, Event.CLOSED): Status.CLOSED,
    (Status.CLOSED, Event.WEIGHTED): Status.WEIGHTED,
    (Status.WEIGHTED, Event.REPORTED): Status.REPORTED,
    (Status.REPORTED, Event.RETURNED): Status.WEIGHTED,
    (Status.REPORTED, Event.PUBLISHED): Status.PUBLISHED,
    (Status.PUBLISHED, Event.ARCHIVED): Status.ARCHIVED,
    **{(status, Event.CANCELLED): Status.CANCELLED for status in UNDER_WAY},
}


def advance(status: Status, event: Event, *, thing: Bilingual = _THING) -> Status:
    """The status after `event`.

    Raises:
        InvalidTransition: the event is not allowed in this status.
    """
    return follow(TRANSITIONS, status, event, thing=thing)

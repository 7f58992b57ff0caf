"""A life is a table (house rule 3): what one status and one event lead to, and nothing else."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from gongmun.errors import InvalidTransition
from gongmun.text import Bilingual

Status = TypeVar("Status", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


def follow(
    transitions: Mapping[tuple[Status, Event], Status],
    status: Status,
    event: Event,
    *,
    thing: Bilingual,
) -> Status:
    """The status that follows; `thing` names what lives it.

    Raises:
        InvalidTransition: `status` does not allow `event`.
    """
    try:
        return transitions[status, event]
    except KeyError:
        raise InvalidTransition(
            thing_ko=thing.ko, thing_en=thing.en, status=status.value, event=event.value
        ) from None

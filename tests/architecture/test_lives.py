"""Every life table: all its statuses are reached, all its events happen, and it comes to an end."""

from enum import StrEnum
from importlib import import_module
from types import ModuleType

import pytest

from tests.architecture.modules import modules

LIVES = [
    import_module(".".join(module.path.with_suffix("").parts))
    for module in modules("gongmun")
    if "TRANSITIONS: Mapping" in module.source
]


def reached(life: ModuleType, start: StrEnum) -> set[StrEnum]:
    """The statuses that can follow `start`, and itself."""
    found, new = set(), {start}
    while new:
        found |= new
        new = {after for (before, _), after in life.TRANSITIONS.items() if before in new} - found
    return found


def test_the_lives_are_found() -> None:
    assert {"gongmun.documents.life", "gongmun.mail.life", "gongmun.referrals.life"} <= {
        life.__name__ for life in LIVES
    }


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_every_status_is_reached_from_the_first(life: ModuleType) -> None:
    assert reached(life, next(iter(life.Status))) == set(life.Status)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_every_event_can_happen(life: ModuleType) -> None:
    assert {event for _, event in life.TRANSITIONS} == set(life.Event)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_an_end_is_reached_from_everywhere(life: ModuleType) -> None:
    # Mail that arrived may still come back, and be sent again: it may rest where it was sent. So do invitations.
    rests = getattr(life, "SENT", frozenset()) | getattr(life, "RESTS", frozenset())
    ends = rests | set(life.Status) - {before for before, _ in life.TRANSITIONS}
    assert ends
    for status in life.Status:
        assert reached(life, status) & ends

"""The life of an invitation, move by move: what is allowed, and that nothing else is."""

from itertools import product

import pytest

from gongmun.errors import InvalidTransition
from gongmun.surveys.fieldwork.invitation_life import TRANSITIONS, Event, Status, advance

ALLOWED = """
    invited opened opened
    invited lost unreachable
    invited refused refused
    unreachable opened opened
    unreachable refused refused
    opened answered answered
    opened refused refused
    answered reopened opened
    answered refused refused
    refused reconsidered invited
"""


def test_the_moves_are_these() -> None:
    lines = [line.split() for line in ALLOWED.split("\n") if line.strip()]
    assert {(Status(a), Event(b)): Status(c) for a, b, c in lines} == TRANSITIONS
    assert all(advance(*pair) is after for pair, after in TRANSITIONS.items())


@pytest.mark.parametrize(
    ("status", "event"), sorted(set(product(Status, Event)) - TRANSITIONS.keys())
)
def test_every_other_pair_raises(status: Status, event: Event) -> None:
    with pytest.raises(InvalidTransition):
        advance(status, event)

"""The life of a document: each legal move, and every other pair refused."""

import itertools

import pytest

from gongmun.documents.life import (
    APPROVED,
    ISSUED,
    TRANSITIONS,
    UNNUMBERED,
    Event,
    Status,
    advance,
)
from gongmun.errors import InvalidTransition

LEGAL = [
    (Status.DRAFTED, Event.APPROVED, Status.APPROVED),
    (Status.DRAFTED, Event.DISCARDED, Status.DISCARDED),
    (Status.APPROVED, Event.DISCARDED, Status.DISCARDED),
    (Status.APPROVED, Event.NUMBERED, Status.NUMBERED),
    (Status.NUMBERED, Event.RENDERED, Status.RENDERED),
    (Status.RENDERED, Event.SIGNED, Status.SIGNED),
    (Status.RENDERED, Event.DISPATCHED, Status.DISPATCHED),
    (Status.SIGNED, Event.DISPATCHED, Status.DISPATCHED),
    (Status.RENDERED, Event.SUPERSEDED, Status.SUPERSEDED),
    (Status.SIGNED, Event.SUPERSEDED, Status.SUPERSEDED),
    (Status.DISPATCHED, Event.SUPERSEDED, Status.SUPERSEDED),
]


@pytest.mark.parametrize(("before", "event", "after"), LEGAL)
def test_legal_moves(before: Status, event: Event, after: Status) -> None:
    assert advance(before, event) is after


@pytest.mark.parametrize(
    ("status", "event"), sorted(set(itertools.product(Status, Event)) - set(TRANSITIONS))
)
def test_every_other_pair_is_refused(status: Status, event: Event) -> None:
    with pytest.raises(InvalidTransition):
        advance(status, event)


def test_the_table_holds_the_legal_moves_only() -> None:
    assert {(before, event, after) for (before, event), after in TRANSITIONS.items()} == set(LEGAL)


def test_every_status_is_in_its_groups() -> None:
    """What is issued was approved, has its number, and never loses either."""
    numbered = set(Status) - UNNUMBERED - {Status.DISCARDED}
    assert numbered >= ISSUED
    assert numbered | {Status.APPROVED} == APPROVED
    for (before, _), after in TRANSITIONS.items():
        assert after in ISSUED or before not in ISSUED
        assert after in numbered or before not in numbered

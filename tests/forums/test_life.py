"""The life of an outcome: each legal move, and every other pair raises."""

from itertools import product

import pytest

from gongmun.errors import InvalidTransition
from gongmun.forums.life import TRANSITIONS, Event, Status, advance

LEGAL = {
    ("drafted", "approved"): "approved",
    ("drafted", "returned"): "returned",
    ("approved", "issued"): "issued",
}


@pytest.mark.parametrize(("status", "event"), list(product(Status, Event)))
def test_every_pair_of_status_and_event(status: Status, event: Event) -> None:
    expected = LEGAL.get((status.value, event.value))
    if expected is None:
        with pytest.raises(InvalidTransition):
            advance(status, event)
    else:
        assert advance(status, event) is Status(expected)


def test_the_table_holds_nothing_else() -> None:
    assert len(TRANSITIONS) == len(LEGAL)

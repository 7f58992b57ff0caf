"""The life of a referral: each legal move, and every other pair raises."""

from itertools import product

import pytest

from gongmun.errors import InvalidTransition
from gongmun.referrals.life import CHASED, GONE, OPEN, TRANSITIONS, Event, Status, advance

LEGAL = {
    ("drafted", "approved"): "approved",
    ("approved", "dispatched"): "dispatched",
    ("dispatched", "bounced"): "approved",
    ("dispatched", "acknowledged"): "acknowledged",
    ("dispatched", "answered"): "answered",
    ("acknowledged", "answered"): "answered",
    ("answered", "sent_back"): "acknowledged",
    ("answered", "closed"): "closed",
    ("dispatched", "transferred"): "transferred",
    ("acknowledged", "transferred"): "transferred",
    ("closed", "reopened"): "acknowledged",
    ("drafted", "withdrawn"): "withdrawn",
    ("approved", "withdrawn"): "withdrawn",
    ("dispatched", "withdrawn"): "withdrawn",
    ("acknowledged", "withdrawn"): "withdrawn",
}


@pytest.mark.parametrize(("status", "event"), list(product(Status, Event)))
def test_every_pair_of_status_and_event(status: Status, event: Event) -> None:
    expected = LEGAL.get((status.value, event.value))
    if expected is None:
        with pytest.raises(InvalidTransition) as caught:
            advance(status, event)
        assert caught.value.params["status"] == status.value
    else:
        assert advance(status, event) is Status(expected)


def test_the_table_holds_nothing_else() -> None:
    assert len(TRANSITIONS) == len(LEGAL)


def test_what_is_gone_has_no_way_on() -> None:
    assert not [pair for pair in TRANSITIONS if pair[0] in GONE]


def test_what_is_chased_is_open() -> None:
    assert CHASED < OPEN

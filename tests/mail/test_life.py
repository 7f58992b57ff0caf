"""Each legal move is as the table says, and every other pair raises."""

from itertools import product

import pytest

from gongmun.errors import InvalidTransition
from gongmun.mail.life import NEEDS_A_PERSON, TRANSITIONS, Event, Status, advance

MOVES = {
    ("queued", "claimed"): "claimed",
    ("claimed", "returned"): "queued",
    ("claimed", "deferred"): "queued",
    ("claimed", "recalled"): "recalled",
    ("claimed", "refused"): "failed",
    ("claimed", "held"): "held",
    ("claimed", "started"): "sending",
    ("sending", "accepted"): "accepted",
    ("sending", "deferred"): "queued",
    ("sending", "refused"): "failed",
    ("sending", "lost"): "uncertain",
    ("queued", "doubted"): "uncertain",
    ("claimed", "doubted"): "uncertain",
    ("sending", "doubted"): "uncertain",
    ("sending", "seen"): "accepted",
    ("sending", "unseen"): "queued",
    ("uncertain", "seen"): "accepted",
    ("uncertain", "confirmed"): "accepted",
    ("uncertain", "denied"): "queued",
    ("accepted", "delivered"): "delivered",
    ("accepted", "bounced"): "bounced",
    ("uncertain", "delivered"): "delivered",
    ("uncertain", "bounced"): "bounced",
    ("delivered", "bounced"): "bounced",
    ("bounced", "released"): "queued",
    ("held", "released"): "queued",
    ("failed", "released"): "queued",
}


@pytest.mark.parametrize(("status", "event"), list(product(Status, Event)))
def test_every_pair_of_status_and_event(status: Status, event: Event) -> None:
    if (status, event) in MOVES:
        assert advance(status, event) == MOVES[status, event]
    else:
        with pytest.raises(InvalidTransition):
            advance(status, event)


def test_only_a_person_takes_a_dispatch_off_their_list_except_by_proof() -> None:
    by_itself = {event for (status, event) in TRANSITIONS if status in NEEDS_A_PERSON} - {
        Event.CONFIRMED,
        Event.DENIED,
        Event.RELEASED,
    }
    assert by_itself == {Event.SEEN, Event.DELIVERED, Event.BOUNCED}

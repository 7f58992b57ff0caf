"""The life of a reply: every legal move, and that every other pair is refused."""

from itertools import product

import pytest

from gongmun.answers.models import ReplyStatus
from gongmun.answers.reply_life import TRANSITIONS, Event, advance
from gongmun.errors import InvalidTransition

LEGAL = {
    (ReplyStatus.HELD, Event.FILED): ReplyStatus.FILED,
    (ReplyStatus.HELD, Event.DISMISSED): ReplyStatus.DISMISSED,
    (ReplyStatus.FILED, Event.SETTLED): ReplyStatus.SETTLED,
    (ReplyStatus.FILED, Event.UNFILED): ReplyStatus.HELD,
    (ReplyStatus.SETTLED, Event.UNFILED): ReplyStatus.HELD,
}


def test_the_table_has_the_legal_moves() -> None:
    assert LEGAL == TRANSITIONS


@pytest.mark.parametrize(("status", "event"), list(product(ReplyStatus, Event)))
def test_every_other_pair_is_refused(status: ReplyStatus, event: Event) -> None:
    if (status, event) in LEGAL:
        assert advance(status, event) is LEGAL[status, event]
    else:
        with pytest.raises(InvalidTransition):
            advance(status, event)

"""What a ministry does: taken whole, checked, or refused with the reason."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest

from gongmun import ledger
from gongmun.calendar import calendar
from gongmun.errors import InvalidTransition, NotFound
from gongmun.referrals import queries
from gongmun.referrals.answering import BeforeDispatch, acknowledge
from gongmun.referrals.life import Status
from gongmun.referrals.models import Response, ResponseDecision
from gongmun.referrals.pausing import pause
from tests.postgresql import ON_BOTH, ON_SQLITE
from tests.world import LADDER, World, at

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE

ON = date(2026, 10, 20)
MOMENT = at(ON)


@pytest.fixture
def referral_id(world: World) -> int:
    (referral_id,) = world.dispatched("statistics")
    return referral_id


def say(world: World, referral_id: int, now: datetime = MOMENT) -> Response:
    return world.respond(
        referral_id,
        now,
        decision=ResponseDecision.ACCEPTED,
        reason="지침을 고쳐 시행하겠습니다.",
        promised_on=date(2027, 3, 31),
    )


@ON_BOTH
def test_an_answer_is_kept_and_ends_the_clocks(world: World, referral_id: int) -> None:
    say(world, referral_id)
    referral = world.referral(referral_id)
    assert (referral.status, referral.answered_at) == (Status.ANSWERED, at(ON))
    assert referral.next_action_on is None
    with world.db.reading() as session:
        response = queries.latest_response(session, referral_id)
        assert response is not None
        assert (response.decision, response.promised_on) == (
            ResponseDecision.ACCEPTED,
            date(2027, 3, 31),
        )
        last = ledger.history(session, "referral", referral_id)[-1]
    assert (last.kind, last.actor) == ("referral.answered", "ministry")
    assert "지침" not in str(last.data)


@ON_BOTH
def test_a_second_answer_is_refused_also_at_once(world: World, referral_id: int) -> None:
    def attempt(_: int) -> bool:
        try:
            say(world, referral_id)
        except InvalidTransition:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1


@ON_BOTH
def test_acknowledging_twice_changes_nothing(world: World, referral_id: int) -> None:
    document_id = world.referral(referral_id).document_id
    assert document_id is not None
    arguments = {"now": at(ON), "ladder": LADDER}
    first = acknowledge(world.db, document_id, registration_number="가-1\r\n", **arguments)  # type: ignore[arg-type]
    again = acknowledge(world.db, document_id, registration_number="나-2", **arguments)  # type: ignore[arg-type]
    assert (first, again) == ([referral_id], [])
    assert world.referral(referral_id).registration_number == "가-1"


def test_an_answer_before_the_dispatch_is_refused(world: World) -> None:
    forum_id = world.forum()
    world.suggest(forum_id, "statistics")
    outcome_id = world.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    (referral,) = world.referrals(outcome_id)
    with pytest.raises(InvalidTransition):
        say(world, referral.id)


def test_a_referral_that_does_not_exist_is_named(world: World) -> None:
    with pytest.raises(NotFound, match="999"):
        say(world, 999)


def test_nothing_can_be_recorded_from_before_the_dispatch(world: World, referral_id: int) -> None:
    document_id = world.referral(referral_id).document_id
    assert document_id is not None
    before = at(date(2026, 10, 11))
    with pytest.raises(BeforeDispatch):
        acknowledge(world.db, document_id, registration_number=None, now=before, ladder=LADDER)
    with pytest.raises(BeforeDispatch):
        say(world, referral_id, now=before)
    assert world.referral(referral_id).status is Status.DISPATCHED


def test_a_number_that_comes_later_is_added_once(world: World, referral_id: int) -> None:
    document_id = world.referral(referral_id).document_id
    assert document_id is not None

    def tell(number: str | None) -> Sequence[int]:
        return acknowledge(
            world.db, document_id, registration_number=number, now=at(ON), ladder=LADDER
        )

    assert tell(None) == [referral_id]
    assert world.referral(referral_id).registration_number is None
    assert (tell(None), tell("교통-77"), tell("교통-78")) == ([], [referral_id], [])
    assert world.referral(referral_id).registration_number == "교통-77"
    with world.db.reading() as session:
        kinds = [event.kind for event in ledger.history(session, "referral", referral_id)]
    assert kinds[-2:] == ["referral.acknowledged", "referral.registered"]


def test_an_answer_without_an_acknowledgement_before_it_is_one(
    world: World, referral_id: int
) -> None:
    say(world, referral_id)
    assert world.referral(referral_id).acknowledged_at == at(ON)


def test_what_we_took_to_answer_a_question_is_not_the_ministrys(
    world: World, referral_id: int
) -> None:
    due = world.referral(referral_id).answer_due
    with world.db.transaction() as session:
        pause(session, queries.by_id(session, referral_id), now=at(date(2026, 10, 15)))
    # Thursday to Tuesday: three working days.
    say(world, referral_id)
    referral = world.referral(referral_id)
    assert due is not None
    assert referral.answer_due == calendar().shift(due, 3)
    assert referral.paused_at is None

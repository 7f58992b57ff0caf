"""A decision is a named row; nothing is numbered or sent before; the first one stands."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from gongmun.documents import Approval, Decision, DecisionIncomplete, DecisionUnknown, Document
from gongmun.documents import Status as DocumentStatus
from gongmun.forums import queries
from gongmun.forums.deciding import (
    OutcomeChanged,
    OutcomeDecided,
    OutcomeEmpty,
    decide_outcome,
)
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.redrafting import redraft
from gongmun.referrals.life import Status
from gongmun.suggestions import deselect
from tests.postgresql import ON_BOTH, ON_SQLITE
from tests.world import World

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE


@pytest.fixture
def outcome_id(world: World) -> int:
    forum = world.forum()
    world.suggest(forum, "public_transport")
    world.suggest(forum, "childcare")
    outcome_id = world.wrap_up(forum).outcome_id
    assert outcome_id is not None
    return outcome_id


def approvals(world: World) -> int:
    with world.db.reading() as session:
        return session.scalar(select(func.count()).select_from(Approval)) or 0


def states(world: World, outcome_id: int) -> tuple[set[DocumentStatus], set[Status]]:
    with world.db.reading() as session:
        documents = set(session.scalars(select(Document.status)))
    return documents, {r.status for r in world.referrals(outcome_id)}


def test_before_a_decision_nothing_is_issued(world: World, outcome_id: int) -> None:
    issued = world.issue()
    assert (issued.documents, issued.enqueued) == ((), ())
    assert states(world, outcome_id) == ({DocumentStatus.DRAFTED}, {Status.DRAFTED})
    assert world.dispatch().accepted == 0


@ON_BOTH
def test_an_approval_has_a_name_a_reason_and_a_time(world: World, outcome_id: int) -> None:
    outcome = world.decide(outcome_id)
    assert outcome.status is OutcomeStatus.APPROVED
    with world.db.reading() as session:
        approval = session.get_one(Approval, outcome.approval_id)
    assert (approval.decision, approval.name, approval.reason, approval.at) == (
        Decision.APPROVE,
        "한소통",
        "확인하였습니다.",
        world.now,
    )
    assert states(world, outcome_id) == ({DocumentStatus.APPROVED}, {Status.APPROVED})


@ON_BOTH
def test_a_return_discards_the_drafts_and_frees_the_suggestions(
    world: World, outcome_id: int
) -> None:
    assert world.decide(outcome_id, "return").status is OutcomeStatus.RETURNED
    assert states(world, outcome_id) == ({DocumentStatus.DISCARDED}, set())
    assert world.issue().documents == ()
    with world.db.reading() as session:
        outcome = queries.outcome(session, outcome_id)
        assert len(queries.unreferred(session, outcome.forum_id)) == 2


@pytest.mark.parametrize(
    ("decision", "name", "reason", "error"),
    [
        ("approve", "", "이유", DecisionIncomplete),
        ("approve", " \u200b\n", "이유", DecisionIncomplete),
        ("approve", "한소통", "", DecisionIncomplete),
        ("approve", "한" * 1000, "이유", DecisionIncomplete),
        ("", "한소통", "이유", DecisionUnknown),
        ("APPROVED!", "한소통", "이유", DecisionUnknown),
    ],
)
def test_an_empty_form_decides_nothing(
    world: World,
    outcome_id: int,
    decision: str,
    name: str,
    reason: str,
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        decide_outcome(
            world.db, outcome_id, decision=decision, name=name, reason=reason, now=world.now
        )
    assert states(world, outcome_id) == ({DocumentStatus.DRAFTED}, {Status.DRAFTED})
    assert approvals(world) == 0


@ON_BOTH
@pytest.mark.parametrize("second", ["approve", "return"])
def test_the_first_decision_stands(world: World, outcome_id: int, second: str) -> None:
    world.decide(outcome_id)
    with pytest.raises(OutcomeDecided, match="approved"):
        world.decide(outcome_id, second)
    assert approvals(world) == 1
    assert states(world, outcome_id) == ({DocumentStatus.APPROVED}, {Status.APPROVED})


@ON_BOTH
def test_of_many_decisions_at_once_one_is_taken(world: World, outcome_id: int) -> None:
    def decide(number: int) -> bool:
        try:
            world.decide(outcome_id, "approve" if number % 2 else "return")
        except OutcomeDecided:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(decide, range(6))) == 1
    assert approvals(world) == 1


def test_a_decision_on_a_draft_that_has_changed_since_is_asked_again(
    world: World, outcome_id: int
) -> None:
    (suggestion_id, *_) = {r.suggestion_id for r in world.referrals(outcome_id)}
    deselect(world.db, suggestion_id, now=world.now)
    redraft(world.db, suggestion_id, now=world.now)
    words = {"decision": "approve", "name": "한소통", "reason": "확인", "now": world.now}
    with pytest.raises(OutcomeChanged):
        decide_outcome(world.db, outcome_id, revision=0, **words)  # type: ignore[arg-type]
    assert approvals(world) == 0
    decide_outcome(world.db, outcome_id, revision=1, **words)  # type: ignore[arg-type]
    assert approvals(world) == 1


def test_an_outcome_with_nothing_left_in_it_can_be_returned_but_not_approved(
    world: World, outcome_id: int
) -> None:
    for suggestion_id in {r.suggestion_id for r in world.referrals(outcome_id)}:
        deselect(world.db, suggestion_id, now=world.now)
        redraft(world.db, suggestion_id, now=world.now)
    with pytest.raises(OutcomeEmpty):
        world.decide(outcome_id)
    assert world.decide(outcome_id, "return").status is OutcomeStatus.RETURNED

"""Wrapping a forum up: grouped by ministry, nothing dropped, nothing done twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from gongmun.documents import DocumentKind, Role
from gongmun.documents import Status as DocumentStatus
from gongmun.errors import NotFound
from gongmun.forums import queries
from gongmun.forums.models import ManualRoute
from gongmun.forums.overview import outcome_overview
from gongmun.forums.redrafting import redraft
from gongmun.forums.routing import route_suggestion
from gongmun.forums.wrapping_up import ForumNotEnded
from gongmun.referrals.life import Status
from gongmun.suggestions import deselect, select
from tests.postgresql import ON_BOTH, ON_SQLITE
from tests.world import World

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE


def route(world: World, suggestion_id: int, lead: str, *cooperating: str) -> None:
    route_suggestion(
        world.db,
        suggestion_id,
        lead=lead,
        cooperating=cooperating,
        name="한소통",
        reason="소관 확인",
        now=world.now,
    )


@ON_BOTH
def test_each_ministry_gets_one_document_with_all_its_suggestions(world: World) -> None:
    forum = world.forum()
    first = world.suggest(forum, "public_transport")
    second = world.suggest(forum, "public_transport")
    third = world.suggest(forum, None)
    route(world, third, "MOE", "MOLIT", "KNPA")
    outcome_id = world.wrap_up(forum).outcome_id
    assert outcome_id is not None
    with world.db.reading() as session:
        grouped = {
            ministry.code: {(r.suggestion_id, r.role) for r in referrals}
            for ministry, referrals in queries.referrals_by_ministry(session, outcome_id)
        }
        documents = queries.documents_of(session, outcome_id)
    assert grouped["MOLIT"] == {
        (first, Role.LEAD),
        (second, Role.LEAD),
        (third, Role.COOPERATING),
    }
    assert grouped["MOE"] == {(third, Role.LEAD)}
    assert grouped["KNPA"] == {(third, Role.COOPERATING)}
    assert sorted(d.recipient_code for d in documents) == sorted(grouped)
    assert {(d.kind, d.status, d.number) for d in documents} == {
        (DocumentKind.OUTCOME, DocumentStatus.DRAFTED, None)
    }
    assert {r.status for r in world.referrals(outcome_id)} == {Status.DRAFTED}


def test_what_is_not_selected_is_left_alone(world: World) -> None:
    forum = world.forum()
    world.suggest(forum, "public_transport")
    left = world.suggest(forum, "public_transport", selected=False)
    outcome_id = world.wrap_up(forum).outcome_id
    assert outcome_id is not None
    assert left not in {r.suggestion_id for r in world.referrals(outcome_id)}


@pytest.mark.parametrize("topic", [None, "no_such_topic"])
def test_a_suggestion_without_a_route_is_named_and_taken_up_once_routed(
    world: World, topic: str | None
) -> None:
    forum = world.forum()
    world.suggest(forum, "public_transport")
    lost = world.suggest(forum, topic)
    wrapped = world.wrap_up(forum)
    assert wrapped.unrouted == (lost,)
    assert wrapped.outcome_id is not None
    world.decide(wrapped.outcome_id)
    world.issue()
    route(world, lost, "MOE")
    again = world.wrap_up(forum, "run-2")
    assert again.outcome_id not in (None, wrapped.outcome_id)
    assert [r.suggestion_id for r in world.referrals(again.outcome_id or 0)] == [lost]


def test_a_forum_of_which_nothing_can_be_referred_has_no_outcome(world: World) -> None:
    forum = world.forum()
    lost = world.suggest(forum, None)
    assert world.wrap_up(forum).outcome_id is None
    assert world.wrap_up(forum).unrouted == (lost,)
    assert world.wrap_up(world.forum("EMPTY")).outcome_id is None


@ON_BOTH
def test_a_second_run_finds_the_open_outcome_and_changes_nothing(world: World) -> None:
    forum = world.forum()
    world.suggest(forum, "public_transport")
    first = world.wrap_up(forum)
    late = world.suggest(forum, "public_transport")
    for key in ("run-1", "run-2"):
        again = world.wrap_up(forum, key)
        assert again.outcome_id == first.outcome_id
        assert late not in {r.suggestion_id for r in world.referrals(again.outcome_id or 0)}


def test_a_run_that_is_repeated_finds_its_own_outcome_whatever_became_of_it(world: World) -> None:
    forum = world.forum()
    world.suggest(forum, "public_transport")
    outcome_id = world.wrap_up(forum).outcome_id
    assert outcome_id is not None
    world.decide(outcome_id, "return")
    assert world.wrap_up(forum, "run-1").outcome_id == outcome_id
    assert world.wrap_up(forum, "run-2").outcome_id != outcome_id


def test_routing_adds_to_an_outcome_that_waits_for_approval(world: World) -> None:
    forum = world.forum()
    world.suggest(forum, "public_transport")
    lost = world.suggest(forum, None)
    outcome_id = world.wrap_up(forum).outcome_id
    assert outcome_id is not None
    route(world, lost, "MOLIT")
    assert redraft(world.db, lost, now=world.now)
    assert len(world.referrals(outcome_id)) >= 2
    with world.db.reading() as session:
        document = next(
            d for d in queries.documents_of(session, outcome_id) if d.recipient_code == "MOLIT"
        )
    assert len(document.context["suggestions"]) == 2
    world.decide(outcome_id)
    another = world.suggest(forum, "public_transport")
    assert not redraft(world.db, another, now=world.now)


def test_nothing_is_wrapped_up_before_the_end(world: World) -> None:
    forum = world.forum(ends_at=world.now + timedelta(seconds=1))
    world.suggest(forum, "public_transport")
    with pytest.raises(ForumNotEnded):
        world.wrap_up(forum)


def test_a_forum_that_does_not_exist_is_named(world: World) -> None:
    with pytest.raises(NotFound, match="999"):
        world.wrap_up(999)


def drafted(world: World, outcome_id: int) -> dict[str, set[tuple[int, str]]]:
    """What each ministry's document of a draft has: suggestions and roles; as the tables say it."""
    with world.db.reading() as session:
        documents = {d.recipient_code: d for d in queries.documents_of(session, outcome_id)}
        found = {
            ministry.code: {(r.suggestion_id, r.role.value) for r in referrals}
            for ministry, referrals in queries.referrals_by_ministry(session, outcome_id)
        }
    assert documents.keys() == found.keys()
    for code, items in found.items():
        assert len(documents[code].context["suggestions"]) == len(items)
    return found


@ON_BOTH
def test_a_draft_follows_what_is_deselected_selected_and_rerouted(world: World) -> None:
    forum = world.forum()
    first, second = (world.suggest(forum, None) for _ in range(2))
    route(world, first, "MOE")
    route(world, second, "MOLIT", "KNPA")
    outcome_id = world.wrap_up(forum).outcome_id
    assert outcome_id is not None
    whole = {
        "MOE": {(first, "lead")},
        "MOLIT": {(second, "lead")},
        "KNPA": {(second, "cooperating")},
    }
    assert drafted(world, outcome_id) == whole

    deselect(world.db, second, now=world.now)
    assert redraft(world.db, second, now=world.now)
    assert drafted(world, outcome_id) == {"MOE": {(first, "lead")}}

    select(world.db, second, now=world.now)
    assert redraft(world.db, second, now=world.now)
    assert drafted(world, outcome_id) == whole

    route(world, second, "KNPA", "MOE")
    assert redraft(world.db, second, now=world.now)
    assert drafted(world, outcome_id) == {
        "MOE": {(first, "lead"), (second, "cooperating")},
        "KNPA": {(second, "lead")},
    }
    world.decide(outcome_id)
    assert len(world.issue().documents) == 2
    assert world.dispatch().accepted == 2


def test_a_decided_outcome_is_not_redrafted(world: World) -> None:
    forum = world.forum()
    suggestion = world.suggest(forum, "public_transport")
    outcome_id = world.wrap_up(forum).outcome_id
    assert outcome_id is not None
    world.decide(outcome_id)
    before = drafted(world, outcome_id)
    deselect(world.db, suggestion, now=world.now)
    assert not redraft(world.db, suggestion, now=world.now)
    assert drafted(world, outcome_id) == before


@ON_BOTH
def test_runs_at_once_make_one_outcome(world: World) -> None:
    forum = world.forum()
    world.suggest(forum, "public_transport")
    with ThreadPoolExecutor(4) as pool:
        outcomes = set(pool.map(lambda n: world.wrap_up(forum, f"run-{n}").outcome_id, range(4)))
    assert len(outcomes) == 1


def test_a_ministry_named_by_hand_that_has_ended_passes_on_to_its_successor(world: World) -> None:
    forum = world.forum()
    suggestion = world.suggest(forum, None)
    with world.db.transaction() as session:
        session.add(
            ManualRoute(
                suggestion_id=suggestion,
                lead_code="KOSTAT",
                cooperating_codes=["MOEF"],
                name="한소통",
                reason="예전 기관",
                routed_at=world.now,
            )
        )
    # One of them was split: a coordinator has to say.
    assert world.wrap_up(forum).unrouted == (suggestion,)
    with world.db.transaction() as session:
        session.get_one(ManualRoute, suggestion).cooperating_codes = []
    outcome_id = world.wrap_up(forum).outcome_id
    assert outcome_id is not None
    assert drafted(world, outcome_id) == {"MODS": {(suggestion, "lead")}}


def test_more_suggestions_than_a_document_holds_make_several(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongmun.forums.wrapping_up.ROW_LIMIT", 2)
    forum = world.forum()
    for _ in range(5):
        world.suggest(forum, "statistics")
    outcome_id = world.wrap_up(forum).outcome_id
    assert outcome_id is not None
    world.decide(outcome_id)
    assert len(world.issue().documents) == 3
    assert world.dispatch().accepted == 3
    assert {r.status for r in world.referrals(outcome_id)} == {Status.DISPATCHED}
    with world.db.reading() as session:
        overview = outcome_overview(session, outcome_id, world.now)
    assert [len(line.lead) for line in overview.ministries] == [2, 2, 1]

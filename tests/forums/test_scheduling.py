"""Which wrap-ups are due: one for each forum, whenever and however often one asks."""

from datetime import timedelta

from gongmun.forums import route_form, scheduling
from gongmun.forums.models import Forum
from gongmun.forums.overview import unrouted_references
from gongmun.forums.routing import route_suggestion
from gongmun.forums.scheduling import wrap_ups_due
from tests.asking import statements
from tests.world import World


def test_a_forum_with_an_end_is_due_at_its_end_once(world: World) -> None:
    end = world.now + timedelta(days=3)
    forum_id = world.forum(ends_at=end)
    first, again = (wrap_ups_due(world.db, now=world.now) for _ in range(2))
    assert first == again
    (due,) = first
    assert (due.forum_id, due.at) == (forum_id, end)
    world.suggest(forum_id, "public_transport")
    assert wrap_ups_due(world.db, now=world.now) == first


def test_a_forum_that_ended_while_nothing_ran_is_due_with_the_same_key(world: World) -> None:
    end = world.now + timedelta(days=3)
    world.forum(ends_at=end)
    (before,) = wrap_ups_due(world.db, now=world.now)
    (after,) = wrap_ups_due(world.db, now=end + timedelta(days=40))
    assert after.key == before.key


def test_an_end_that_is_moved_makes_another_wrap_up(world: World) -> None:
    forum_id = world.forum(ends_at=world.now + timedelta(days=3))
    (before,) = wrap_ups_due(world.db, now=world.now)
    with world.db.transaction() as session:
        session.get_one(Forum, forum_id).ends_at = world.now + timedelta(days=5)
    (after,) = wrap_ups_due(world.db, now=world.now)
    assert after.key != before.key


def test_a_forum_without_an_end_is_not_due(world: World) -> None:
    forum_id = world.forum()
    with world.db.transaction() as session:
        session.get_one(Forum, forum_id).ends_at = None
    assert wrap_ups_due(world.db, now=world.now) == []


def test_while_a_person_has_to_decide_nothing_is_due(world: World) -> None:
    forum_id = world.forum()
    world.suggest(forum_id, "public_transport")
    outcome_id = world.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    assert wrap_ups_due(world.db, now=world.now) == []
    world.decide(outcome_id, "return")
    assert wrap_ups_due(world.db, now=world.now) == []


def test_what_was_routed_after_the_outcome_was_issued_is_due_once(world: World) -> None:
    forum_id = world.forum()
    world.suggest(forum_id, "public_transport")
    lost = world.suggest(forum_id, None)
    outcome_id = world.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    world.decide(outcome_id)
    world.issue()
    assert wrap_ups_due(world.db, now=world.now) == []
    route_suggestion(world.db, lost, lead="MOE", name="한소통", reason="소관 확인", now=world.now)
    (due,) = wrap_ups_due(world.db, now=world.now)
    later = world.now + timedelta(hours=1)
    assert [again.key for again in wrap_ups_due(world.db, now=later)] == [due.key]
    world.wrap_up(forum_id, "run-2")
    assert wrap_ups_due(world.db, now=later) == []


def test_what_is_routed_after_a_wrap_up_that_found_nothing_is_due_once(world: World) -> None:
    forum_id = world.forum()
    lost = world.suggest(forum_id, None)
    (first,) = wrap_ups_due(world.db, now=world.now)
    assert world.wrap_up(forum_id).outcome_id is None
    assert wrap_ups_due(world.db, now=world.now) == []
    route_suggestion(world.db, lost, lead="MOE", name="한소통", reason="소관 확인", now=world.now)
    (due,) = wrap_ups_due(world.db, now=world.now)
    assert due.key != first.key


def test_a_forum_that_has_ended_is_due_once_however_much_waits_in_it(world: World) -> None:
    forum_id = world.forum()
    world.suggest(forum_id, "public_transport")
    assert len(wrap_ups_due(world.db, now=world.now)) == 1


def test_forums_that_are_done_are_not_asked_about_one_by_one(world: World) -> None:
    asked = []
    for number in range(3):
        forum_id = world.forum(code=f"F-{number}")
        world.suggest(forum_id, "public_transport")
        outcome_id = world.wrap_up(forum_id, f"run-{number}").outcome_id
        assert outcome_id is not None
        world.decide(outcome_id)
        world.issue()
        with statements(world.db) as said:
            assert wrap_ups_due(world.db, now=world.now) == []
        asked.append(len(said))
    assert asked[0] == asked[2]


def test_what_waits_for_a_ministry_is_not_asked_about_one_by_one(world: World) -> None:
    """Some wait with a topic that nobody is responsible for, some were routed by hand, some can go."""
    forum_id = world.forum()
    asked = []
    for _ in range(2):
        by_hand = [world.suggest(forum_id, topic) for topic in (None, "unheard_of")]
        world.suggest(forum_id, "unheard_of")
        world.suggest(forum_id, "public_transport")
        for suggestion_id in by_hand:
            route_suggestion(
                world.db, suggestion_id, lead="MOE", name="한소통", reason="소관", now=world.now
            )
        found = []
        for ask in (
            lambda session: scheduling._left_over(session, world.now)[forum_id],
            lambda session: route_form.unrouted(session, world.now),
            lambda session: unrouted_references(session, forum_id, world.now),
        ):
            with statements(world.db) as said, world.db.reading() as session:
                found.append(len(ask(session)))
            asked.append((found[-1], len(said)))
    first, second = asked[:3], asked[3:]
    assert [many for many, _ in first] == [3, 1, 1]
    assert [many for many, _ in second] == [6, 2, 2]
    assert [said for _, said in second] == [said for _, said in first]

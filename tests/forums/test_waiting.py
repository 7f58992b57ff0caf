"""The one list of what waits for a person. Most of its lines are tested with what makes them wait."""

from datetime import timedelta

import pytest

from gongmun import clock
from gongmun.db.sweeps import lease
from gongmun.forums.waiting import waiting
from tests.world import World


def english(world: World) -> list[str]:
    with world.db.reading() as session:
        return [item.what.en for item in waiting(session, world.now)]


def test_a_chase_that_no_longer_runs_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [world.now]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    assert english(world) == []
    world.dispatched("statistics")
    moments.append(world.now + timedelta(days=3))
    assert english(world) == []
    moments.append(world.now + timedelta(days=5))
    (told,) = english(world)
    assert told == "The chase has not run since 12 October 2026."
    with lease(world.db, "chase-referrals"):
        pass
    assert english(world) == []
    moments.append(world.now + timedelta(days=10))
    assert english(world) == ["The chase has not run since 17 October 2026."]


def test_drafts_returns_and_missing_routes_are_told_with_their_remedy(world: World) -> None:
    forum_id = world.forum()
    world.suggest(forum_id, "public_transport")
    world.suggest(forum_id, None)
    outcome_id = world.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    with world.db.reading() as session:
        remedies = [item.remedy for item in waiting(session, world.now)]
    assert remedies[0].startswith(f"gongmun outcome approve {outcome_id}")
    assert remedies[1].startswith("gongmun suggestion route 2")
    world.decide(outcome_id, "return")
    with world.db.reading() as session:
        remedies = [item.remedy for item in waiting(session, world.now)]
    assert remedies[0] == "gongmun forum wrap-up OCF-2026-10"

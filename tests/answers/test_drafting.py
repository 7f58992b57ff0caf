"""Drafts: whatever was written is kept, by whomever of the ministry, until it is submitted."""

from datetime import date
from pathlib import Path

import pytest

from gongmun.answers.content import Content
from gongmun.answers.drafting import draft, save
from gongmun.answers.models import Channel
from gongmun.db import Database
from gongmun.errors import NotFound
from gongmun.referrals.pausing import NotWithMinistry
from tests.answers.writing import acceptance, refusal
from tests.world import World, at

MOMENT = at(date(2026, 10, 20))


@pytest.fixture
def world(sqlite_db: Database, tmp_path: Path) -> World:
    return World(db=sqlite_db, folder=tmp_path, now=at(date(2026, 10, 12)))


@pytest.fixture
def referral_id(world: World) -> int:
    (referral_id,) = world.dispatched("statistics")
    return referral_id


def keep(world: World, referral_id: int, content: Content) -> Content | None:
    save(world.db, referral_id, content=content, channel=Channel.PORTAL, now=MOMENT)
    with world.db.reading() as session:
        return draft(session, referral_id)


def test_what_was_written_is_kept_and_written_over(world: World, referral_id: int) -> None:
    with world.db.reading() as session:
        assert draft(session, referral_id) is None
    for content in (Content(reason="쓰다 만\n둘째 줄"), acceptance(), refusal("<b>&\u202e'\"")):
        assert keep(world, referral_id, content) == content


def test_an_emptied_draft_is_gone(world: World, referral_id: int) -> None:
    keep(world, referral_id, acceptance())
    assert keep(world, referral_id, Content()) is None
    assert keep(world, referral_id, Content(reason=" \u200b")) is None


def test_nothing_is_kept_about_what_the_ministry_does_not_have(
    world: World, referral_id: int
) -> None:
    with pytest.raises(NotFound):
        keep(world, 999, acceptance())
    world.respond(referral_id, MOMENT)
    with pytest.raises(NotWithMinistry):
        keep(world, referral_id, acceptance())

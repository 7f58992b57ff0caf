"""The morning's digest: what it counts, and that it comes once on working days only."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from gongmun.briefing.digest import DIGEST_INTENT, Digest, digest, send_digest
from gongmun.db.sweeps import beat
from gongmun.mail import Dispatch
from gongmun.referrals.models import Referral
from gongmun.settings import settings
from tests.briefing.conftest import KIM, LEE
from tests.followups.conftest import DUE, Followed
from tests.world import World, at

PAGE = "http://prefect.example"


def of(world: World, day: date) -> Digest:
    with world.db.reading() as session:
        return digest(session, at(day, 8, 20))


def named(digest_: Digest) -> dict[str, int]:
    return {each.name.en: each.count for each in (*digest_.due_today, *digest_.came_in)}


def mails(world: World) -> list[Dispatch]:
    with world.db.reading() as session:
        return list(session.scalars(select(Dispatch).where(Dispatch.intent == DIGEST_INTENT)))


def test_what_is_due_today_and_what_came_in(on_both: Followed) -> None:
    world = on_both.world
    first, _ = world.dispatched("statistics", "public_transport")
    referral = world.referral(first)
    assert referral.answer_due
    assert referral.acknowledge_due
    assert named(of(world, referral.acknowledge_due))["acknowledgements due"] == 2
    assert named(of(world, referral.answer_due))["answers due"] == 2
    on_both.published(first, on=date(2026, 10, 20))
    came = named(of(world, date(2026, 10, 21)))
    assert came["answers of ministries"] == 1
    assert came["acknowledgements"] == 1
    # Of the day before that nothing is told again.
    assert "answers of ministries" not in named(of(world, date(2026, 10, 23)))
    assert named(of(world, DUE))["commitments due"] == 1


def test_what_came_on_a_weekend_is_told_on_monday(on_both: Followed) -> None:
    world = on_both.world
    world.dispatched("statistics")
    with world.db.transaction() as session:
        session.execute(update(Referral).values(acknowledged_at=at(date(2026, 10, 17), 11)))
    assert named(of(world, date(2026, 10, 19)))["acknowledgements"] == 1


def test_the_overdue_are_listed_by_ministry(world: World) -> None:
    world.dispatched("statistics")
    (line,) = of(world, date(2026, 12, 1)).overdue
    assert (line.overdue, line.code) == (1, "MODS")


@pytest.fixture
def told(world: World, coordinators: None) -> World:
    """A world with something to tell."""
    forum_id = world.forum()
    world.suggest(forum_id, "statistics", title="홍길동의 비밀 제안")
    world.wrap_up(forum_id)
    return world


def test_it_comes_once_to_each_and_says_what_waits(told: World) -> None:
    assert len(send_digest(told.db, page=PAGE, now=told.now)) == 2
    assert send_digest(told.db, page=PAGE, now=told.now + timedelta(hours=3)) == []
    one, other = mails(told)
    assert {one.address, other.address} == {KIM, LEE}
    assert one.subject == "[아침 요약] 2026. 10. 12.(월) 확인 1건, 기한 경과 0건"
    assert "결재 대기: 포럼 OCF-2026-10 결과 1차" in one.body
    assert "to approve: outcome 1 of forum OCF-2026-10" in one.body
    assert PAGE in one.body
    assert "홍길동" not in one.body
    assert not one.wants_proof
    assert len(send_digest(told.db, page=PAGE, now=told.now + timedelta(days=1))) == 2


def test_one_who_is_named_later_in_the_day_gets_his_own(
    told: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_digest(told.db, now=told.now)
    monkeypatch.setenv("GONGMUN_COORDINATORS", f"{LEE};new@division.example")
    settings.cache_clear()
    assert len(send_digest(told.db, now=told.now)) == 1


def test_none_on_a_day_off_and_none_where_nobody_is_named(world: World) -> None:
    assert send_digest(world.db, now=world.now) == ()


def test_days_off_are_quiet(told: World) -> None:
    assert send_digest(told.db, now=at(date(2026, 10, 17), 8, 20)) == ()
    assert send_digest(told.db, now=at(date(2026, 10, 9), 8, 20)) == ()
    assert mails(told) == []


def test_it_stays_on_a_page(told: World) -> None:
    forum_id = told.forum("OCF-2026-11")
    for _ in range(60):
        told.suggest(forum_id, None)
    send_digest(told.db, page=PAGE, now=told.now)
    body = mails(told)[0].body
    assert "이 밖에 49건" in body
    assert body.count("\n") < 110


def test_an_empty_morning_says_so(world: World, coordinators: None) -> None:
    beat(world.db, "chase-referrals")
    assert len(send_digest(world.db, now=world.now)) == 2
    assert mails(world)[0].body.count("없습니다.") == 4

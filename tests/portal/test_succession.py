"""The officer of a ministry that was renamed overnight: what the old link says, and how the new one leads in."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from httpx import Client
from sqlalchemy import delete

from gongmun.access import entering, sessions
from gongmun.access.ending import AccessPassedOn
from gongmun.access.links import LinkUnknown
from gongmun.access.models import AccessLink
from gongmun.db import Database
from gongmun.documents import queries as document_queries
from gongmun.forums.assigning import assign
from gongmun.forums.succeeding import follow_successions
from gongmun.organisations import Succession
from gongmun.portal import create
from tests.access.entered import IP, Visit, code_in, text_of, token_in
from tests.forums.test_succeeding import EARLIER, RENAMED, SPLIT, routed, world_of
from tests.portal.served import served
from tests.world import World, at

LATE_EVENING, MORNING = at(date(2025, 9, 30), 20), at(RENAMED, 9, 30)


class Clock:
    """The clock of the portal."""

    now: datetime = LATE_EVENING

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def here(sqlite_db: Database, tmp_path: Path) -> World:
    """환경부 has its document."""
    world = world_of(sqlite_db, tmp_path, EARLIER)
    routed(world, ("ME", ()))
    return world


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def browser(here: World, clock: Clock) -> Iterator[Client]:
    with served(create(here.db, store=here.store, now=clock)) as client:
        yield client


def overnight(world: World) -> None:
    follow_successions(world.db, now=at(RENAMED, 0, 1))
    follow_successions(world.db, now=at(RENAMED, 9, 0))
    world.dispatch(at(RENAMED, 9, 1))


def test_the_old_link_says_who_took_over(here: World, browser: Client, clock: Clock) -> None:
    path = f"/a/{token_in(text_of(here, 0))}"
    assert browser.get(path).status_code == 200
    overnight(here)
    clock.now = MORNING
    answer = browser.get(path)
    assert answer.status_code == 410
    assert "환경부의 업무는 기후에너지환경부에서 이어받았습니다" in answer.text
    english = browser.get(path + "?lang=en")
    assert "The Ministry of Environment is no more" in english.text
    assert "Ministry of Climate, Energy and Environment" in english.text
    assert browser.post(path).status_code == 410
    # Nobody is locked out for opening it often.
    for _ in range(40):
        assert browser.get(path).status_code == 410


def test_a_link_that_a_coordinator_revoked_says_no_more_than_before(here: World) -> None:
    from gongmun.access.links import revoke

    token = token_in(text_of(here, 0))
    revoke(here.db, 1, now=LATE_EVENING)
    with pytest.raises(LinkUnknown):
        entering.look(here.db, token=token, ip=IP, now=LATE_EVENING)


def test_a_session_ends_and_the_new_link_leads_in(here: World) -> None:
    old = Visit(world=here, token=token_in(text_of(here, 0)))
    secret = old.enter(old.code(LATE_EVENING), LATE_EVENING)
    assert sessions.officer(here.db, secret, now=LATE_EVENING) is not None
    halfway = Visit(world=here, token=token_in(text_of(here, 0)))
    code = halfway.code(LATE_EVENING)
    overnight(here)
    assert sessions.officer(here.db, secret, now=LATE_EVENING) is None
    with pytest.raises(entering.CodeWrong):
        halfway.enter(code, LATE_EVENING)
    new = Visit(world=here, token=token_in(text_of(here)))
    officer = sessions.officer(here.db, new.enter(new.code(MORNING), MORNING), now=MORNING)
    assert officer is not None
    assert officer.address == "forum@mcee.example"


def test_the_new_officer_reads_and_answers(here: World, browser: Client, clock: Clock) -> None:
    overnight(here)
    clock.now = MORNING
    path = f"/a/{token_in(text_of(here))}"
    assert browser.get(path).status_code == 200
    assert browser.post(path).headers["location"] == "/enter"
    here.dispatch(MORNING)
    entered = browser.post("/enter", data={"code": code_in(text_of(here))})
    cookie = entered.headers["set-cookie"].split(";")[0]
    browser.headers["cookie"] = cookie
    desk = browser.get(entered.headers["location"], follow_redirects=True)
    assert desk.status_code == 200
    assert "기후에너지환경부" in desk.text
    assert "OCF-2026-10-001" in desk.text


def test_the_address_in_print_leads_to_the_successor(here: World) -> None:
    overnight(here)
    with here.db.reading() as session:
        document = document_queries.by_id(session, 1)
    door = entering.look(here.db, check_code=document.check_code, ip=IP, now=MORNING)
    assert (door.organisation_code, door.address) == ("MCEE", "forum@mcee.example")
    visit = Visit(world=here, check_code=document.check_code)
    officer = sessions.officer(here.db, visit.enter(visit.code(MORNING), MORNING), now=MORNING)
    assert officer is not None
    assert officer.document_ids == (1,)


def test_of_a_split_one_only_the_mailed_link_leads_in(sqlite_db: Database, tmp_path: Path) -> None:
    world = world_of(sqlite_db, tmp_path, date(2025, 12, 22))
    routed(world, ("MOEF", ()))
    token = token_in(text_of(world, 0))
    with world.db.reading() as session:
        check_code = document_queries.by_id(session, 1).check_code
    now = at(SPLIT, 9, 30)
    follow_successions(world.db, now=at(SPLIT, 9))
    # Undecided: who has it may still answer it by the link of before.
    assert entering.look(world.db, token=token, ip=IP, now=now).organisation_code == "MOEF"
    with pytest.raises(AccessPassedOn) as caught:
        entering.look(world.db, check_code=check_code, ip=IP, now=now)
    assert "재정경제부, 기획예산처" in caught.value.message_ko
    assign(world.db, 1, to_code="MPB", name="한", reason="예산", now=now)
    with pytest.raises(AccessPassedOn):
        entering.look(world.db, token=token, ip=IP, now=now)
    world.dispatch(now)
    door = entering.look(world.db, token=token_in(text_of(world)), ip=IP, now=now)
    assert door.organisation_code == "MPB"


def test_a_ministry_without_a_successor(here: World) -> None:
    token = token_in(text_of(here, 0))
    with here.db.transaction() as session:
        session.execute(delete(Succession).where(Succession.predecessor_code == "ME"))
        for link in session.query(AccessLink):
            link.revoked_at = LATE_EVENING
    with pytest.raises(AccessPassedOn) as caught:
        entering.look(here.db, token=token, ip=IP, now=MORNING)
    assert "다른 기관" in caught.value.message_ko

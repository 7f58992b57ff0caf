"""Coordinators get one mail of all that is new, of nothing that was settled, and none twice."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gongmun.briefing.names import RunState
from gongmun.briefing.raising import raise_alarms
from gongmun.briefing.telling import ALARM_INTENT, UNHEARD, Trouble, tell, tell_unheard
from gongmun.mail import Dispatch, Status
from tests.briefing.conftest import KIM, LEE
from tests.briefing.test_raising import none_is_silent
from tests.world import World

PAGE = "http://prefect.example"
RUN = Trouble(name="WRAP-UP OCF-1", state=RunState.FAILED, run_id="7e0c")


def mails(world: World) -> Sequence[Dispatch]:
    with world.db.reading() as session:
        return session.scalars(
            select(Dispatch).where(Dispatch.intent == ALARM_INTENT).order_by(Dispatch.id)
        ).all()


def told(world: World, now: datetime, trouble: Trouble | None = None) -> int:
    return len(tell(world.db, silent=none_is_silent, trouble=trouble, page=PAGE, now=now))


def bounce(world: World) -> None:
    with world.db.transaction() as session:
        session.execute(update(Dispatch).values(status=Status.BOUNCED, bounced_at=world.now))
    raise_alarms(world.db, world.now, silent=none_is_silent)


def test_each_coordinator_gets_one_mail_of_all_that_is_new(
    world: World, coordinators: None
) -> None:
    world.dispatched("statistics", "public_transport")
    bounce(world)
    assert told(world, world.now) == 2
    one, other = mails(world)
    assert {one.address, other.address} == {KIM, LEE}
    assert one.subject == "[확인 필요] 배달되지 않은 메일: 발송 1 외 1건"
    assert "gongmun mail show 1" in one.body
    assert "undeliverable mail: dispatch 2" in one.body
    assert PAGE in one.body
    assert "@" not in one.body.replace("forum@participation.example", "")
    assert told(world, world.now + timedelta(days=1)) == 0
    assert len(mails(world)) == 2


def test_what_nobody_was_told_for_an_hour_is_told(world: World, coordinators: None) -> None:
    """The event of an alarm has got lost, or the run that it should have started failed."""
    world.dispatched("statistics")
    bounce(world)
    soon, late = world.now + UNHEARD - timedelta(minutes=1), world.now + UNHEARD
    assert not tell_unheard(world.db, silent=none_is_silent, page=PAGE, now=soon)
    assert len(tell_unheard(world.db, silent=none_is_silent, page=PAGE, now=late)) == 2
    assert not tell_unheard(world.db, silent=none_is_silent, page=PAGE, now=late)
    assert {mail.address for mail in mails(world)} == {KIM, LEE}


def test_what_a_trial_raised_for_a_day_to_come_is_told_when_it_comes(
    world: World, coordinators: None
) -> None:
    world.dispatched("statistics")
    with world.db.transaction() as session:
        session.execute(update(Dispatch).values(status=Status.BOUNCED, bounced_at=world.now))
    later = world.now + timedelta(days=3)
    raise_alarms(world.db, later, silent=none_is_silent)
    assert told(world, world.now) == 0
    assert told(world, later) == 2


def test_what_was_settled_before_the_mail_is_not_told(world: World, coordinators: None) -> None:
    world.dispatched("statistics", "public_transport")
    bounce(world)
    with world.db.transaction() as session:
        session.execute(update(Dispatch).where(Dispatch.id == 1).values(status=Status.DELIVERED))
    assert told(world, world.now) == 2
    assert "dispatch 1" not in mails(world)[0].body
    assert "dispatch 2" in mails(world)[0].body


def test_where_nobody_is_named_nothing_is_sent_and_the_alarms_wait(
    world: World, request: pytest.FixtureRequest
) -> None:
    world.dispatched("statistics")
    bounce(world)
    assert told(world, world.now, RUN) == 0
    request.getfixturevalue("coordinators")
    assert told(world, world.now) == 2


def test_two_at_once_tell_it_once(world: World, coordinators: None) -> None:
    world.dispatched("statistics", "public_transport")
    bounce(world)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: told(world, world.now, RUN), range(4)))
    bodies = [each.body for each in mails(world)]
    assert sum("dispatch 1" in body for body in bodies) == 2
    assert sum("WRAP-UP" in body for body in bodies) == 2


def test_a_run_that_fails_again_and_again_is_told_once_a_day(
    world: World, coordinators: None
) -> None:
    assert told(world, world.now, RUN) == 2
    assert told(world, world.now + timedelta(hours=1), RUN) == 0
    assert told(world, world.now + timedelta(days=1), RUN) == 2
    mail = mails(world)[0]
    assert mail.subject == "[확인 필요] 실패한 실행: WRAP-UP OCF-1"
    assert f"{PAGE}/runs/flow-run/7e0c" in mail.body
    other = Trouble(name="WRAP-UP OCF-2", state=RunState.FAILED)
    assert told(world, world.now, other) == 2


def test_a_long_list_is_cut_and_says_so(world: World, coordinators: None) -> None:
    def silent(_session: Session) -> Mapping[str, datetime | None]:
        return {f"sweep-{number}": world.now for number in range(45)}

    raise_alarms(world.db, world.now, silent=silent)
    assert len(tell(world.db, silent=silent, now=world.now)) == 2
    body = mails(world)[0].body
    assert "이 밖에 5건" in body
    assert "And 5 more" in body


def test_a_name_that_is_no_name_of_ours_does_no_harm(world: World, coordinators: None) -> None:
    hostile = Trouble(name="A\r\nBcc: x@evil.example" + "가" * 500, state=RunState.CRASHED)
    assert told(world, world.now, hostile) == 2
    (mail, _) = mails(world)
    assert "\n" not in mail.subject
    assert len(mail.key) <= 200

"""What was promised or refused by a ministry that is no more: its successor keeps it, and examines it again."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from gongmun.access.models import AccessLink
from gongmun.db import Database
from gongmun.followups.page import suggestion_page
from gongmun.followups.reexamining import reexamine
from gongmun.forums.succeeding import follow_successions
from gongmun.forums.waiting import waiting
from gongmun.mail.life import Status as Mail
from gongmun.referrals.life import Status
from gongmun.referrals.models import ResponseDecision
from tests.followups.conftest import Followed
from tests.forums.test_succeeding import EARLIER, RENAMED, mails, routed, world_of
from tests.world import LADDER, at

PUBLISHED, DUE = date(2025, 9, 24), date(2025, 11, 14)


@pytest.fixture
def followed(sqlite_db: Database, tmp_path: Path) -> Followed:
    return Followed(world_of(sqlite_db, tmp_path, EARLIER))


def published(followed: Followed, decision: ResponseDecision, *, due: date = DUE) -> int:
    (referral,) = routed(followed.world, ("ME", ()))
    response_id = followed.answered(
        referral.id,
        decision,
        *(("충전소를 늘립니다.",) if decision is ResponseDecision.ACCEPTED else ()),
        due=due,
        on=date(2025, 9, 23),
    )
    followed.publish(response_id, PUBLISHED)
    followed.world.dispatch(at(PUBLISHED, 17))
    return referral.id


def test_the_successor_is_reminded_of_the_promise(followed: Followed) -> None:
    world = followed.world
    referral_id = published(followed, ResponseDecision.ACCEPTED)
    sent = len(world.sent())
    report = follow_successions(world.db, now=at(RENAMED, 9))
    assert report.taken_over == (referral_id,)
    with world.db.reading() as session:
        page = suggestion_page(
            session, world.referral(referral_id).suggestion_id, now=at(RENAMED, 10)
        )
    # Who promised it stays in sight.
    assert page.ministries[0].name.ko == "기후에너지환경부(이전 소관: 환경부)"
    # Nothing is to be answered: the reminder of the promise will tell.
    assert report.told == ()
    assert world.referral(referral_id).status is Status.CLOSED
    followed.chase(DUE)
    world.dispatch(at(DUE, 10))
    assert set(mails(world, sent)) == {"forum@mcee.example"}
    assert follow_successions(world.db, now=at(DUE, 11)).taken_over == ()


def test_a_reminder_that_passed_on_before_it_left_goes_to_the_successor(followed: Followed) -> None:
    world = followed.world
    published(followed, ResponseDecision.ACCEPTED, due=RENAMED + timedelta(days=1))
    sent = len(world.sent())
    world.mailer.reachable = False
    followed.chase(RENAMED - timedelta(days=1))
    world.mailer.reachable = True
    # Its ministry is no more, and nobody has looked for the successor yet: it waits.
    followed.send(at(RENAMED, 9, 15))
    assert [each.status for each in followed.mails("commitments")] == [Mail.QUEUED]
    assert not followed.chase(RENAMED).mails
    follow_successions(world.db, now=at(RENAMED, 9, 30))
    followed.send(at(RENAMED + timedelta(days=1), 9, 15))
    assert [each.status for each in followed.mails("commitments")] == [Mail.RECALLED]
    followed.chase(RENAMED + timedelta(days=1))
    assert set(mails(world, sent)) == {"forum@mcee.example"}


def test_what_was_refused_stays_until_it_is_examined_again(followed: Followed) -> None:
    world = followed.world
    referral_id = published(followed, ResponseDecision.NOT_ACCEPTED)
    sent = len(world.sent())
    assert follow_successions(world.db, now=at(RENAMED, 9)).taken_over == ()
    assert world.code(world.referral(referral_id)) == "ME"
    asked = at(date(2025, 10, 2), 11)
    reexamine(
        world.db,
        referral_id,
        suggestion_id=world.referral(referral_id).suggestion_id,
        reason="다시 검토해 주십시오.",
        ladder=LADDER,
        now=asked,
    )
    referral = world.referral(referral_id)
    assert (referral.status, world.code(referral)) == (Status.ACKNOWLEDGED, "MCEE")
    world.dispatch(asked)
    follow_successions(world.db, now=asked + timedelta(minutes=5))
    world.dispatch(asked + timedelta(minutes=6))
    told = mails(world, sent)
    assert set(told) == {"forum@mcee.example"}
    assert len(world.sent()) == sent + 1
    with world.db.reading() as session:
        links = session.query(AccessLink).filter(AccessLink.revoked_at.is_(None)).all()
        assert not any("no more" in each.what.en for each in waiting(session, asked))
    assert [link.organisation_id for link in links] == [referral.organisation_id]

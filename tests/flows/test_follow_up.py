"""The follow-up under Prefect: its artifact, a second run, two at once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.follow_up import follow_up
from gongmun.access.models import AccessLink
from gongmun.access.purging import KEPT
from gongmun.db.sweeps import SweepBusy, last_finished, lease
from gongmun.followups.chasing import FOLLOW_UP_SWEEP
from tests.flows.test_flows import artifact
from tests.followups.conftest import DUE, Followed
from tests.world import World, at

pytestmark = [pytest.mark.long, pytest.mark.prefect]


def test_an_address_that_was_forgotten_is_counted(installation: World) -> None:
    installation.dispatched("statistics")
    now = at(DUE, 9, 20)
    with installation.db.transaction() as session:
        link = session.scalars(select(AccessLink)).one()
        link.address, link.expires_at = "kim@mods.example", now - KEPT - timedelta(days=1)
    follow_up(now)
    text = artifact("follow-up").replace("\\", "")
    assert "records of access forgotten | 1" in text


def test_it_chases_tells_and_says_so_once(installation: World) -> None:
    followed = Followed(installation)
    (referral_id,) = installation.dispatched("statistics")
    followed.published(referral_id)
    followed.contact(referral_id, "hong@example.com")
    now = at(DUE, 9, 20)
    assert follow_up(now) == 2
    text = artifact("follow-up").replace("\\", "")
    assert "이행 기한 당일 / Due today | 1" in text
    assert "기관에 보낼 메일 / mails to ministries | 1" in text
    assert "제안자에게 보낼 메일 / mails to proposers | 1" in text
    assert "hong" not in text
    assert "홍길동" not in text
    with installation.db.reading() as session:
        assert last_finished(session, FOLLOW_UP_SWEEP) is not None
    assert follow_up(now) == 0
    assert len(followed.mails("commitments")) == 1
    # Two at once: the second leaves it to the first.
    with lease(installation.db, FOLLOW_UP_SWEEP), pytest.raises(SweepBusy):
        follow_up.with_options(retries=0)(now)

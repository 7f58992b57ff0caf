"""The follow-up of successions under Prefect: its artifact, a second run, two at once."""

import pytest

from flows.follow_successions import follow_successions
from gongmun.db.sweeps import SweepBusy, last_finished, lease
from gongmun.forums.succeeding import FOLLOW_SUCCESSIONS
from gongmun.organisations import ContactRole, set_contact
from tests.flows.test_flows import artifact
from tests.forums.test_succeeding import BEFORE, SPLIT, routed
from tests.world import World, at

pytestmark = [pytest.mark.long, pytest.mark.prefect]


def test_it_passes_on_and_says_what_waits(installation: World) -> None:
    installation.now = at(BEFORE, 9, 30)
    set_contact(
        installation.db, "MOEF", ContactRole.PRIMARY, "forum@moef.example", installation.now
    )
    routed(installation, ("MOEF", ()), topic="tax")
    now = at(SPLIT, 9, 0)
    assert follow_successions(now, dry_run=True) == 1
    seen = artifact("succession-preview").replace("\\", "")
    assert "재정경제부 (MOFE)" in seen
    assert "바뀐 것은 없습니다" in seen
    assert follow_successions(now) == 1
    text = artifact("follow-successions").replace("\\", "")
    assert "승계한 이송 / referrals that passed on | 1" in text
    assert "발송 대기 메일 / mails queued | 1" in text
    assert "example" not in text
    with installation.db.reading() as session:
        assert last_finished(session, FOLLOW_SUCCESSIONS) is not None
    assert follow_successions(now) == 0
    # Two at once: the second leaves it to the first.
    with lease(installation.db, FOLLOW_SUCCESSIONS), pytest.raises(SweepBusy):
        follow_successions.with_options(retries=0)(now)

"""Alarms, digest and expiry under Prefect: their artifacts, a second run, two at once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from flows.expire_personal_data import expire_personal_data
from flows.raise_alarms import raise_alarms
from flows.send_morning_digest import send_morning_digest
from flows.tell_coordinators import tell_coordinators
from gongmun.briefing.digest import DIGEST_SWEEP
from gongmun.briefing.names import RunState
from gongmun.briefing.raising import ALARM_SWEEP
from gongmun.db.sweeps import SweepBusy, last_finished, lease
from gongmun.mail import Dispatch
from gongmun.retention.expiring import EXPIRE_SWEEP
from gongmun.settings import settings
from gongmun.suggestions.models import Proposer
from tests.flows.test_flows import artifact
from tests.world import World

pytestmark = [pytest.mark.long, pytest.mark.prefect]


@pytest.fixture
def told(installation: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An installation with a coordinator."""
    monkeypatch.setenv("GONGMUN_COORDINATORS", "kim@division.example")
    settings.cache_clear()
    yield installation
    settings.cache_clear()


def mails(world: World) -> int:
    with world.db.reading() as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(Dispatch)
                .where(Dispatch.organisation_code == "COORDINATOR")
            )
            or 0
        )


def test_alarms_are_raised_once_and_shown(installation: World) -> None:
    (referral_id,) = installation.dispatched("statistics")
    late = installation.now + timedelta(days=60)
    assert raise_alarms(late) == 1
    text = artifact("raise-alarms").replace("\\", "")
    assert f"회신 기한 경과 / answer overdue | 이송 / referral {referral_id}" in text
    assert raise_alarms(late) == 0
    with installation.db.reading() as session:
        assert last_finished(session, ALARM_SWEEP) is not None
    with lease(installation.db, ALARM_SWEEP):
        assert raise_alarms(late) == 0


def test_coordinators_are_told_of_a_run_once_a_day(told: World) -> None:
    for _ in range(2):
        tell_coordinators(run="WRAP-UP OCF-1", state=RunState.FAILED, as_of=told.now)
    assert mails(told) == 1
    assert tell_coordinators(as_of=told.now) == 0


def test_the_digest_goes_out_once_a_day(told: World) -> None:
    assert send_morning_digest(told.now) == 1
    assert send_morning_digest(told.now) == 0
    assert send_morning_digest(told.now + timedelta(days=5)) == 0  # Saturday
    with told.db.reading() as session:
        assert last_finished(session, DIGEST_SWEEP) is not None


def test_personal_data_are_counted_first_and_then_expire(installation: World) -> None:
    forum_id = installation.forum()
    suggestion_id = installation.suggest(forum_id, None, selected=False)
    with installation.db.transaction() as session:
        session.add(
            Proposer(suggestion_id=suggestion_id, name="홍길동", contact="hong@example.com")
        )
    late = installation.now + timedelta(days=800)
    assert expire_personal_data(late, dry_run=True) == 1
    text = artifact("expire-personal-data").replace("\\", "")
    assert "개인정보 파기 예정" in text
    assert "제안자의 성명과 연락처 / names and contacts of proposers | 730 | 1 | 0 |" in text
    assert "제21조" in text
    assert "홍길동" not in text
    assert "hong" not in text
    assert expire_personal_data(late) == 1
    assert "개인정보 파기:" in artifact("expire-personal-data").replace("\\", "")
    assert expire_personal_data(late) == 0
    with installation.db.reading() as session:
        assert last_finished(session, EXPIRE_SWEEP) is not None
        assert session.scalars(select(Proposer)).all() == []
    with lease(installation.db, EXPIRE_SWEEP), pytest.raises(SweepBusy):
        expire_personal_data.with_options(retries=0)(late)

"""A sweep that no longer runs is seen, and one that rests by its schedule is not."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from prefect.client.schemas.schedules import CronSchedule
from prefect.server.schemas.schedules import CronSchedule as ServerCron
from sqlalchemy import update

from deployments.registry import registry
from gongmun.db import Database
from gongmun.db.sweeps import Sweep, beat, heartbeats, lease
from gongmun.health import Standing, sweeping
from gongmun.health.sweeping import RHYTHMS

NOW = datetime(2026, 10, 12, 0, 30, tzinfo=UTC)


def standing(db: Database, now: datetime) -> set[Standing]:
    with db.reading() as session:
        return {check.standing for check in sweeping.sweeps(session, now)}


def at(db: Database, name: str, moment: datetime) -> None:
    with db.transaction() as session:
        session.execute(update(Sweep).where(Sweep.name == name).values(finished_at=moment))


def test_a_new_installation_asks_for_patience_and_is_not_wrong(sqlite_db: Database) -> None:
    assert standing(sqlite_db, NOW) == {Standing.CARE}


def test_a_late_sweep_is_named_with_what_runs_it(db: Database) -> None:
    for name in RHYTHMS:
        beat(db, name)
        at(db, name, NOW)
    assert standing(db, NOW + timedelta(minutes=30)) == {Standing.WELL}
    at(db, "collect", NOW - timedelta(hours=2))
    with db.reading() as session:
        (check,) = sweeping.sweeps(session, NOW)
    assert check.standing is Standing.WRONG
    assert "collect" in check.found.ko
    assert "2026-10-12 07:30" in check.found.ko
    assert check.remedy is not None
    assert "collect-replies" in check.remedy.en
    assert "chase" not in check.found.en


def test_a_lease_is_a_heartbeat_and_a_sweep_that_failed_is_none(sqlite_db: Database) -> None:
    with lease(sqlite_db, "collect"):
        pass
    with pytest.raises(ZeroDivisionError), lease(sqlite_db, "chase-referrals"):
        raise ZeroDivisionError
    with sqlite_db.reading() as session:
        found = heartbeats(session)
    assert found["collect"] is not None
    assert found["chase-referrals"] is None


def test_every_scheduled_sweep_has_a_rhythm_and_rests_no_longer_than_it_says() -> None:
    by_deployment = {rhythm.deployment: rhythm.silence for rhythm in RHYTHMS.values()}
    scheduled = [each for each in registry() if each.schedules]
    assert {each.name for each in scheduled} == set(by_deployment)
    for each in scheduled:
        (action,) = each.schedules or ()
        assert isinstance(action.schedule, CronSchedule)
        cron = ServerCron(cron=action.schedule.cron, timezone=action.schedule.timezone)
        dates = asyncio.run(cron.get_dates(n=3000, start=NOW, end=NOW + timedelta(days=15)))
        rest = max(later - earlier for earlier, later in itertools.pairwise(dates))
        # As long as it really rests, and not much longer: an outage is to be seen.
        assert rest <= by_deployment[each.name] <= max(rest * 1.5, rest + timedelta(hours=6))

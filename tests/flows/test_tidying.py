"""Prefect's server tidies up after itself: old runs go, and one that waits for a decision never does."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.server.database import provide_database_interface
from prefect.server.services.db_vacuum import vacuum_old_flow_runs
from prefect.settings.models.server.services import ServerServicesDBVacuumSettings
from prefect.states import Completed, Suspended

from deployments.prefect_server import environment
from gongmun import clock

pytestmark = [pytest.mark.long, pytest.mark.prefect]


def test_the_server_is_told_to_delete_old_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(tmp_path / "prefect", 4200, "name:password").items():
        monkeypatch.setenv(name, value)
    told = ServerServicesDBVacuumSettings()
    assert told.enabled_vacuum_types >= {"events", "flow_runs"}
    assert told.retention_period == timedelta(days=90)


@flow
def waiting_for_somebody() -> None:
    """A run of it is only made, never run."""


def test_what_ended_long_ago_goes_and_what_waits_stays(prefect_harness: None) -> None:
    with get_client(sync_client=True) as client:
        ended, recent, waits = (
            client.create_flow_run(waiting_for_somebody, state=state).id
            for state in (Completed(), Completed(), Suspended(timeout_seconds=10**9))
        )
        asyncio.run(_tidied_when_these_are_old(ended, waits))
        with pytest.raises(ObjectNotFound):
            client.read_flow_run(ended)
        assert client.read_flow_run(recent).id == recent
        assert client.read_flow_run(waits).state_name == "Suspended"


async def _tidied_when_these_are_old(*runs: object) -> None:
    db = provide_database_interface()
    long_ago = clock.now() - timedelta(days=400)
    async with db.session_context(begin_transaction=True) as session:
        await session.execute(
            sa.update(db.FlowRun)
            .where(db.FlowRun.id.in_(runs))
            .values(created=long_ago, start_time=long_ago, end_time=long_ago)
        )
    await vacuum_old_flow_runs(db=db)

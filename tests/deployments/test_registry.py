"""The catalogue of deployments: each entry point loads, each schedule is in Seoul."""

import asyncio
from datetime import datetime
from importlib import import_module
from pathlib import Path

import pytest
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.server.schemas.schedules import CronSchedule as ServerCron

from deployments.registry import registry
from gongmun.calendar import calendar, hours
from gongmun.clock import SEOUL

DEPLOYMENTS = registry()


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d.name)
def test_the_entry_point_is_a_flow_that_takes_as_of(deployment: RunnerDeployment) -> None:
    assert deployment.entrypoint is not None
    file, _, name = deployment.entrypoint.partition(":")
    flow = getattr(import_module(f"flows.{Path(file).stem}"), name)
    assert "as_of" in flow.parameters.properties
    assert not flow.parameters.required or set(flow.parameters.required).isdisjoint({"as_of"})
    assert flow.flow_run_name.split()[0].isascii()


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d.name)
def test_it_is_described_in_both_languages(deployment: RunnerDeployment) -> None:
    assert deployment.description is not None
    first, second = deployment.description.split("\n\n")[:2]
    assert any("가" <= letter <= "힣" for letter in first)
    assert second.isascii()


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d.name)
def test_schedules_run_by_the_clock_of_seoul(deployment: RunnerDeployment) -> None:
    for action in deployment.schedules or ():
        assert isinstance(action.schedule, CronSchedule)
        assert action.schedule.timezone == "Asia/Seoul"


def test_all_sweeps_are_scheduled_and_nothing_else_is() -> None:
    scheduled = {d.name for d in DEPLOYMENTS if d.schedules}
    assert scheduled == {d.name for d in DEPLOYMENTS if "sweep" in (d.tags or ())}
    assert {"schedule-wrap-ups", "issue-outcomes", "dispatch-mail", "chase-referrals"} <= scheduled


def test_a_chase_that_was_missed_in_the_morning_runs_that_very_day_in_working_hours() -> None:
    (chase,) = (d for d in DEPLOYMENTS if d.name == "chase-referrals")
    (action,) = chase.schedules or ()
    assert isinstance(action.schedule, CronSchedule)
    back_at_noon = datetime(2026, 11, 24, 12, 30, tzinfo=SEOUL)
    server_side = ServerCron(cron=action.schedule.cron, timezone=action.schedule.timezone)
    (again,) = asyncio.run(server_side.get_dates(n=1, start=back_at_noon))
    assert again.date() == back_at_noon.date()
    assert hours.is_open(again, calendar())

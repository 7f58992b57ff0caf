"""The catalogue of deployments: what each is, when it runs, what its form asks, and that no two of a kind run at once."""

import asyncio
import inspect
import re
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.objects import ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.server.schemas.schedules import CronSchedule as ServerCron

from deployments import prefect_server
from deployments.descriptions import SHOWN
from deployments.registry import CANCEL, WAIT, registry
from gongmun.calendar import calendar, hours
from gongmun.clock import SEOUL
from gongmun.decisions import Kind
from tasks.links import BOARDS

DEPLOYMENTS = registry()
each = pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d.name)
FLOWS = Path(__file__).parents[2] / "flows"
# What two of at once share, or do once, by guarded rows: each has a test of that beside its service.
TOGETHER = {"dispatch-mail", "issue-outcomes", "send-morning-digest"}
LINK = re.compile(r"\[([^]]+)]\(/artifacts/key/([a-z0-9-]+)\)")


def flow_of(deployment: RunnerDeployment) -> Any:
    assert deployment.entrypoint is not None
    file, _, name = deployment.entrypoint.partition(":")
    return getattr(import_module(f"flows.{Path(file).stem}"), name)


def form_of(deployment: RunnerDeployment) -> dict[str, dict[str, Any]]:
    return deployment._parameter_openapi_schema.properties


def strategy_of(deployment: RunnerDeployment) -> ConcurrencyLimitStrategy | None:
    options = deployment.concurrency_options
    return options.collision_strategy if options else None


def source_of(deployment: RunnerDeployment) -> str:
    return inspect.getsource(import_module(flow_of(deployment).fn.__module__))


def test_every_flow_has_one_deployment_of_its_name() -> None:
    files = {path.stem.replace("_", "-") for path in FLOWS.glob("*.py")} - {"--init--"}
    assert sorted(d.name for d in DEPLOYMENTS) == sorted(files)
    assert {(d.name, d.flow_name) for d in DEPLOYMENTS} == {(name, name) for name in files}


@each
def test_its_form_asks_what_the_flow_takes(deployment: RunnerDeployment) -> None:
    taken = inspect.signature(flow_of(deployment).fn).parameters
    schema = deployment._parameter_openapi_schema
    assert list(schema.properties) == list(taken)
    assert set(schema.required) == {
        name for name, parameter in taken.items() if parameter.default is parameter.empty
    }
    # A sweep runs by itself: it asks nothing. Any flow can be tried out on another day.
    assert not (deployment.schedules and schema.required)
    assert form_of(deployment)["as_of"]["anyOf"][0]["format"] == "date-time"


@each
def test_each_field_of_its_form_has_a_type_and_is_explained_in_both_languages(
    deployment: RunnerDeployment,
) -> None:
    for name, field in form_of(deployment).items():
        assert {"type", "anyOf", "$ref"} & set(field), name
        korean, english = field["description"].split("\n\n")
        assert is_korean(korean), name
        assert english.isascii(), name


@each
def test_it_is_described_in_both_languages_and_leads_to_every_board(
    deployment: RunnerDeployment,
) -> None:
    assert deployment.description is not None
    korean, english, *_, links = deployment.description.split("\n\n")
    assert is_korean(korean)
    assert english.isascii()
    keys = [key for _, key in LINK.findall(links)]
    assert keys[: len(BOARDS)] == list(BOARDS)
    # What it shows besides is really published under that key by its flow.
    shown = keys[len(BOARDS) :]
    assert shown == list(SHOWN.get(deployment.name, {deployment.name: ""}))
    kinds = {f"decide-{kind}": kind for kind in Kind}
    for key in shown:
        if key in kinds:
            # tasks/asking.py publishes under this key.
            assert f"Kind.{kinds[key].name}" in source_of(deployment)
        else:
            assert f'"{key}"' in published_by(deployment), key


def published_by(deployment: RunnerDeployment) -> str:
    """The source of its flow, and of those whose work it does within its own run."""
    own = source_of(deployment)
    others = [import_module(name) for name in re.findall(r"^from (flows\.\w+) import", own, re.M)]
    return "\n".join([own, *map(inspect.getsource, others)])


def is_korean(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


@each
def test_it_is_tagged(deployment: RunnerDeployment) -> None:
    first, *others = deployment.tags or ()
    assert first == "gongmun"
    assert others
    assert all(re.fullmatch(r"[a-z]+", tag) for tag in others)


@each
def test_its_runs_say_what_and_for_whom(deployment: RunnerDeployment) -> None:
    flow = flow_of(deployment)
    name = flow.flow_run_name() if callable(flow.flow_run_name) else flow.flow_run_name
    # Prefect's graph drops Hangul.
    assert re.match(r"[A-Z]", name)
    # One run of a sweep is told from another by its day, and what is about one thing names it.
    about = [
        field
        for field in form_of(deployment)
        if field in deployment._parameter_openapi_schema.required
    ]
    if deployment.schedules:
        assert re.search(r" \d{4}-\d\d-\d\d", name)
    elif about:
        assert f"{{{about[0]}}}" in name


@each
def test_schedules_run_by_the_clock_of_seoul(deployment: RunnerDeployment) -> None:
    for action in deployment.schedules or ():
        assert isinstance(action.schedule, CronSchedule)
        assert action.schedule.timezone == "Asia/Seoul"


def test_all_sweeps_are_scheduled_and_nothing_else_is() -> None:
    scheduled = {d.name for d in DEPLOYMENTS if d.schedules}
    assert scheduled == {d.name for d in DEPLOYMENTS if "sweep" in (d.tags or ())}
    assert {"schedule-wrap-ups", "issue-outcomes", "dispatch-mail", "chase-referrals"} <= scheduled


@pytest.mark.parametrize(
    "deployment", [d for d in DEPLOYMENTS if d.schedules], ids=lambda d: d.name
)
def test_no_two_sweeps_of_a_kind_work_at_once(deployment: RunnerDeployment) -> None:
    """By a lease in our database, or by Prefect's limit, or because two of them share the work."""
    leased = "with lease(" in source_of(deployment)
    limited = deployment.concurrency_limit == 1
    assert leased or limited or deployment.name in TOGETHER
    assert (strategy_of(deployment) in (CANCEL, WAIT)) == limited


@each
def test_what_waits_for_a_person_or_is_started_for_one_thing_is_never_cancelled(
    deployment: RunnerDeployment,
) -> None:
    if strategy_of(deployment) is CANCEL:
        assert deployment.schedules
        assert set(form_of(deployment)) == {"as_of"}
    assert "suspend_flow_run" not in source_of(deployment) or deployment.concurrency_limit is None


def test_places_are_kept_over_a_restart_of_the_server(tmp_path: Path) -> None:
    """In the server's memory, a place whose run was killed while the server was down is taken for ever."""
    environment = prefect_server.environment(tmp_path, 4200, "coordinator:test")
    storage = environment["PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"]
    assert import_module(storage).ConcurrencyLeaseStorage
    assert storage.endswith(".filesystem")


def test_a_chase_that_was_missed_in_the_morning_runs_that_very_day_in_working_hours() -> None:
    (chase,) = (d for d in DEPLOYMENTS if d.name == "chase-referrals")
    (action,) = chase.schedules or ()
    assert isinstance(action.schedule, CronSchedule)
    back_at_noon = datetime(2026, 11, 24, 12, 30, tzinfo=SEOUL)
    server_side = ServerCron(cron=action.schedule.cron, timezone=action.schedule.timezone)
    (again,) = asyncio.run(server_side.get_dates(n=1, start=back_at_noon))
    assert again.date() == back_at_noon.date()
    assert hours.is_open(again, calendar())

"""Another system starts a wave by the recipes of docs/surveys.md: real curl, a real server of Prefect's, real runs."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from prefect.server.schemas.schedules import RRuleSchedule
from sqlalchemy import select

from deployments import prefect_server
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.settings import settings
from gongmun.surveys.fieldwork.models import SurveyCycle
from gongmun.surveys.fieldwork.series import register_series
from gongmun.surveys.fieldwork.storing import store
from tests.prefect_servers import answered
from tests.surveys.fieldwork.conftest import FILE, MORNING, PEOPLE, Fielded, people, questionnaire

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "surveys.md").read_text("utf-8")
API = "http://127.0.0.1:4200/api"
LOGIN = "scheduler:a-word-of-its-own"
# What a process finds the deployments in, without any of its schedules running.
APPLY = """
from deployments.registry import registry
(wanted,) = (each for each in registry() if each.name == "open-survey-wave")
wanted.apply()
"""

pytestmark = [pytest.mark.long, pytest.mark.prefect, pytest.mark.timeout(300)]


def recipe(word: str) -> str:
    """The shell commands of the guide that have this word in them."""
    (found,) = (each for each in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) if word in each)
    return str(found)


@dataclass
class Triggered:
    """An installation with a panel and a series, and a server of Prefect's."""

    fielded: Fielded
    api: str
    environment: Mapping[str, str]

    def shell(self, commands: str) -> str:
        """What these commands print, on this server."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands.replace(API, self.api)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def execute(self, run_id: str) -> str:
        """Run it in a process of its own, as the serving process does; the state in which it ended."""
        environment = {**self.environment, "PREFECT__FLOW_RUN_ID": run_id}
        command = [sys.executable, "-m", "prefect.engine"]
        subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True)
        return str(self.ask(f"flow_runs/{run_id}")["state"]["type"])

    def ask(self, path: str) -> Any:
        auth = tuple(LOGIN.split(":"))
        answer = answered(lambda: httpx.get(f"{self.api}/{path}", auth=auth, timeout=30))
        return answer.raise_for_status().json()

    def waves(self) -> list[SurveyCycle]:
        with self.fielded.db.reading() as session:
            return list(session.scalars(select(SurveyCycle)))


def apply(environment: Mapping[str, str]) -> None:
    """Do what `deployments.serve` does about this deployment when it starts."""
    subprocess.run([sys.executable, "-c", APPLY], env=environment, cwd=ROOT, check=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Prefect's server, as `make up` starts it, which knows how to open waves; the environment of whoever speaks to it."""
    folder = tmp_path_factory.mktemp("prefect")
    port = prefect_server.free_port()
    environment = {**os.environ, **prefect_server.environment(folder, port, LOGIN)}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            prefect_server.COMMAND, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        prefect_server.wait_until_healthy(process, port, log)
        apply(environment)
        yield environment
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def triggered(
    sqlite_db: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    server: Mapping[str, str],
) -> Iterator[Triggered]:
    monkeypatch.setenv("GONGMUN_VAR", str(tmp_path))
    settings.cache_clear()
    people(sqlite_db)
    store(sqlite_db, questionnaire(), now=MORNING)
    register_series(sqlite_db, FILE, now=MORNING)
    yield Triggered(
        fielded=Fielded(sqlite_db),
        api=server["PREFECT_API_URL"],
        environment={**server, "GONGMUN_VAR": str(tmp_path)},
    )
    settings.cache_clear()


def test_another_system_starts_one_wave_however_often_it_calls(triggered: Triggered) -> None:
    call = recipe("create_flow_run")
    # The same call, at a moment at which people are invited.
    at_nine = call.replace('"key":', f'"as_of": "{MORNING.isoformat()}", "key":')
    first, again = triggered.shell(at_nine), triggered.shell(at_nine)
    assert first == again
    assert triggered.execute(first) == "COMPLETED"
    (wave,) = triggered.waves()
    assert (wave.key, wave.wave) == ("airflow-2026-q4", 1)
    assert len(triggered.fielded.invitations(wave.id)) == PEOPLE
    other = triggered.shell(at_nine.replace("airflow-2026-q4", "cron-2026-q4"))
    assert other != first
    assert triggered.execute(other) == "COMPLETED"
    assert [each.id for each in triggered.waves()] == [wave.id]


def test_a_quarterly_rule_stands_on_the_deployment_and_stays_there(triggered: Triggered) -> None:
    quarterly = '"rrule"'
    set_up, _, _ = recipe("create_flow_run").partition('ask "${guard[@]}"')
    triggered.shell(set_up + recipe(quarterly))
    # As after a restart.
    apply(triggered.environment)
    found = triggered.ask("deployments/name/open-survey-wave/open-survey-wave")
    schedules = {each["slug"]: each for each in found["schedules"]}
    assert set(schedules) == {"hourly", "engagement"}
    rule = schedules["engagement"]
    assert (rule["schedule"]["timezone"], rule["active"]) == ("Asia/Seoul", True)
    assert rule["parameters"] == {"series": "engagement"}
    assert schedules["hourly"]["schedule"]["timezone"] == "Asia/Seoul"
    # What Prefect makes of it: the tenth of each quarter's first month, at nine in Seoul.

    begin = datetime(2026, 10, 1, tzinfo=ZoneInfo("Asia/Seoul"))
    dates = asyncio.run(RRuleSchedule(**rule["schedule"]).get_dates(4, start=begin))
    seoul = [each.astimezone(ZoneInfo("Asia/Seoul")) for each in dates]
    assert [(each.month, each.day, each.hour, each.minute) for each in seoul] == [
        (month, 10, 9, 0) for month in (10, 1, 4, 7)
    ]
    assert seoul_date(dates[0]).isoformat() == "2026-10-10"

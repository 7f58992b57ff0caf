"""Automations on a real server of Prefect's: what goes wrong becomes a mail in our outbox, by real runs."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from deployments import prefect_server
from deployments.automations import rules
from gongmun.briefing.telling import ALARM_INTENT
from gongmun.db import Database
from gongmun.db.schema import upgrade
from gongmun.mail import Dispatch, OutgoingMessage, Status, enqueue
from tests.conftest import NOW
from tests.prefect_servers import answered

ROOT = Path(__file__).parents[2]
LOGIN = "coordinator:test"
SECONDS = 180.0
KIM = "kim@division.example"
# One is known to Prefect and executed by nobody; the schedules are not what is tried here.
SERVE = """
from prefect import serve
from deployments.registry import registry
served = {"wrap-up-forum", "tell-coordinators", "raise-alarms"}
known = {each.name: each for each in registry() if each.name in served | {"issue-outcomes"}}
for each in known.values():
    each.schedules = []
known["issue-outcomes"].apply()
serve(*(known[name] for name in served))
"""
# The same rules, which wait for seconds and not for half an hour or an hour.
HURRY = """
from datetime import timedelta
from deployments import automations
automations._LATE_FOR, automations._SILENT_FOR = timedelta(seconds=10), timedelta(seconds=30)
automations.main()
"""

pytestmark = [pytest.mark.long, pytest.mark.prefect, pytest.mark.timeout(900)]


@dataclass
class Watched:
    """An installation, a server of Prefect's with automations, and who executes its runs."""

    db: Database
    environment: Mapping[str, str]

    def ask(self, path: str, body: Mapping[str, Any], method: str = "POST") -> Any:
        """What its API answers."""
        with httpx.Client(
            base_url=self.environment["PREFECT_API_URL"],
            auth=tuple(LOGIN.split(":")),  # type: ignore[arg-type]
            timeout=30,
        ) as client:
            me = {"client": "test"}
            token = answered(lambda: client.get("/csrf-token", params=me)).json()["token"]
            guard = {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "test"}
            answer = answered(lambda: client.request(method, f"/{path}", json=body, headers=guard))
            return answer.raise_for_status().json() if answer.content else None

    def python(self, *arguments: str) -> str:
        """What a process of its own prints."""
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, name: str, parameters: Mapping[str, Any]) -> str:
        """Run a deployment; the id of the run."""
        (found,) = self.ask("deployments/filter", {"deployments": {"name": {"any_": [name]}}})
        run = self.ask(f"deployments/{found['id']}/create_flow_run", {"parameters": parameters})
        return str(run["id"])

    def state(self, run_id: str) -> str:
        """The type of this run's state."""
        (run,) = self.ask("flow_runs/filter", {"flow_runs": {"id": {"any_": [run_id]}}})
        return str(run["state_type"])

    def automations(self) -> Sequence[Mapping[str, Any]]:
        """Those of the server, ours and others."""
        return list(self.ask("automations/filter", {}))

    def mails(self, word: str) -> Sequence[Dispatch]:
        """The alarms in the outbox with this word."""
        with self.db.reading() as session:
            every = session.scalars(select(Dispatch).where(Dispatch.intent == ALARM_INTENT)).all()
        return [mail for mail in every if word in mail.subject or word in mail.body]


def wait_for(what: str, found: Callable[[], Any]) -> Any:
    """Poll until `found()` is true; what it gave."""
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        if value := found():
            return value
        time.sleep(0.5)
    raise AssertionError(f"not within {SECONDS} s: {what}")


@contextmanager
def process(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[Any]:
    """A process for the block."""
    with log.open("wb") as output:
        started = subprocess.Popen(
            [sys.executable, *arguments],
            env=environment,
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield started
    finally:
        started.terminate()
        with suppress(subprocess.TimeoutExpired):
            started.wait(30)
        started.kill()
        started.wait()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The installation with one coordinator, after `python -m deployments.automations`."""
    folder = tmp_path_factory.mktemp("watched")
    port = prefect_server.free_port()
    environment = {
        **os.environ,
        **prefect_server.environment(folder / "prefect", port, LOGIN),
        # After this a run that has not begun is called late; by default after 15 seconds.
        "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "1",
        "GONGMUN_VAR": str(folder),
        "GONGMUN_COORDINATORS": KIM,
    }
    db = Database(f"sqlite:///{folder / 'gongmun.db'}")
    upgrade(db)
    log = folder / "server.log"
    with process(["-m", *prefect_server.COMMAND], environment, log) as server:
        prefect_server.wait_until_healthy(server, port, log)
        with process(["-c", SERVE], environment, folder / "serve.log"):
            found = Watched(db, environment)
            wait_for(
                "the deployments are served",
                lambda: found.ask(
                    "deployments/filter",
                    {"deployments": {"name": {"any_": ["tell-coordinators"]}}},
                ),
            )
            found.python("-m", "deployments.automations")
            yield found
    db.dispose()


def test_applied_again_they_are_the_same_and_what_an_operator_did_stays(watched: Watched) -> None:
    names = {rule.name for rule in rules()}
    first = {each["name"]: each["id"] for each in watched.automations()}
    assert set(first) == names
    own = {
        "name": "an operator's own",
        "trigger": {
            "type": "event",
            "posture": "Reactive",
            "threshold": 1,
            "within": 0,
            "expect": ["what.never.happens"],
        },
        "actions": [{"type": "do-nothing"}],
    }
    watched.ask("automations/", {**own, "tags": []})
    # One of ours that no code knows any more, and one that is there twice.
    watched.ask("automations/", {**own, "name": "gongmun-of-old", "tags": ["gongmun"]})
    watched.ask("automations/", {**own, "name": "gongmun-alarms", "tags": ["gongmun"]})
    watched.python("-m", "deployments.automations")
    again = [each["name"] for each in watched.automations()]
    assert sorted(again) == sorted({*names, "an operator's own"})


def test_what_an_operator_has_paused_stays_paused(watched: Watched) -> None:
    (paused, *others) = watched.automations()
    watched.ask(f"automations/{paused['id']}", {"enabled": False}, "PATCH")
    watched.python("-m", "deployments.automations")
    enabled = {each["id"]: each["enabled"] for each in watched.automations()}
    watched.ask(f"automations/{paused['id']}", {"enabled": True}, "PATCH")
    assert enabled == {paused["id"]: False, **{each["id"]: True for each in others}}


def test_a_run_that_failed_is_a_mail_once(watched: Watched) -> None:
    for _ in range(2):
        watched.start("wrap-up-forum", {"forum": "NOWHERE"})
    (mail,) = wait_for("a mail about it", lambda: watched.mails("WRAP-UP NOWHERE"))
    assert (mail.address, mail.organisation_code) == (KIM, "COORDINATOR")
    assert "실패한 실행" in mail.subject
    assert (
        f"{watched.environment['PREFECT_API_URL'].removesuffix('/api')}/runs/flow-run/" in mail.body
    )
    watched.start("wrap-up-forum", {"forum": "NOWHERE-2"})
    wait_for("one about another run", lambda: watched.mails("WRAP-UP NOWHERE-2"))
    assert len(watched.mails("WRAP-UP NOWHERE\n")) == 1


def test_undeliverable_mail_is_an_event_and_a_mail(watched: Watched) -> None:
    with watched.db.transaction() as session:
        for number in range(3):
            message = OutgoingMessage(
                key=f"m{number}",
                intent="outcome",
                organisation_code="MOE",
                address="officer@moe.example",
                subject="결과",
                body="본문",
            )
            enqueue(session, message, NOW)
        session.execute(
            update(Dispatch).where(Dispatch.organisation_code == "MOE").values(status=Status.FAILED)
        )
    watched.start("raise-alarms", {})
    (mail,) = wait_for("a mail about them", lambda: watched.mails("배달되지 않은 메일"))
    assert mail.subject.endswith("외 2건")
    events = watched.ask(
        "events/filter", {"filter": {"event": {"name": ["gongmun.dispatch.undeliverable"]}}}
    )["events"]
    assert len(events) == 3
    assert "@" not in str(events)
    again = watched.start("raise-alarms", {})
    wait_for("the second look", lambda: watched.state(again) == "COMPLETED")
    assert len(watched.mails("배달되지 않은 메일")) == 1
    events = watched.ask(
        "events/filter", {"filter": {"event": {"name": ["gongmun.dispatch.undeliverable"]}}}
    )["events"]
    assert len(events) == 3


def test_a_run_that_nobody_begins_and_a_sweep_that_does_not_run(watched: Watched) -> None:
    watched.python("-c", HURRY)
    watched.start("issue-outcomes", {})
    wait_for("a mail about the late run", lambda: watched.mails("시작되지 않은 실행"))
    wait_for("a mail about the sweep", lambda: watched.mails("실행되지 않은 배포: raise-alarms"))

"""Prefect's server as `make up` starts it, with every deployment of the registry, and what it says."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from deployments import prefect_server

BUSY_SECONDS = 120.0
ROOT = Path(__file__).parents[1]
LOGIN = ("coordinator", "test")
# What `deployments.serve` tells the server, without any of the schedules running.
APPLY = """
from deployments.registry import registry
for each in registry():
    each.apply()
"""
# So that a place is free again soon; else its run has the time that the registry says.
QUICKLY = {
    "PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION": "30",
    "PREFECT_SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS": "1",
    # No run of a schedule comes in between.
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
}


def answered(send: Callable[[], httpx.Response]) -> httpx.Response:
    """What a server of Prefect's answers.

    On SQLite, of two who write at once one is told to ask again (503): as Prefect's own client does.
    """
    give_up = time.monotonic() + BUSY_SECONDS
    while (answer := send()).status_code == httpx.codes.SERVICE_UNAVAILABLE:
        assert time.monotonic() < give_up, answer.text
        time.sleep(0.5)
    return answer


@contextmanager
def running(folder: Path) -> Iterator["Server"]:
    """A server in a folder of its own that knows every deployment, for the block."""
    server = Server(folder)
    server.start()
    try:
        server.wait()
        server.apply()
        yield server
    finally:
        server.stop()


@dataclass
class Server:
    """Prefect's server as `make up` starts it, and what it says."""

    folder: Path
    port: int = field(default_factory=prefect_server.free_port)

    def __post_init__(self) -> None:
        self.log = self.folder / "server.log"
        told = prefect_server.environment(self.folder, self.port, ":".join(LOGIN))
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}/api/", auth=LOGIN, timeout=60
        )
        self.environment: Mapping[str, str] = {
            **os.environ,
            **told,
            **QUICKLY,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }

    def start(self) -> None:
        """Start it; `wait` until it answers."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                prefect_server.COMMAND,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        """Return when it answers, with what a browser's page has to have."""
        prefect_server.wait_until_healthy(self.process, self.port, self.log)
        name = str(uuid4())
        token = self.ask("GET", f"csrf-token?client={name}")["token"]
        self.client.headers.update({"Prefect-Csrf-Client": name, "Prefect-Csrf-Token": token})

    def run(self, *arguments: str, **environment: str) -> None:
        """Run Python in the folder of the checkout, as whoever speaks to this server."""
        subprocess.run(
            [sys.executable, *arguments],
            env={**self.environment, **environment},
            cwd=ROOT,
            check=True,
        )

    def apply(self) -> None:
        """Make every deployment known."""
        self.run("-c", APPLY)

    def stop(self) -> None:
        """End it, however far it came."""
        self.process.terminate()
        self.process.wait(60)
        self.client.close()

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait(60)

    def answer(self, method: str, path: str, **body: Any) -> httpx.Response:
        """The answer of its API to whoever has the login."""
        return answered(lambda: self.client.request(method, path, json=body or None))

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """What the answer says."""
        answer = self.answer(method, path, **body).raise_for_status()
        return answer.json() if answer.content else None

    def deployment(self, name: str) -> Any:
        """One deployment, as the server has it."""
        return self.ask("GET", f"deployments/name/{name}/{name}")

    def create(self, name: str) -> str:
        """A run of this deployment that is due now; its id."""
        deployment = self.deployment(name)["id"]
        run = self.ask("POST", f"deployments/{deployment}/create_flow_run", parameters={})
        return str(run["id"])

    def becomes(self, run: str, state: str) -> tuple[str, str]:
        """What the server answers to who wants a run in this state, and the run's state then."""
        answer = self.ask("POST", f"flow_runs/{run}/set_state", state={"type": state})
        return answer["status"], self.ask("GET", f"flow_runs/{run}")["state"]["name"]

"""Many machines: two workers and two dispatchers on one PostgreSQL, with the documents in a bucket.

Each has a folder of its own, and nothing in common but the database, Prefect's server (on PostgreSQL too), the bucket
and the login. They share the work; one of each is killed with all that it has started, and the other takes over.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import func, make_url, select, update

from deployments import prefect_server
from deployments.demo.ministries import JOURNAL
from deployments.demo.ministries import running as running_relay
from deployments.processes import running
from gongmun import clock, ledger
from gongmun.db import Database
from gongmun.db.schema import upgrade
from gongmun.documents import Document
from gongmun.documents.bucket_store import bucket_store
from gongmun.documents.life import ISSUED
from gongmun.ledger import LedgerEvent
from gongmun.mail import Dispatch, enqueue_many
from gongmun.mail.life import Status
from gongmun.mail.recovering import SETTLING
from tests.documents.object_store import BUCKET, running_object_store
from tests.mail.conftest import MESSAGE
from tests.postgresql import fresh_database
from tests.prefect_servers import answered
from tests.world import World

POOL = "many"
LOGIN = "coordinator:test"
SECONDS = 600.0
MAILS = 1500
TOPICS = (
    "agriculture",
    "culture_access",
    "customs",
    "education",
    "fisheries",
    "forestry",
    "housing",
)
TOPICS += ("justice", "labour_safety", "patents", "policing", "statistics", "veterans", "weather")
WANTED = "GONGMUN_TEST_MANY"
pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.skipif(WANTED not in os.environ, reason="takes minutes: `make test-many`"),
]


def wait_for(what: str, found: Callable[[], Any]) -> Any:
    """Poll until `found()` is true; what it gave."""
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {SECONDS} s: {what}")


def kill(process: psutil.Process) -> None:
    """As when its machine loses power: with all that it has started."""
    family = [*process.children(recursive=True), process]
    for member in family:
        member.kill()
    psutil.wait_procs(family, timeout=30)


@dataclass(frozen=True, kw_only=True)
class Machines:
    """What all machines have in common, and one more of them at a time."""

    folder: Path
    db: Database
    environment: Mapping[str, str]
    port: int

    @contextmanager
    def one(self, name: str, *arguments: str) -> Iterator[psutil.Process]:
        """A machine with a folder of its own that runs this module."""
        var = self.folder / name
        own = {"GONGMUN_VAR": str(var), "PREFECT_HOME": str(var / "prefect")}
        with running(name, arguments, logs=var, environment={**self.environment, **own}) as process:
            machine = psutil.Process(process.pid)
            started: list[psutil.Process] = []
            try:
                yield machine
            finally:
                if machine.is_running():
                    started = machine.children(recursive=True)
        # A run has a group of its own.
        for left in started:
            if left.is_running():
                left.kill()

    def call(self, *arguments: str) -> str:
        """What a module says that ends by itself."""
        said = subprocess.run(
            [sys.executable, "-m", *arguments],
            env={**os.environ, **self.environment, "GONGMUN_VAR": str(self.folder / "one")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert said.returncode == 0, said.stderr
        return said.stdout

    def ask(self, path: str, body: Mapping[str, Any]) -> Any:
        client = {"client": "test"}
        with httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}/api/", auth=tuple(LOGIN.split(":")), timeout=60
        ) as http:
            token = answered(lambda: http.get("csrf-token", params=client)).json()["token"]
            headers = {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "test"}
            answer = answered(lambda: http.post(path, json=body, headers=headers))
            answer.raise_for_status()
            return answer.json() if answer.content else None

    def start(self, name: str) -> str:
        """A run of this deployment, at once; its id."""
        (found,) = self.ask("deployments/filter", {"deployments": {"name": {"any_": [name]}}})
        return str(self.ask(f"deployments/{found['id']}/create_flow_run", {})["id"])

    def pause(self) -> None:
        """Only what a test starts is to run."""
        for each in self.ask("deployments/filter", {}):
            self.ask(f"deployments/{each['id']}/pause_deployment", {})

    def runs(self, *ids: str) -> list[dict[str, Any]]:
        return list(self.ask("flow_runs/filter", {"flow_runs": {"id": {"any_": list(ids)}}}))

    def states(self, *ids: str) -> set[str]:
        return {run["state_type"] for run in self.runs(*ids)}

    def count(self, *conditions: Any) -> int:
        with self.db.reading() as session:
            return session.scalar(select(func.count()).where(*conditions)) or 0


@pytest.fixture(scope="module")
def machines(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    folder = tmp_path_factory.mktemp("many")
    with ExitStack() as stack:
        db = stack.enter_context(fresh_database(postgresql_url))
        runs = make_url(stack.enter_context(fresh_database(postgresql_url)).url)
        upgrade(db)
        relay = stack.enter_context(running_relay(folder / "mailboxes"))
        object_store = stack.enter_context(running_object_store())
        port = prefect_server.free_port()
        environment = {
            **object_store,
            "GONGMUN_ENV_FILE": "",
            "GONGMUN_DATABASE_URL": db.url.render_as_string(hide_password=False),
            "GONGMUN_DOCUMENT_STORE": f"s3://{BUCKET}/documents",
            "GONGMUN_RECEIVED_STORE": f"s3://{BUCKET}/received",
            "GONGMUN_MAIL__HOST": "127.0.0.1",
            "GONGMUN_MAIL__PORT": str(relay),
            "GONGMUN_MAIL__TLS": "none",
            "GONGMUN_MAIL__TEST_RELAY": "true",
            "GONGMUN_MAIL__JOURNAL": str(folder / "mailboxes" / JOURNAL),
            "GONGMUN_RENDER_WORKERS": "1",
            "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
            "PREFECT_API_AUTH_STRING": LOGIN,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": runs.set(
                drivername="postgresql+asyncpg"
            ).render_as_string(hide_password=False),
        }
        machines = Machines(folder=folder, db=db, environment=environment, port=port)
        server = ("deployments.prefect_server", "--port", str(port))
        stack.enter_context(machines.one("server", *server))
        assert POOL in machines.call("deployments.deploy", "--pool", POOL)
        machines.pause()
        yield machines


WORKER = ("deployments.worker", "--pool", POOL, "--limit", "1")


def test_two_workers_share_the_runs_and_one_takes_over_from_a_killed_one(
    machines: Machines,
) -> None:
    world = World(db=machines.db, folder=machines.folder / "world", now=clock.now())
    forum = world.forum()
    for topic in TOPICS:
        world.suggest(forum, topic)
    outcome = world.wrap_up(forum).outcome_id
    assert outcome is not None
    world.decide(outcome)
    documents = machines.count(Document.id.is_not(None))
    assert documents >= 10

    with machines.one("worker-1", *WORKER) as first, machines.one("worker-2", *WORKER) as second:
        both = (first, second)
        # Each takes one at a time: who has a child process has a run.
        two = [machines.start("reconcile"), machines.start("follow-up")]
        wait_for("both work", lambda: all(worker.children() for worker in both))
        wait_for("both have run", lambda: machines.states(*two) == {"COMPLETED"})
        wait_for("both are free", lambda: not any(worker.children() for worker in both))

        interrupted = machines.start("issue-outcomes")
        wait_for("some are issued", lambda: machines.count(Document.status.in_(ISSUED)))
        (at_work,) = (worker for worker in both if worker.children())
        kill(at_work)
        assert 0 < machines.count(Document.status.in_(ISSUED)) < documents
        again = machines.start("issue-outcomes")
        wait_for("it is taken over", lambda: machines.states(again) == {"COMPLETED"})
        # Prefect has not heard of its end, and nothing depends on that.
        assert machines.states(interrupted) == {"RUNNING"}

    with machines.db.reading() as session:
        issued = list(session.scalars(select(Document).order_by(Document.serial)))
        queued = session.scalars(select(Dispatch.document_id)).all()
        ledger.verify(session)
    assert {document.status for document in issued} <= ISSUED
    assert [document.serial for document in issued] == list(range(1, documents + 1))
    assert sorted(filter(None, queued)) == sorted(document.id for document in issued)
    with pytest.MonkeyPatch.context() as patch:
        for name in filter(lambda name: name.startswith("AWS_"), machines.environment):
            patch.setenv(name, machines.environment[name])
        store = bucket_store(machines.environment["GONGMUN_DOCUMENT_STORE"])
        for document in issued:
            assert document.file_sha256 is not None
            assert store.get(document.file_sha256).startswith(b"%PDF")


def test_a_large_outcome_is_printed_by_several_workers_and_one_may_be_killed(
    machines: Machines,
) -> None:
    machines.call("deployments.deploy", "--pool", POOL, "--printing-pool", "printing")
    machines.pause()
    given = {"GONGMUN_PRINT_BATCH": "3", "GONGMUN_RENDER_TIMEOUT": "10"}
    large = replace(machines, environment={**machines.environment, **given})
    world = World(db=machines.db, folder=machines.folder / "world", now=clock.now())
    forum = world.forum("OCF-LARGE")
    for topic in TOPICS:
        world.suggest(forum, topic)
    outcome = world.wrap_up(forum, "large").outcome_id
    assert outcome is not None
    world.decide(outcome)
    before = machines.count(Document.status.in_(ISSUED))
    documents = machines.count(Document.id.is_not(None))
    assert documents - before >= 10

    printer = ("deployments.worker", "--pool", "printing", "--limit", "1")
    with (
        large.one("issuer", *WORKER),
        large.one("printer-1", *printer) as first,
        large.one("printer-2", *printer) as second,
    ):
        run = machines.start("issue-outcomes")
        wait_for("both print", lambda: first.children() and second.children())
        kill(first)
        wait_for("all is printed", lambda: machines.states(run) == {"COMPLETED"})

    shares = machines.ask(
        "flow_runs/filter", {"deployments": {"name": {"any_": ["print-documents"]}}}
    )
    assert len(shares) >= 3
    assert "COMPLETED" in {share["state_type"] for share in shares}
    with machines.db.reading() as session:
        issued = list(session.scalars(select(Document).order_by(Document.serial)))
        queued = session.scalars(select(Dispatch.document_id)).all()
        ledger.verify(session)
        rendered = session.scalar(
            select(func.count()).where(LedgerEvent.kind == "document.rendered")
        )
    assert {document.status for document in issued} <= ISSUED
    assert [document.serial for document in issued] == list(range(1, documents + 1))
    assert sorted(filter(None, queued)) == sorted(document.id for document in issued)
    assert rendered == documents


def test_two_dispatchers_share_the_outbox_and_nothing_is_sent_twice(machines: Machines) -> None:
    with machines.db.transaction() as session:
        enqueue_many(
            session,
            [
                replace(MESSAGE, key=f"many:{number}", address=f"office{number}@x.example")
                for number in range(MAILS)
            ],
            clock.now(),
        )
        ids = set(session.scalars(select(Dispatch.message_id)))

    def holders() -> set[str]:
        with machines.db.reading() as session:
            owners = session.scalars(select(Dispatch.owner).distinct()).all()
        return {owner.partition("/")[0].rpartition(":")[2] for owner in owners if owner}

    loop = "deployments.dispatch_loop"
    with machines.one("dispatch-1", loop) as first, machines.one("dispatch-2", loop) as second:
        wait_for("both send", lambda: holders() == {str(first.pid), str(second.pid)})
        kill(first)
        assert str(first.pid) in holders()
        wait_for("the other one ends what it has", lambda: holders() == {str(first.pid)})
        # Half an hour later the leases of the dead one have run out.
        with machines.db.transaction() as session:
            late = clock.now() - SETTLING * 2
            session.execute(
                update(Dispatch).where(Dispatch.owner.is_not(None)).values(lease_until=late)
            )
        wait_for(
            "all are sent", lambda: machines.count(Dispatch.status == Status.ACCEPTED) == len(ids)
        )

    journal = machines.folder / "mailboxes" / JOURNAL / "new"
    arrived = Counter(
        message_from_bytes(mail.read_bytes())["Message-ID"] for mail in journal.iterdir()
    )
    assert set(arrived) == ids
    assert set(arrived.values()) == {1}, "sent twice"
    with machines.db.reading() as session:
        ledger.verify(session)

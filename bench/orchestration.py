"""What Prefect costs: a forum of 40 ministries wrapped up by the flows as they are deployed, and by the services alone.

Draft, decision, 40 numbered PDFs, 40 mails to Postfix's `smtp-sink`; two installations on SQLite that take turns, a new
forum each round. Ours runs on a real server: the deployment `wrap-up-forum` suspends and is resumed with the form,
then `dispatch-mail` runs. Its seconds are those that the server counts the runs as running, from when a process has
loaded the flow; the rival (`bench/rivals/direct_wrap_up.py`) counts in a new process as well, from when it has imported
all. The ratio is the median of the rounds' ratios; the goal is at most 1.25 times as long.

- `wrap_up`: that.
- `started`: what is not in it, from when a run is asked for until it runs, beside the run itself (rival); no goal.
- `grain_…`: documents of one outcome issued by one flow run with one task for all, a task for each ten, and a task for
  each, over one set of render workers, beside `documents.issue` called directly; no goal, decision 0026 rests on it.

Needs Debian's `postfix` package.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.mail import sink
from bench.reference import ministries
from bench.reference.copies import compared
from deployments import prefect_server
from deployments.processes import running
from gongmun import clock, wiring
from gongmun.db import Database
from gongmun.db.schema import upgrade
from gongmun.documents import issue
from gongmun.documents.decision_form import APPROVE
from gongmun.forums import queries
from gongmun.forums.deciding import decide_outcome
from gongmun.forums.wrapping_up import wrap_up
from gongmun.organisations import load
from gongmun.settings import settings

MINISTRIES, ROUNDS, GRAIN_ROUNDS = 40, 5, 3
_LIMIT_SECONDS = 300.0
_SERVED = ("wrap-up-forum", "dispatch-mail")
_GRAINS = {"grain_all": MINISTRIES, "grain_ten": 10, "grain_each": 1}


def run(
    *, offices: int = MINISTRIES, rounds: int = ROUNDS, grain_rounds: int = GRAIN_ROUNDS
) -> dict[str, Any]:
    """Measure; seconds."""
    with tempfile.TemporaryDirectory(prefix="gongmun-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        port = stack.enter_context(sink())
        ours, rival = (_Installation.made(folder / each, port) for each in ("ours", "rival"))
        server = prefect_server.environment(
            folder / "prefect", prefect_server.free_port(), "bench:bench"
        )
        # Prefect reads the environment when it is imported, and so do the settings of what runs in this process.
        os.environ.update({**server, **ours.environment})
        settings.cache_clear()
        stack.enter_context(_served(folder / "logs", server))
        wrapped, started, direct = [], [], []
        for number in range(rounds + 1):
            seconds, waited = _by_prefect(ours.forum(number, offices))
            alone = rival.directly(rival.forum(number, offices))
            if number:  # round 0 warms what both share
                wrapped.append(seconds)
                started.append(waited)
                direct.append(alone)
        return {
            "wrap_up": compared(wrapped, direct) | {"goal": 0.8},
            "started": compared(started, wrapped),
            **_grains(ours, offices, grain_rounds, rounds + 1),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Installation:
    """One, with the organisations loaded, and its environment."""

    db: Database
    environment: Mapping[str, str]

    @classmethod
    def made(cls, folder: Path, relay: int) -> "_Installation":
        db = Database(f"sqlite:///{folder / 'gongmun.db'}")
        upgrade(db)
        load(db, clock.now())
        environment = {
            "GONGMUN_VAR": str(folder),
            "GONGMUN_ENV_FILE": "",
            "GONGMUN_MAIL__HOST": "127.0.0.1",
            "GONGMUN_MAIL__PORT": str(relay),
            "GONGMUN_MAIL__TLS": "none",
            "GONGMUN_MAIL__TEST_RELAY": "true",
            "GONGMUN_RENDER_WORKERS": "2",
        }
        return cls(db=db, environment=environment)

    def forum(self, number: int, offices: int) -> str:
        """A forum to wrap up; its code."""
        now = clock.now()
        with self.db.transaction() as session:
            codes = ministries.ministries(session, now)[:offices]
            assert len(codes) == offices
            forum_id = ministries.forum(session, number, codes, now)
            return queries.forum(session, forum_id).code

    def directly(self, forum: str) -> float:
        """Seconds of the rival."""
        told = subprocess.run(
            [sys.executable, "-m", "bench.rivals.direct_wrap_up", forum],
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            check=True,
        )
        return float(told.stdout)


@contextmanager
def _served(logs: Path, server: Mapping[str, str]) -> Iterator[None]:
    """Prefect's server, and the deployments, each in a process of its own."""
    port = int(server["PREFECT_SERVER_API_PORT"])
    with running("server", prefect_server.COMMAND, logs=logs, environment=server) as process:
        prefect_server.wait_until_healthy(process, port, logs / "server.log")
        with running(
            "serve",
            ("bench.reference.serving_deployments", *_SERVED),
            logs=logs,
            environment=server,
        ):
            from prefect.client.orchestration import get_client

            with get_client(sync_client=True) as client:
                _until(lambda: {each.name for each in client.read_deployments()} >= set(_SERVED))
            yield


def _by_prefect(forum: str) -> tuple[float, float]:
    """Seconds that the two runs ran, and seconds that they waited to be started."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.objects import StateType

    with get_client(sync_client=True) as client:
        run_id = _asked("wrap-up-forum", {"forum": forum})
        state = partial(_state, client, run_id)
        _until(lambda: state() is StateType.PAUSED)
        form = {"decision": APPROVE, "name": "한소통", "reason": "확인하였습니다."}
        client.resume_flow_run(run_id, run_input=form)
        _until(lambda: state() is StateType.COMPLETED)
        sent_id = _asked("dispatch-mail", {})
        _until(lambda: _state(client, sent_id) is StateType.COMPLETED)
        both = [client.read_flow_run(each) for each in (run_id, sent_id)]
        ran = sum(each.total_run_time.total_seconds() for each in both)
        waited = 0.0
        for each in both:
            states = client.read_flow_run_states(each.id)
            for before, after in pairwise(states):
                if before.type in (StateType.SCHEDULED, StateType.PENDING):
                    waited += (after.timestamp - before.timestamp).total_seconds()
    return ran, waited


def _asked(deployment: str, parameters: Mapping[str, Any]) -> UUID:
    from prefect.deployments import run_deployment

    asked: Any = run_deployment(
        f"{deployment}/{deployment}", parameters=dict(parameters), timeout=0, as_subflow=False
    )
    return UUID(str(asked.id))


def _state(client: Any, run_id: UUID) -> Any:
    """The type of a run's state.

    Raises:
        AssertionError: it will not get any further.
    """
    from prefect.client.schemas.objects import StateType

    state = client.read_flow_run(run_id).state
    assert state.type not in (StateType.FAILED, StateType.CRASHED, StateType.CANCELLED), state
    return state.type


def _until(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + _LIMIT_SECONDS
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.5)


def _grains(office: _Installation, offices: int, rounds: int, first: int) -> dict[str, Any]:
    """Documents of an outcome, issued in tasks of several sizes and by a plain call."""
    taken: dict[str, list[float]] = {name: [] for name in (*_GRAINS, "direct")}
    number = first
    for round_ in range(rounds + 1):
        for name in taken:
            documents = _approved(office, number, offices)
            number += 1
            begun = time.perf_counter()
            if name == "direct":
                _issue_directly(documents)
            else:
                _issue_in_tasks(documents, _GRAINS[name])
            if round_:
                taken[name].append(time.perf_counter() - begun)
    direct = taken.pop("direct")
    return {name: compared(seconds, direct) for name, seconds in taken.items()}


def _approved(office: _Installation, number: int, offices: int) -> Sequence[int]:
    """The documents of an approved outcome that nobody has issued."""
    now = clock.now()
    code = office.forum(number, offices)
    with office.db.reading() as session:
        forum_id = queries.required_forum(session, code).id
    outcome_id = wrap_up(office.db, forum_id, key=code, now=now).outcome_id
    assert outcome_id is not None
    decide_outcome(office.db, outcome_id, decision="approve", name="한소통", reason="확인", now=now)
    with office.db.reading() as session:
        return [document.id for document in queries.documents_of(session, outcome_id)]


def _issue_directly(documents: Sequence[int]) -> None:
    with wiring.renderer() as renderer:
        report = issue(
            wiring.database(),
            documents,
            renderer=renderer,
            store=wiring.file_store(),
            now=clock.now(),
        )
    assert len(report.issued) == len(documents), report


def _issue_in_tasks(documents: Sequence[int], size: int) -> None:
    from prefect import flow
    from prefect.task_runners import ThreadPoolTaskRunner

    from tasks.service_task import service_task

    with wiring.renderer() as renderer:

        @service_task("issue {first} and on")
        def issue_some(first: int, last: int) -> int:
            report = issue(
                wiring.database(),
                [each for each in documents if first <= each <= last],
                renderer=renderer,
                store=wiring.file_store(),
                now=clock.now(),
            )
            return len(report.issued)

        @flow(
            name="issue-by-grain",
            task_runner=ThreadPoolTaskRunner(max_workers=renderer.workers + 1),
        )
        def issue_all() -> int:
            some = [documents[start : start + size] for start in range(0, len(documents), size)]
            return sum(
                each.result() for each in [issue_some.submit(part[0], part[-1]) for part in some]
            )

        assert issue_all() == len(documents)

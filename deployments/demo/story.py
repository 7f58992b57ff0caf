"""The story of the demo, told with the real flows and services.

The wrap-up is scheduled, suspends, is approved from the command line and resumes through a served
deployment, as in service. The weeks after are played by calling the same flows with `as_of`; days
on which nothing is due are passed over.
"""

import os
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import StateType
from rich.console import Console

from deployments import prefect_server
from deployments.demo import cast, certificate, ministries, report, saying, weeks
from deployments.demo.coordinator import NAME
from deployments.processes import running
from deployments.registry import wait_until_served
from deployments.sample import MAPPING, SUGGESTIONS, sample_forums, sample_relay
from flows.dispatch_mail import dispatch_mail
from flows.import_suggestions import import_suggestions
from flows.schedule_wrap_ups import schedule_wrap_ups
from gongmun import clock, wiring
from gongmun.cli.app import setup
from gongmun.cli.outcome import approve
from gongmun.cli.suggestion import route
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.forums import queries as forum_queries
from gongmun.forums.registering import register_forum

# The forum ends so long after the demo's begin that its wrap-up is seen among the upcoming runs.
ENDS_IN = timedelta(seconds=8)
# For a run to get somewhere, from its start as a process on: on a busy machine that alone takes a minute.
RUN_SECONDS = 600.0

console = Console(highlight=False)


class RunStuck(GongmunError):
    """A run of the demo did not reach the state the story waits for."""

    code = "demo.run_stuck"
    ko = (
        "실행 '{name}'이(가) {state} 상태가 되지 않았습니다. 마지막 상태는 {seen}입니다. "
        "실패한 상태가 아니면 기계가 바쁜 것이니 한가할 때 다시 실행하고, 실패하였으면 {log} 기록을 확인해 주십시오."
    )
    en = (
        "The run '{name}' did not become {state}; it was {seen}. Unless it had failed the machine was too busy: "
        "run this again when it is not. If it had, see the log in {log}."
    )


def play(var: Path, port: int, stack: ExitStack) -> None:
    """Play all of it; everything is left under `var`."""
    begun = time.monotonic()

    def say(ko: str, en: str) -> None:
        console.print(saying.line(time.monotonic() - begun, ko, en))

    say("Prefect 서버를 시작합니다.", "Starting Prefect's server.")
    logs = var / "logs"
    server = stack.enter_context(
        running("server", prefect_server.COMMAND, logs=logs, environment={})
    )
    refused = {
        f"{name}@{cast.UNDELIVERABLE.lower()}.example" for name in ("forum", "participation")
    }
    returned = f"forum@{cast.BOUNCING.lower()}.example"
    os.environ.update(certificate.environment(var / "certificate"))
    say(
        "시험용 인증서를 만들었습니다. 서명은 변조되지 않았음만 증명하며, 서명 시각은 실제 시각입니다.",
        "Made a test certificate: it proves integrity only. Signatures claim the real time.",
    )
    os.environ.update(
        stack.enter_context(
            sample_relay(var / "mailboxes", refuse=frozenset(refused), bounce=frozenset({returned}))
        )
    )
    setup()
    db = wiring.database()
    prefect_server.wait_until_healthy(server, port, logs / "server.log")
    # The served flows run by the real clock: an inbox without mail keeps them from the replies of the weeks.
    silent = var / "no-mail"
    ministries.maildir(silent)
    stack.enter_context(
        running(
            "deployments",
            ["deployments.serve"],
            logs=logs,
            environment={"GONGMUN_INBOX__MAILDIR": str(silent)},
        )
    )

    begin = clock.now()
    forums = sample_forums(begin + ENDS_IN)
    forum = forums.ending.code
    for file in (forums.ending, forums.upcoming):
        register_forum(db, file, now=begin)
    say("시민 제안 40건을 접수합니다.", "Importing 40 real citizen questions.")
    import_suggestions(forum, SUGGESTIONS, MAPPING)

    with get_client(sync_client=True) as client:
        wait_until_served(client)
        schedule_wrap_ups()
        say("결과 정리가 예약되었습니다.", "The wrap-up is scheduled; waiting for it to run.")
        _wait_for_run(client, forum, StateType.PAUSED, logs=logs)
        say("결재를 기다립니다.", "The run is suspended and waits for a coordinator.")
        _route_the_unrouted(db, forum)
        with db.reading() as session:
            outcome = forum_queries.latest_outcome(
                session, forum_queries.required_forum(session, forum).id
            )
        assert outcome is not None
        approve(outcome.id, name=NAME, reason="소관과 내용을 확인하였습니다.")
        say("승인되어 공문을 시행합니다.", "Approved; documents are numbered and rendered.")
        _wait_for_run(client, forum, StateType.COMPLETED, logs=logs)

    sent = clock.now()
    dispatch_mail(as_of=sent)
    say("공문을 발송했습니다. 이후 5주를 압축하여 진행합니다.", "Dispatched. Now five weeks pass.")
    weeks.play(db, var / "mailboxes", sent, say)
    report.write(db, var, console)
    say("끝났습니다.", "Done.")


def _wait_for_run(client: SyncPrefectClient, forum: str, state: StateType, *, logs: Path) -> None:
    name = f"WRAP-UP {forum}"
    found = FlowRunFilter.model_validate({"name": {"any_": [name]}})
    give_up = time.monotonic() + RUN_SECONDS
    states: set[StateType | None] = set()
    while time.monotonic() < give_up:
        states = {run.state_type for run in client.read_flow_runs(flow_run_filter=found)}
        if state in states:
            return
        if states & {StateType.FAILED, StateType.CRASHED, StateType.CANCELLED}:
            break
        time.sleep(0.2)
    seen = ", ".join(sorted(each.value for each in states if each)) or "NONE"
    raise RunStuck(name=name, state=state.value, seen=seen, log=logs)


def _route_the_unrouted(db: Database, forum: str) -> None:
    """The coordinator gives the one suggestion without a known topic to a ministry."""
    with db.reading() as session:
        forum_id = forum_queries.required_forum(session, forum).id
        unrouted = [s.id for s in forum_queries.unreferred(session, forum_id)]
    for suggestion_id in unrouted:
        route(
            suggestion_id,
            name=NAME,
            reason="본인확인 수단 정책의 소관 기관입니다.",
            lead="MSIT",
            cooperating=["PIPC"],
        )

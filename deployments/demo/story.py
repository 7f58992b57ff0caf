"""The story of the demo, told with the real flows and services.

The wrap-up is scheduled, suspends, is approved from the command line and resumes through a served
deployment, as in service. The weeks after are played by calling the same flows with `as_of`; days
on which nothing is due are passed over.
"""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import StateType
from rich.console import Console
from sqlalchemy.orm import Session

from deployments import prefect_server
from deployments.demo import cast, certificate, report
from deployments.processes import running
from deployments.registry import wait_until_served
from deployments.sample import MAPPING, SUGGESTIONS, sample_forums, sample_relay
from flows.chase_referrals import chase_referrals
from flows.dispatch_mail import dispatch_mail
from flows.import_suggestions import import_suggestions
from flows.schedule_wrap_ups import schedule_wrap_ups
from gongmun import clock, wiring
from gongmun.calendar import calendar
from gongmun.cli.app import setup
from gongmun.cli.outcome import approve
from gongmun.cli.suggestion import route
from gongmun.db import Database
from gongmun.documents import Decision
from gongmun.documents import queries as document_queries
from gongmun.errors import GongmunError
from gongmun.forums import queries as forum_queries
from gongmun.forums.registering import register_forum
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.answering import acknowledge, respond
from gongmun.referrals.escalating import decide_escalation
from gongmun.referrals.life import CHASED
from gongmun.referrals.models import Referral

COORDINATOR = "한소통"
# The forum ends so long after the demo's begin that its wrap-up is seen among the upcoming runs.
ENDS_IN = timedelta(seconds=8)
LAST_DAY = 28  # working days after the dispatch: the escalation is sent by then
RUN_SECONDS = 120.0

Say = Callable[[str, str], None]

console = Console(highlight=False)


class RunStuck(GongmunError):
    """A run of the demo did not reach the state the story waits for."""

    code = "demo.run_stuck"
    ko = "실행 '{name}'이(가) {state} 상태가 되지 않았습니다. var/demo/logs의 기록을 확인해 주십시오."
    en = "The run '{name}' did not become {state}. See the logs in var/demo/logs."


def play(var: Path, port: int, stack: ExitStack) -> None:
    """Play all of it; everything is left under `var`."""
    begun = time.monotonic()

    def say(ko: str, en: str) -> None:
        console.print(f"[bold]{time.monotonic() - begun:5.0f} s[/]  {ko}  [dim]{en}[/]")

    say("Prefect 서버를 시작합니다.", "Starting Prefect's server.")
    environment = prefect_server.environment(var / "prefect", port)
    logs = var / "logs"
    server = stack.enter_context(
        running("server", prefect_server.COMMAND, logs=logs, environment=environment)
    )
    refused = f"forum@{cast.UNDELIVERABLE.lower()}.example"
    os.environ.update(certificate.environment(var / "certificate"))
    say(
        "시험용 인증서를 만들었습니다. 서명은 변조되지 않았음만 증명하며, 서명 시각은 실제 시각입니다.",
        "Made a test certificate: it proves integrity only. Signatures claim the real time.",
    )
    os.environ.update(stack.enter_context(sample_relay(var / "mailboxes", frozenset({refused}))))
    setup()
    db = wiring.database()
    prefect_server.wait_until_healthy(server, port, logs / "server.log")
    stack.enter_context(
        running("deployments", ["deployments.serve"], logs=logs, environment={**os.environ})
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
        _wait_for_run(client, forum, StateType.PAUSED)
        say("결재를 기다립니다.", "The run is suspended and waits for a coordinator.")
        _route_the_unrouted(db, forum)
        with db.reading() as session:
            outcome = forum_queries.latest_outcome(
                session, forum_queries.required_forum(session, forum).id
            )
        assert outcome is not None
        approve(outcome.id, name=COORDINATOR, reason="소관과 내용을 확인하였습니다.")
        say("승인되어 공문을 시행합니다.", "Approved; documents are numbered and rendered.")
        _wait_for_run(client, forum, StateType.COMPLETED)

    sent = clock.now()
    dispatch_mail(as_of=sent)
    say("공문을 발송했습니다. 이후 5주를 압축하여 진행합니다.", "Dispatched. Now five weeks pass.")
    _weeks(db, clock.seoul_date(sent), say)
    report.write(db, var, console)
    say("끝났습니다.", "Done.")


def _wait_for_run(client: SyncPrefectClient, forum: str, state: StateType) -> None:
    name = f"WRAP-UP {forum}"
    found = FlowRunFilter.model_validate({"name": {"any_": [name]}})
    give_up = time.monotonic() + RUN_SECONDS
    while time.monotonic() < give_up:
        states = {run.state_type for run in client.read_flow_runs(flow_run_filter=found)}
        if state in states:
            return
        if states & {StateType.FAILED, StateType.CRASHED, StateType.CANCELLED}:
            break
        time.sleep(0.2)
    raise RunStuck(name=name, state=state.value)


def _route_the_unrouted(db: Database, forum: str) -> None:
    """The coordinator gives the one suggestion without a known topic to a ministry."""
    with db.reading() as session:
        forum_id = forum_queries.required_forum(session, forum).id
        unrouted = [s.id for s in forum_queries.unreferred(session, forum_id)]
    for suggestion_id in unrouted:
        route(
            suggestion_id,
            name=COORDINATOR,
            reason="본인확인 수단 정책의 소관 기관입니다.",
            lead="MSIT",
            cooperating=["PIPC"],
        )


def _weeks(db: Database, sent_on: date, say: Say) -> None:
    first = calendar().shift(sent_on, 0)
    for number in range(1, LAST_DAY + 1):
        day = calendar().shift(first, number)
        morning = clock.seoul_time(day, 9, 10)
        if not _is_anything_to_do(db, number, day):
            continue
        mails = chase_referrals(as_of=morning)
        if _approve_escalations(db, clock.seoul_time(day, 10)):
            mails += chase_referrals(as_of=clock.seoul_time(day, 11))
        if mails:
            dispatch_mail(as_of=clock.seoul_time(day, 11, 30))
        acknowledged, answered = _ministries_act(db, number, clock.seoul_time(day, 14))
        say(
            f"{day:%m.%d.} 메일 {mails}통, 접수 {acknowledged}건, 회신 {answered}건",
            f"{mails} mails, {acknowledged} acknowledged, {answered} answered",
        )


def _is_anything_to_do(db: Database, number: int, day: date) -> bool:
    """Whether the ladder, the outbox or a ministry has something to do on this day."""
    if any(number in (part.acknowledges, part.answers) for part in cast.CAST):
        return True
    with db.reading() as session:
        next_action = referral_queries.next_action_on(session)
        return bool(document_queries.drafted_escalations(session)) or (
            next_action is not None and next_action <= day
        )


def _approve_escalations(db: Database, now: datetime) -> bool:
    with db.reading() as session:
        waiting = [document.id for document in document_queries.drafted_escalations(session)]
    for document_id in waiting:
        decide_escalation(
            db,
            document_id,
            decision=Decision.APPROVE,
            name=COORDINATOR,
            reason="두 차례 독촉에도 회신이 없어 상급기관에 알립니다.",
            now=now,
        )
    return bool(waiting)


def _ministries_act(db: Database, number: int, now: datetime) -> tuple[int, int]:
    """What the ministries do on working day `number`: acknowledgements and answers recorded."""
    acknowledged = answered = 0
    for part in cast.CAST:
        if part.acknowledges == number:
            for document_id in _documents_of(db, part.code, now):
                acknowledged += len(
                    acknowledge(
                        db,
                        document_id,
                        registration_number=f"{part.code}-{1000 + number}",
                        now=now,
                        ladder=wiring.ladder(),
                    )
                )
        if part.answers == number:
            answered += _answer_all(db, part.code, now)
    return acknowledged, answered


def _documents_of(db: Database, code: str, now: datetime) -> Sequence[int]:
    with db.reading() as session:
        return sorted({r.document_id for r in _open(session, code, now) if r.document_id})


def _answer_all(db: Database, code: str, now: datetime) -> int:
    with db.reading() as session:
        ids = [referral.id for referral in _open(session, code, now)]
    for referral_id in ids:
        decision, reason, days = cast.RESPONSES[referral_id % len(cast.RESPONSES)]
        promised = clock.seoul_date(now) + timedelta(days=days) if days else None
        respond(db, referral_id, decision=decision, reason=reason, promised_on=promised, now=now)
    return len(ids)


def _open(session: Session, code: str, now: datetime) -> Sequence[Referral]:
    ministry = organisation_queries.organisation(session, code, clock.seoul_date(now))
    assert ministry is not None
    return referral_queries.with_status(session, CHASED, organisation_id=ministry.id)

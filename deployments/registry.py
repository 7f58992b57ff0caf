"""The deployments: every flow that runs by itself or by a form, with its schedule.

One registry serves one machine (`python -m deployments.serve`) and many (`.deploy(work_pool)`).
Schedules run by the clock of Seoul. Sweeps are cheap when nothing is due, because after an outage
every missed occurrence is submitted at once.
"""

import time
from collections.abc import Sequence
from typing import Any

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron, Schedule

from deployments import forms
from deployments.descriptions import description
from flows.archive_survey_waves import archive_survey_waves
from flows.ask_decisions import ask_decisions
from flows.chase_referrals import chase_referrals
from flows.close_survey_wave import close_survey_wave
from flows.collect_replies import collect_replies
from flows.decide_escalation import decide_escalation
from flows.decide_extension import decide_extension
from flows.decide_survey_report import decide_survey_report
from flows.dispatch_mail import dispatch_mail
from flows.expire_personal_data import expire_personal_data
from flows.file_reply import file_reply
from flows.follow_successions import follow_successions
from flows.follow_up import follow_up
from flows.import_suggestions import import_suggestions
from flows.issue_outcomes import issue_outcomes
from flows.open_survey_wave import open_survey_wave
from flows.print_documents import print_documents
from flows.publish_survey_report import publish_survey_report
from flows.raise_alarms import raise_alarms
from flows.recompute_deadlines import recompute_deadlines
from flows.reconcile import reconcile
from flows.remind_respondents import remind_respondents
from flows.replace_contact import replace_contact
from flows.route_suggestion import route_suggestion
from flows.schedule_wrap_ups import schedule_wrap_ups
from flows.send_morning_digest import send_morning_digest
from flows.settle_dispatch import settle_dispatch
from flows.show_boards import show_boards
from flows.tell_coordinators import tell_coordinators
from flows.wrap_up_forum import wrap_up_forum
from gongmun.errors import GongmunError

SEOUL = "Asia/Seoul"
SERVED_SECONDS = 120.0
# For how long a run may be about to start before its place is given to another one: its process may have been killed.
STARTING_SECONDS = 120
# Of what comes again within minutes and nobody starts by hand; and of what people start by hand as well.
CANCEL, WAIT = ConcurrencyLimitStrategy.CANCEL_NEW, ConcurrencyLimitStrategy.ENQUEUE


class DeploymentsMissing(GongmunError):
    """The serving process did not make itself known to Prefect's server."""

    code = "prefect.deployments_missing"
    ko = "배포 {names}이(가) Prefect 서버에 등록되지 않았습니다. deployments.log를 확인해 주십시오."
    en = "The deployments {names} are not known to Prefect's server. See deployments.log."


def registry() -> Sequence[RunnerDeployment]:
    """All deployments, ready to serve."""
    return [
        _deployment(
            show_boards,
            tags=["sweep", "board"],
            schedule=_cron("*/30 8-19 * * *"),
            second=WAIT,
        ),
        _deployment(import_suggestions, tags=["intake"]),
        _deployment(
            schedule_wrap_ups,
            tags=["sweep"],
            schedule=_cron("*/10 * * * *"),
            second=CANCEL,
        ),
        _deployment(wrap_up_forum, tags=["approval"]),
        _deployment(issue_outcomes, tags=["sweep"], schedule=_cron("5,35 8-19 * * *")),
        # Shares of a job that is large: see tasks/sharing.py.
        _deployment(print_documents, tags=["printing"]),
        # Mail is sent by the dispatch loop within seconds; this is its safety net.
        _deployment(dispatch_mail, tags=["sweep", "mail"], schedule=_cron("0 * * * *")),
        _deployment(
            collect_replies,
            tags=["sweep", "mail"],
            schedule=_cron("*/5 * * * *"),
            second=WAIT,
        ),
        _deployment(file_reply, tags=["approval", "mail"]),
        # A run of these for each thing that waits for a person is begun by the first one.
        _deployment(
            ask_decisions,
            tags=["sweep", "decision"],
            schedule=_cron("5-55/10 * * * *"),
            second=WAIT,
        ),
        _deployment(settle_dispatch, tags=["decision", "mail"]),
        _deployment(route_suggestion, tags=["decision"]),
        _deployment(decide_extension, tags=["decision"]),
        _deployment(decide_escalation, tags=["decision", "ladder"]),
        _deployment(decide_survey_report, tags=["decision", "survey"]),
        _deployment(replace_contact, tags=["decision", "mail"]),
        # At midnight, when a reorganisation takes effect, and before the chase, when offices are open.
        _deployment(follow_successions, tags=["sweep"], schedule=_cron("1 0,9 * * *")),
        # Twice: a morning that the server was down is caught up the same day. Else the second finds nothing.
        _deployment(chase_referrals, tags=["sweep", "ladder"], schedule=_cron("10 9,14 * * 1-5")),
        # By hand: what a change of the days off moves is looked at before it is moved.
        _deployment(recompute_deadlines, tags=["ladder"]),
        # Before the working day begins: whoever comes first sees what did not go on.
        _deployment(
            reconcile,
            tags=["sweep"],
            schedule=_cron("30 7 * * *"),
            second=WAIT,
        ),
        _deployment(follow_up, tags=["sweep"], schedule=_cron("20 9 * * 1-5")),
        # Also by other systems, with a series and a key: see docs/surveys.md.
        _deployment(
            open_survey_wave,
            tags=["sweep", "survey"],
            # With a name of its own: Prefect then leaves alone what another has put on it beside this.
            schedule=Cron("5 * * * *", timezone=SEOUL, slug="hourly"),
        ),
        _deployment(remind_respondents, tags=["sweep", "survey"], schedule=_cron("40 9 * * 1-5")),
        _deployment(
            close_survey_wave,
            tags=["sweep", "survey"],
            schedule=_cron("*/10 * * * *"),
            second=CANCEL,
        ),
        _deployment(
            publish_survey_report, tags=["sweep", "survey"], schedule=_cron("15 8-19 * * *")
        ),
        # At night, when nobody answers.
        _deployment(archive_survey_waves, tags=["sweep", "survey"], schedule=_cron("30 3 * * *")),
        _deployment(
            expire_personal_data, tags=["sweep", "retention"], schedule=_cron("47 3 * * *")
        ),
        # What coordinators are told; the teller is started by deployments/automations.py.
        _deployment(
            raise_alarms,
            tags=["sweep", "told"],
            schedule=_cron("*/15 * * * *"),
            second=CANCEL,
        ),
        _deployment(send_morning_digest, tags=["sweep", "told"], schedule=_cron("20 8 * * 1-5")),
        _deployment(tell_coordinators, tags=["told"]),
    ]


def _cron(cron: str) -> Schedule:
    return Cron(cron, timezone=SEOUL)


def _deployment(
    flow: Flow[Any, Any],
    *,
    tags: Sequence[str],
    schedule: Schedule | None = None,
    second: ConcurrencyLimitStrategy | None = None,
) -> RunnerDeployment:
    """A deployment; `second` is what Prefect does with a run while another one runs, see decision 0025."""
    deployment = flow.to_deployment(
        name=flow.name,
        description=description(flow),
        tags=["gongmun", *tags],
        schedules=[schedule] if schedule else [],
        concurrency_limit=None
        if second is None
        else ConcurrencyLimitConfig(
            limit=1, collision_strategy=second, grace_period_seconds=STARTING_SECONDS
        ),
    )
    assert isinstance(deployment, RunnerDeployment)
    forms.describe(deployment)
    return deployment


def wait_until_served(client: SyncPrefectClient) -> None:
    """Return when Prefect's server knows every deployment of the registry.

    Raises:
        DeploymentsMissing: some are still unknown after SERVED_SECONDS.
    """
    expected = {deployment.name for deployment in registry()}
    give_up = time.monotonic() + SERVED_SECONDS
    while missing := expected - {found.name for found in client.read_deployments()}:
        if time.monotonic() > give_up:
            raise DeploymentsMissing(names=", ".join(sorted(missing)))
        time.sleep(0.2)

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
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron, Schedule

from flows.chase_referrals import chase_referrals
from flows.collect_replies import collect_replies
from flows.dispatch_mail import dispatch_mail
from flows.file_reply import file_reply
from flows.follow_successions import follow_successions
from flows.follow_up import follow_up
from flows.import_suggestions import import_suggestions
from flows.issue_outcomes import issue_outcomes
from flows.recompute_deadlines import recompute_deadlines
from flows.reconcile import reconcile
from flows.schedule_wrap_ups import schedule_wrap_ups
from flows.wrap_up_forum import wrap_up_forum
from gongmun.errors import GongmunError

SEOUL = "Asia/Seoul"
SERVED_SECONDS = 120.0


class DeploymentsMissing(GongmunError):
    """The serving process did not make itself known to Prefect's server."""

    code = "prefect.deployments_missing"
    ko = "배포 {names}이(가) Prefect 서버에 등록되지 않았습니다. deployments.log를 확인해 주십시오."
    en = "The deployments {names} are not known to Prefect's server. See deployments.log."


def registry() -> Sequence[RunnerDeployment]:
    """All deployments, ready to serve."""
    return [
        _deployment(import_suggestions, tags=["intake"]),
        _deployment(schedule_wrap_ups, tags=["sweep"], schedule=_cron("*/10 * * * *")),
        _deployment(wrap_up_forum, tags=["approval"]),
        _deployment(issue_outcomes, tags=["sweep"], schedule=_cron("5,35 8-19 * * *")),
        # Mail is sent by the dispatch loop within seconds; this is its safety net.
        _deployment(dispatch_mail, tags=["sweep", "mail"], schedule=_cron("0 * * * *")),
        _deployment(collect_replies, tags=["sweep", "mail"], schedule=_cron("*/5 * * * *")),
        _deployment(file_reply, tags=["approval", "mail"]),
        # At midnight, when a reorganisation takes effect, and before the chase, when offices are open.
        _deployment(follow_successions, tags=["sweep"], schedule=_cron("1 0,9 * * *")),
        # Twice: a morning that the server was down is caught up the same day. Else the second finds nothing.
        _deployment(chase_referrals, tags=["sweep", "ladder"], schedule=_cron("10 9,14 * * 1-5")),
        # By hand: what a change of the days off moves is looked at before it is moved.
        _deployment(recompute_deadlines, tags=["ladder"]),
        # Before the working day begins: whoever comes first sees what did not go on.
        _deployment(reconcile, tags=["sweep"], schedule=_cron("30 7 * * *")),
        _deployment(follow_up, tags=["sweep"], schedule=_cron("20 9 * * 1-5")),
    ]


def _cron(cron: str) -> Schedule:
    return Cron(cron, timezone=SEOUL)


def _deployment(
    flow: Flow[Any, Any], *, tags: Sequence[str], schedule: Schedule | None = None
) -> RunnerDeployment:
    deployment = flow.to_deployment(
        name=flow.name,
        description=flow.description,
        tags=["gongmun", *tags],
        schedules=[schedule] if schedule else [],
    )
    assert isinstance(deployment, RunnerDeployment)
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

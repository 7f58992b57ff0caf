"""Prefect's automations (자동화), as code: what becomes of events without anybody who looks.

They start the flow `tell-coordinators`, which writes through our own outbox, and tell a notification block of Prefect's
where GONGMUN_NOTIFICATION_BLOCK names one. `make up` applies them, and so does `python -m deployments.automations`: by
name, so that one that is there is brought up to date and none is doubled. One that an operator has paused stays paused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import typer
from prefect.automations import AutomationCore, EventTrigger, Posture
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.actions import ActionTypes, RunDeployment, SendNotification
from prefect.exceptions import ObjectNotFound

from deployments.prefect_api import require_api
from deployments.registry import registry
from gongmun import prefect_login
from gongmun.briefing.models import AlarmKind
from gongmun.briefing.names import RunState
from gongmun.briefing.raising import ALARM_SWEEP
from gongmun.briefing.telling import TOLD
from gongmun.errors import GongmunError
from gongmun.settings import settings
from gongmun.text import Bilingual

TAG = "gongmun"
TELLER = "tell-coordinators"
# A run that waits so long for its turn is told: Prefect calls it late after seconds, which is every busy minute.
_LATE_FOR = timedelta(minutes=30)
# Alarms of one sweep are one mail; a run that fails again and again is told of at most so often.
_TOGETHER, _AGAIN = timedelta(minutes=1), timedelta(hours=6)
# The alarms' own sweep runs every quarter of an hour, and watches the others.
_SILENT_FOR = timedelta(hours=1)
_RUN = {"prefect.resource.id": "prefect.flow-run.*"}


class NotificationBlockMissing(GongmunError):
    """GONGMUN_NOTIFICATION_BLOCK names a block that Prefect does not have."""

    code = "automations.block_missing"
    ko = (
        "Prefect에 알림 블록 {block}이(가) 없습니다. 메일로만 알립니다. Prefect 화면의 Blocks에서 만들고 다시 시작하거나, "
        "GONGMUN_NOTIFICATION_BLOCK 을 지워 주십시오."
    )
    en = (
        "Prefect has no notification block {block}: coordinators are told by mail only. Make it in Prefect's page "
        "(Blocks) and start again, or unset GONGMUN_NOTIFICATION_BLOCK."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One automation: when it fires, what `tell-coordinators` is told, and what a notification block is."""

    name: str
    meaning: Bilingual
    trigger: EventTrigger
    notice: str
    parameters: dict[str, Any] = field(default_factory=dict)


def rules() -> Sequence[Rule]:
    """All automations."""
    # Not of the teller itself: it would be told of its own failures without end.
    watched = [each.flow_name for each in registry() if each.name != TELLER]
    of_ours = {"prefect.resource.role": "flow", "prefect.resource.name": watched}
    return [
        _ended(
            "gongmun-failed-runs",
            Bilingual(ko="실패한 실행", en="runs that failed"),
            RunState.FAILED,
            ["Failed", "TimedOut"],
            of_ours,
        ),
        _ended(
            "gongmun-crashed-runs",
            Bilingual(ko="중단된 실행", en="runs that crashed"),
            RunState.CRASHED,
            ["Crashed"],
            of_ours,
        ),
        Rule(
            name="gongmun-late-runs",
            meaning=Bilingual(
                ko="30분 넘게 시작되지 않은 실행", en="runs that wait for half an hour"
            ),
            trigger=EventTrigger(
                match=_RUN,
                match_related=of_ours,
                after={"prefect.flow-run.Late"},
                expect={f"prefect.flow-run.{state}" for state in _BEGUN},
                for_each={"prefect.resource.id"},
                posture=Posture.Proactive,
                within=_LATE_FOR,
            ),
            notice="Late: {{ event.resource.name }}",
            parameters=_of_run(RunState.LATE),
        ),
        Rule(
            name="gongmun-silent-sweeps",
            meaning=Bilingual(
                ko="한 시간 동안 감시 작업이 실행되지 않음",
                en="the watching sweep has not run for an hour",
            ),
            trigger=EventTrigger(
                match=_RUN,
                match_related={**of_ours, "prefect.resource.name": ALARM_SWEEP},
                expect={"prefect.flow-run.Completed"},
                posture=Posture.Proactive,
                within=_SILENT_FOR,
            ),
            notice=f"Missed: {ALARM_SWEEP}",
            parameters={"run": ALARM_SWEEP, "state": RunState.MISSED.value},
        ),
        Rule(
            name="gongmun-alarms",
            meaning=Bilingual(
                ko="배달되지 않거나 불명한 메일, 이틀 넘은 결재, 실행되지 않은 작업",
                en="undeliverable or uncertain mail, old approvals, sweeps that did not run",
            ),
            trigger=EventTrigger(
                match={"prefect.resource.id": "gongmun.*"},
                expect={_event(kind) for kind in TOLD},
                within=_TOGETHER,
            ),
            notice="{{ event.event }}: {{ event.resource.name }}",
        ),
    ]


_BEGUN = ("Pending", "Running", "Completed", "Failed", "Crashed", "Cancelled", "Cancelling")


def _event(kind: AlarmKind) -> str:
    return f"gongmun.{kind}"


def _ended(
    name: str, meaning: Bilingual, state: RunState, names: Sequence[str], of_ours: dict[str, Any]
) -> Rule:
    return Rule(
        name=name,
        meaning=meaning,
        trigger=EventTrigger(
            match=_RUN,
            match_related=of_ours,
            expect={f"prefect.flow-run.{each}" for each in names},
            for_each={"prefect.resource.name"},
            within=_AGAIN,
        ),
        notice=f"{state}: {{{{ event.resource.name }}}}",
        parameters=_of_run(state),
    )


def _of_run(state: RunState) -> dict[str, Any]:
    return {
        "run": "{{ event.resource.name }}",
        "state": state.value,
        # Prefect writes what stands alone as JSON, which has no UUIDs.
        "run_id": "{{ flow_run.id | string }}",
    }


def apply(client: SyncPrefectClient) -> Sequence[GongmunError]:
    """Bring Prefect's automations to what stands here; what could not be set up, of which the rest does not suffer.

    The deployments must be known to Prefect (`registry.wait_until_served`). Those of ours that stand here no more are
    deleted; others are left alone.
    """
    problems: list[GongmunError] = []
    block = _block(client, problems)
    teller = client.read_deployment_by_name(f"{TELLER}/{TELLER}").id
    wanted = {rule.name: _automation(rule, teller, block) for rule in rules()}
    for found in client.read_automations():
        if TAG not in found.tags:
            continue
        automation = wanted.pop(found.name, None)
        if automation is None:
            client.delete_automation(found.id)
        else:
            automation.enabled = found.enabled
            # What was left to its default is not sent otherwise, and Prefect asks for all but whose it is.
            whole = AutomationCore.model_validate(automation.model_dump(exclude={"owner_resource"}))
            client.update_automation(found.id, whole)
    for automation in wanted.values():
        client.create_automation(automation)
    return problems


def _automation(rule: Rule, teller: UUID, block: UUID | None) -> AutomationCore:
    actions: list[ActionTypes] = [
        RunDeployment(source="selected", deployment_id=teller, parameters=rule.parameters)
    ]
    if block is not None:
        actions.append(
            SendNotification(block_document_id=block, subject="Gongmun", body=rule.notice)
        )
    return AutomationCore(
        name=rule.name,
        description=str(rule.meaning),
        enabled=True,
        tags=[TAG],
        trigger=rule.trigger,
        actions=actions,
    )


def _block(client: SyncPrefectClient, problems: list[GongmunError]) -> UUID | None:
    named = settings().notification_block
    if named is None:
        return None
    kind, _, name = named.partition("/")
    try:
        return client.read_block_document_by_name(name, kind).id
    except ObjectNotFound:
        problems.append(NotificationBlockMissing(block=named))
        return None


def main() -> None:
    """Apply them to the server that PREFECT_API_URL names."""
    prefect_login.use(settings().prefect_login)
    require_api()
    with get_client(sync_client=True) as client:
        problems = apply(client)
    for problem in problems:
        typer.echo(f"{problem.message_ko}\n{problem.message_en}", err=True)


if __name__ == "__main__":
    main()

"""Runs of our own deployments: starting each once, and ending what asks for nothing any more."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, FlowRunFilter
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import SetStateStatus
from prefect.deployments import run_deployment
from prefect.states import Completed

from tasks.forgetting import forget

ATTEMPTS = 5
_UNDER_WAY = (StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.PAUSED)
# As many as the server gives at a time.
_PAGE = 200


def run_once(
    deployment: str, *, parameters: Mapping[str, Any], key: str, name: str, at: datetime
) -> bool:
    """Schedule a run of `deployment` at `at`; the same key makes one, however often this is called.

    A run that failed is followed by another, a few times; after that it is a person's to start. False where none is
    under way now: it has ended.
    """
    for attempt in range(ATTEMPTS):
        run: Any = run_deployment(
            deployment,
            parameters=dict(parameters),
            scheduled_time=at,
            idempotency_key=key if attempt == 0 else f"{key}:{attempt}",
            flow_run_name=name,
            timeout=0,
            as_subflow=False,
        )
        if run.state is None or run.state.type not in (StateType.FAILED, StateType.CRASHED):
            break
    return run.state is None or run.state.type in _UNDER_WAY


def under_way(deployment: str) -> Sequence[FlowRun]:
    """The runs of the deployment of this name that have not ended."""
    states = {"type": {"any_": list(_UNDER_WAY)}}
    found: list[FlowRun] = []
    with get_client(sync_client=True) as client:
        while True:
            page = client.read_flow_runs(
                flow_run_filter=FlowRunFilter.model_validate({"state": states}),
                deployment_filter=DeploymentFilter.model_validate({"name": {"any_": [deployment]}}),
                limit=_PAGE,
                offset=len(found),
            )
            found += page
            if len(page) < _PAGE:
                return found


def end(run_id: UUID, message: str) -> bool:
    """Let a suspended run end well, because what it asks for is settled; False where it went on meanwhile."""
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(run_id)
        if run.state is None or not run.state.is_paused():
            return False
        answer: Any = client.set_flow_run_state(run_id, Completed(message=message))
    if answer.status is not SetStateStatus.ACCEPT:
        return False
    forget(run_id)
    return True

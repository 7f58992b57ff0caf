"""Starting runs of our own deployments, each once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prefect.client.schemas.objects import StateType
from prefect.deployments import run_deployment

ATTEMPTS = 5


def run_once(
    deployment: str, *, parameters: Mapping[str, Any], key: str, name: str, at: datetime
) -> None:
    """Schedule a run of `deployment` at `at`; the same key makes one, however often this is called.

    A run that failed is followed by another, a few times; after that it is a person's to start.
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

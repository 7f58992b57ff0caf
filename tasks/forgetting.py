"""What was filled in for a run, taken out of Prefect's database: names, reasons and addresses stand in ours."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, FlowRunFilter
from prefect.client.schemas.objects import TERMINAL_STATES
from prefect.client.schemas.sorting import FlowRunSort
from prefect.context import FlowRunContext

from gongmun import clock

# As many as the server gives at a time.
_PAGE = 200
# A sweep that stood still for days still finds what ended meanwhile, and looks at few runs in quiet times.
_LOOKED_BACK = timedelta(days=7)


def forget(run_id: UUID, question: str = "") -> bool:
    """Delete what was filled in for this run, or for its questions whose key begins so; whether there was anything.

    The forms go as well: of a run that is retried Prefect asks all again, and refuses a form that is there.
    """
    found = False
    with get_client(sync_client=True) as client:
        while inputs := client.filter_flow_run_input(
            run_id, key_prefix=f"suspended-{question}", limit=_PAGE, exclude_keys=set()
        ):
            for each in inputs:
                found = found or each.key.endswith("-response")
                client.delete_flow_run_input(run_id, each.key)
    return found


@contextmanager
def forgetting() -> Iterator[None]:
    """Forget what was filled in for the run under way when the block ends or fails.

    Not where the run suspends, or its process is told to stop: neither is an Exception, and what was filled in is read
    when the run goes on.
    """
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    run_id = context.flow_run.id
    try:
        yield
    except Exception:
        forget(run_id)
        raise
    forget(run_id)


def forget_ended(deployments: Sequence[str]) -> int:
    """Forget what was filled in for runs of these deployments that ended without doing so: cancelled, killed.

    Looks at the last ones that ended within a week, as many as the server gives at once; how many had something.
    """
    since = clock.now() - _LOOKED_BACK
    with get_client(sync_client=True) as client:
        ended = client.read_flow_runs(
            flow_run_filter=FlowRunFilter.model_validate(
                {
                    "state": {"type": {"any_": sorted(TERMINAL_STATES)}},
                    "end_time": {"after_": since},
                }
            ),
            deployment_filter=DeploymentFilter.model_validate(
                {"name": {"any_": list(deployments)}}
            ),
            sort=FlowRunSort.END_TIME_DESC,
            limit=_PAGE,
        )
    return sum(forget(run.id) for run in ended)

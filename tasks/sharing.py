"""Sharing out what is to be printed (인쇄 분담): batches to other workers, while this run prints as well.

Of more documents than GONGMUN_PRINT_BATCH each batch is a run of `print-documents`, which the workers of its pool take
one by one. Meanwhile the run that asked prints: its own share first, then what nobody has begun, the last first. So it
waits for nobody who is not there, and where there are no such workers it prints all by itself. What a killed worker
leaves is printed by the issuing that follows.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from prefect import get_run_logger
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import SetStateStatus
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run
from prefect.states import Cancelled

from gongmun import wiring
from gongmun.db.sweeps import lease
from gongmun.settings import settings
from tasks.forum_tasks import print_share_task, printed_task, to_print_task

DEPLOYMENT = "print-documents/print-documents"
_ENDED = {StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED}
# How often those who print elsewhere are looked after, and for how long nothing of theirs may come before they are
# given up: longer than a document may take.
_LOOK_SECONDS, _SILENT_TIMES = 1.0, 3
_SHARING = "print-documents"


# What was given away, in the order given: the documents of each run.
_Shares = dict[UUID, Sequence[int]]


def share_out(now: datetime) -> Sequence[int]:
    """Print what is approved together with others, if it is more than one batch; the documents that were printed.

    Raises:
        SweepBusy: another run is at it, which may take hours.
    """
    size = settings().print_batch
    waiting = to_print_task(now) if size else ()
    if len(waiting) <= size:
        return ()
    own, *others = [waiting[start : start + size] for start in range(0, len(waiting), size)]
    with (
        lease(wiring.database(), _SHARING, beats=False) as go_on,
        get_client(sync_client=True) as client,
    ):
        shares = _given(client, others, now)
        if not shares:
            return ()
        _print(own, now)
        while run_id := _taken_back(client, shares):
            go_on()
            _print(shares.pop(run_id), now)
        _wait(client, shares, go_on)
    return printed_task(waiting)


def _given(client: SyncPrefectClient, batches: Sequence[Sequence[int]], now: datetime) -> _Shares:
    """A run for each batch; none where nobody knows the deployment."""
    try:
        deployment = client.read_deployment_by_name(DEPLOYMENT)
    except ObjectNotFound:
        return {}
    return {
        client.create_flow_run_from_deployment(
            deployment.id,
            # One that is taken back never comes to its flow, which would name it.
            name=f"PRINT {batch[0]} to {batch[-1]}",
            parameters={"first": batch[0], "last": batch[-1], "as_of": now.isoformat()},
            # A run that is tried again finds its shares.
            idempotency_key=f"{flow_run.get_id()}:{batch[0]}-{batch[-1]}",
        ).id: batch
        for batch in batches
    }


def _print(documents: Sequence[int], now: datetime) -> None:
    print_share_task(documents[0], documents[-1], now)


def _taken_back(client: SyncPrefectClient, shares: _Shares) -> UUID | None:
    """The last run that nobody has begun, and that nobody will begin now."""
    for run_id in reversed(shares):
        if client.read_flow_run(run_id).state_type is StateType.SCHEDULED:
            asked: Any = client.set_flow_run_state(
                run_id, Cancelled(message="printed by the run that asked"), force=False
            )
            if asked.status is SetStateStatus.ACCEPT:
                return run_id
    return None


def _wait(client: SyncPrefectClient, shares: _Shares, go_on: Callable[[], None]) -> None:
    """Return when all have ended, or nothing has come of them for longer than documents take."""
    patience = _SILENT_TIMES * settings().render_timeout
    seen, since = 0, time.monotonic()
    while any(client.read_flow_run(each).state_type not in _ENDED for each in shares):
        # No task: it would be one a second.
        done = len(printed_task.fn([each for share in shares.values() for each in share]))
        if done > seen:
            seen, since = done, time.monotonic()
            go_on()
        if time.monotonic() - since > patience:
            get_run_logger().warning("given up: %s", [str(each) for each in shares])
            return
        time.sleep(_LOOK_SECONDS)

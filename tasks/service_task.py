"""The one kind of task here: around a service, never cached, tried again if the error says so."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from gongmun.errors import GongmunError

P = ParamSpec("P")
R = TypeVar("R")


def service_task(run_name: str) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Decorate a task; `run_name` may hold its parameters in braces, never anything personal."""
    return task(
        task_run_name=run_name,
        cache_policy=NO_CACHE,
        retries=3,
        retry_delay_seconds=[5, 30, 120],
        retry_condition_fn=_if_retryable,
    )


def _if_retryable(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, GongmunError) and error.retryable

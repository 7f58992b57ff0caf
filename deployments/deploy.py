"""The registry for many machines: `python -m deployments.deploy --pool NAME [--type docker --image NAME:TAG]`.

Tells Prefect's server what runs when and whom it tells of what goes wrong, and makes the work pool where there is none;
workers that take the runs are started wherever there is room (`python -m deployments.worker`). Again after each update.
An installation is served by one machine (`make up`) or by a pool: whoever registered last holds the deployments.
"""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from deployments.prefect_server import START_SECONDS
from gongmun import prefect_login
from gongmun.errors import GongmunError
from gongmun.settings import settings

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.deployments.runner import RunnerDeployment

_TYPES = ("process", "docker", "kubernetes")
# The deployment that shares of a large job are given to: see tasks/sharing.py.
PRINTING = "print-documents"


class ServerSilent(GongmunError):
    """Prefect's server does not answer."""

    code = "deploy.server_silent"
    ko = "Prefect 서버가 응답하지 않습니다({url}, {reason}). 실행 중인지, PREFECT_API_URL이 맞는지 확인해 주십시오."
    en = "Prefect's server does not answer ({url}, {reason}). Check that it runs, and PREFECT_API_URL."
    retryable = True


class ImageOutOfPlace(GongmunError):
    """An image for processes, or none for containers."""

    code = "deploy.image_out_of_place"
    ko = "docker와 kubernetes 작업 풀에는 --image 이름:판 을 지정하고, process 작업 풀에는 지정하지 마십시오."
    en = "Give --image NAME:TAG for a pool of type docker or kubernetes, and none for one of type process."


def main(
    pool: Annotated[str, typer.Option(help="작업 풀 / work pool")],
    kind: Annotated[
        str, typer.Option("--type", help="process, docker, kubernetes", case_sensitive=False)
    ] = "process",
    image: Annotated[
        str | None, typer.Option(help="docker, kubernetes: 이미지 / image of each run")
    ] = None,
    printing_pool: Annotated[
        str | None,
        typer.Option(help="인쇄만 하는 작업 풀 / the pool of the workers that only print"),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="작업 풀의 설정도 새로 / the pool's template, too")
    ] = False,
) -> None:
    """Make the pool, and register every deployment with it."""
    if kind not in _TYPES:
        raise typer.BadParameter(", ".join(_TYPES), param_hint="--type")
    prefect_login.use(settings().prefect_login)
    # Prefect reads the environment when it is imported.
    from prefect.client.orchestration import get_client

    from deployments import automations
    from deployments.prefect_api import require_api
    from deployments.work_pools import PoolType, ensure

    url = require_api()
    pool_type = PoolType(kind)
    if pool_type.runs_an_image != (image is not None):
        raise ImageOutOfPlace()
    registered = deployments_for_a_pool()
    with get_client(sync_client=True) as client:
        _wait_for(client, url)
        for name in {pool, printing_pool or pool}:
            ensure(client, name, pool_type, overwrite=overwrite)
        for deployment in registered:
            prints = deployment.name == PRINTING
            deployment.apply(work_pool_name=printing_pool or pool if prints else pool, image=image)
        for problem in automations.apply(client):
            typer.echo(f"{problem.message_ko}\n{problem.message_en}", err=True)
    typer.echo(
        f"작업 풀 {pool}({kind})에 배포 {len(registered)}개를 등록했습니다.\n"
        f"{len(registered)} deployments are registered with the work pool {pool} ({kind})."
    )


def _wait_for(client: "SyncPrefectClient", url: str) -> None:
    """Return when the server answers: it may have been started together with this."""
    give_up = time.monotonic() + START_SECONDS
    while trouble := client.api_healthcheck():
        if time.monotonic() > give_up:
            raise ServerSilent(url=url, reason=type(trouble).__name__) from trouble
        time.sleep(1)


def deployments_for_a_pool() -> "Sequence[RunnerDeployment]":
    """The registry, each flow named by its module: a worker imports it, wherever Gongmun is installed."""
    from deployments.registry import registry

    deployments = registry()
    for deployment in deployments:
        path, _, function = (deployment.entrypoint or "").partition(":")
        deployment.entrypoint = f"{path.removesuffix('.py').replace('/', '.')}.{function}"
    return deployments


if __name__ == "__main__":
    try:
        typer.run(main)
    except GongmunError as error:
        typer.echo(f"{error.message_ko}\n{error.message_en}", err=True)
        raise SystemExit(1) from None

"""Take runs of a work pool on this machine: `python -m deployments.worker --pool NAME [--limit N]`.

Many of them, on as many machines, share a pool: each run is taken by one. What a killed one was at is taken up by the
next run of the same flow, because every flow takes all that is due.
"""

import os
import sys
import tempfile
from typing import Annotated

import typer

from deployments.serve import LIMIT
from gongmun import prefect_login
from gongmun.errors import GongmunError
from gongmun.settings import settings


def main(
    pool: Annotated[str, typer.Option(help="작업 풀 / work pool")],
    limit: Annotated[int, typer.Option(help="동시 실행 수 / runs at the same time", min=1)] = LIMIT,
    health_host: Annotated[
        str | None,
        typer.Option(
            help="상태 응답 주소, 8080번 포트의 /health / answer /health there, port 8080"
        ),
    ] = None,
) -> None:
    """Become Prefect's worker, until stopped."""
    prefect_login.use(settings().prefect_login)
    # Prefect reads the environment when it is imported.
    from deployments.prefect_api import require_api

    require_api()
    # Nothing is installed at run time, and a pool is made by `deployments.deploy` only.
    command = ["-m", "prefect", "worker", "start", "--pool", pool, "--limit", str(limit)]
    command += ["--install-policy", "never", "--no-create-pool-if-not-found"]
    # By default it asks every ten seconds, and a coordinator would wait as long.
    os.environ.setdefault("PREFECT_WORKER_QUERY_SECONDS", "2")
    # See deployments/serve.py.
    os.environ["TMPDIR"] = tempfile.mkdtemp(prefix="gongmun-")
    if health_host is not None:
        os.environ["PREFECT_WORKER_WEBSERVER_HOST"] = health_host
        command.append("--with-healthcheck")
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606


if __name__ == "__main__":
    try:
        typer.run(main)
    except GongmunError as error:
        typer.echo(f"{error.message_ko}\n{error.message_en}", err=True)
        raise SystemExit(1) from None

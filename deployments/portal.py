"""Serve the portal on this machine: `python -m deployments.portal [--host ADDRESS] [--port N] [--workers N]`.

It listens on loopback: a reverse proxy with TLS stands before it in service.
"""

from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from gongmun import wiring
from gongmun.portal import create

HOST = "127.0.0.1"
# Of a portal that is started by itself; `make up` takes the one ten above that of Prefect.
PORT = 4210
_PATIENCE = 60  # seconds


def app() -> FastAPI:
    """The portal of this installation."""
    return create(wiring.database(), store=wiring.file_store(), received=wiring.received_store())


def main(
    host: Annotated[
        str, typer.Option(help="주소, 컨테이너 안에서는 0.0.0.0 / address, in a container 0.0.0.0")
    ] = HOST,
    port: Annotated[int, typer.Option(help="포트 / port")] = PORT,
    workers: Annotated[int, typer.Option(help="프로세스 수 / processes", min=1, max=16)] = 1,
) -> None:
    """Serve until stopped."""
    uvicorn.run(
        "deployments.portal:app",
        factory=True,
        workers=workers,
        host=host,
        port=port,
        server_header=False,
        # An address may hold a token, and no log is a place for it.
        access_log=False,
        # Where a request comes from is read in gongmun/portal/visitors.py, by our own setting.
        proxy_headers=False,
        # A process that only starts slowly, on a busy machine, is not to be killed for it again and again.
        timeout_worker_healthcheck=_PATIENCE,
    )


if __name__ == "__main__":
    typer.run(main)

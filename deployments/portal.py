"""Serve the portal on this machine: `python -m deployments.portal [--port N]`.

It listens on loopback: a reverse proxy with TLS stands before it in service.
"""

from typing import Annotated

import typer
import uvicorn

from gongmun import wiring
from gongmun.portal import create

HOST = "127.0.0.1"
# Of a portal that is started by itself; `make up` takes the one ten above that of Prefect.
PORT = 4210


def main(port: Annotated[int, typer.Option(help="포트 / port")] = PORT) -> None:
    """Serve until stopped."""
    uvicorn.run(
        create(wiring.database()), host=HOST, port=port, server_header=False, access_log=False
    )


if __name__ == "__main__":
    typer.run(main)

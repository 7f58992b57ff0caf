"""Prefect's own server on this machine: its settings, and waiting until it answers.

`python -m deployments.prefect_server [--host ADDRESS] [--port N]` runs it alone, as a unit or a container does;
`make up` starts it beside the rest.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from gongmun import prefect_login
from gongmun.errors import GongmunError
from gongmun.settings import settings

HOST = "127.0.0.1"
START_SECONDS = 180.0


class ServerNotStarted(GongmunError):
    """Prefect's server ended, or did not answer in time."""

    code = "prefect.server_not_started"
    ko = "Prefect 서버가 시작되지 않았습니다. 기록을 확인해 주십시오: {log}"
    en = "Prefect's server did not start. See its log: {log}"


class PortTaken(GongmunError):
    """Something else listens on the port."""

    code = "prefect.port_taken"
    ko = "{port}번 포트를 다른 프로그램이 사용하고 있습니다. make up PORT=다른번호 로 실행해 주십시오."
    en = "Port {port} is taken by another program. Run `make up PORT=…` with another one."


def environment(home: Path, port: int, login: str, host: str = HOST) -> Mapping[str, str]:
    """Environment of the server and of all on this machine that speaks to it. Nothing leaves the machine.

    `login` is `name:password`: the server answers nobody who does not say it.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        **prefect_login.variables(login),
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://{HOST}:{port}/api",
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(port),
        # By default its page is copied to where the packages lie, and where this account may not write there is none.
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),
        # Of the host that the page came from, whether that is this machine or a proxy with TLS.
        "PREFECT_SERVER_UI_API_URL": "/api",
        # Only the UI itself may call the API from a browser: not any other page that is open there.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://{HOST}:{port}",
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        # The second UI calls an analytics host from the browser.
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # By default it records twelve task runs a second and loses its backlog at a restart.
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
        # By default runs are kept for ever, and only events are not. How long, the environment may say (docs/upgrade.md).
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        # Who holds the one place of a deployment (registry.py) is kept over a restart of the server; in its memory,
        # as by default, a place whose run was killed meanwhile would be taken for ever.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_RUNNER_POLL_FREQUENCY": "2",
    }


# What a server alone may be told otherwise: where its database of runs is, and who reaches it by which address.
_TOLD = (
    "PREFECT_HOME",
    "PREFECT_API_URL",
    "PREFECT_SERVER_UI_API_URL",
    "PREFECT_SERVER_CORS_ALLOWED_ORIGINS",
)
COMMAND = ("prefect", "server", "start")


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def require_free(port: int) -> None:
    """Raise PortTaken if something listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise PortTaken(port=port) from None


def wait_until_healthy(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when the server answers.

    Raises:
        ServerNotStarted: it ended, or did not answer within START_SECONDS.
    """
    give_up = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < give_up:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/api/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise ServerNotStarted(log=log)


def main(
    host: Annotated[str, typer.Option(help="주소 / address to listen on")] = HOST,
    port: Annotated[int, typer.Option(help="포트 / port")] = 4200,
) -> None:
    """Become Prefect's server."""
    login = prefect_login.ensure(settings().prefect_login)
    told = {name: os.environ[name] for name in _TOLD if os.environ.get(name)}
    os.environ.update(environment(settings().var / "prefect", port, login, host))
    os.environ.update(told)
    os.execv(sys.executable, [sys.executable, "-m", *COMMAND])  # noqa: S606


if __name__ == "__main__":
    try:
        typer.run(main)
    except GongmunError as error:
        typer.echo(f"{error.message_ko}\n{error.message_en}", err=True)
        raise SystemExit(1) from None

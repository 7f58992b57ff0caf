"""`make up`: everything on one machine. Prefect's server, the served deployments, the dispatch loop,
the portal.

`python -m deployments.up [--port N] [--portal-port N] [--sample]`. Stops all when told to (Ctrl-C, SIGTERM), or when
one of them ends by itself, which it names.
"""

import os
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from deployments import prefect_server
from deployments.demo import certificate
from deployments.exports import exports, exports_for_prefect, shown
from deployments.processes import alone, keep_private, running, stop_on_sigterm
from gongmun import prefect_login
from gongmun.errors import GongmunError
from gongmun.settings import PROJECT_ROOT, settings

# How far the portal's port is above that of Prefect's UI, where no other is asked for.
PORTAL_ABOVE = 10


class ProcessEnded(GongmunError):
    """A process of `make up` ended by itself."""

    code = "up.process_ended"
    ko = "'{name}' 프로세스가 끝났습니다. 기록을 확인한 뒤 다시 실행해 주십시오: {log}"
    en = "The process '{name}' ended. See its log, then start again: {log}"


def main(
    port: Annotated[int, typer.Option(help="포트 / port of the Prefect UI")] = 4200,
    portal_port: Annotated[
        int | None,
        typer.Option(help="포털 포트, 생략하면 포트+10 / port of the portal, or port + 10"),
    ] = None,
    sample: Annotated[bool, typer.Option(help="예시 포럼을 함께 / load sample forums")] = False,
) -> None:
    """Start everything and stay until stopped."""
    stop_on_sigterm()
    keep_private()
    if sample:
        # Never the real installation's: the sample's mail goes to mailboxes on this machine.
        os.environ.setdefault("GONGMUN_VAR", str(PROJECT_ROOT / "var" / "sample"))
    portal_port = portal_port or port + PORTAL_ABOVE
    portal_url = f"http://{prefect_server.HOST}:{portal_port}"
    if sample:
        # What a real installation prints on its documents leads to an address that readers reach.
        os.environ.setdefault("GONGMUN_PUBLIC_URL", portal_url)
    var = settings().var
    logs = var / "logs"
    with ExitStack() as stack:
        stack.enter_context(alone(var, "up.lock"))
        for taken in (port, portal_port):
            prefect_server.require_free(taken)
        told_by = prefect_login.told_by()
        file = settings().prefect_login
        login = prefect_login.ensure(file)
        environment = prefect_server.environment(var / "prefect", port, login)
        os.environ.update(environment)

        def start(name: str, *arguments: str) -> subprocess.Popen[bytes]:
            return stack.enter_context(running(name, arguments, logs=logs, environment=environment))

        typer.echo(
            "시작하고 있습니다. 1~2분 걸릴 수 있습니다. / Starting; it may take a minute or two."
        )
        started = {"server": start("server", *prefect_server.COMMAND)}
        if sample:
            from deployments.sample import load_sample, sample_relay

            os.environ.update(certificate.environment(var / "certificate"))
            os.environ.update(stack.enter_context(sample_relay(var / "mailboxes")))
        _set_up()
        if sample:
            load_sample()
        prefect_server.wait_until_healthy(started["server"], port, logs / "server.log")
        started["deployments"] = start("deployments", "deployments.serve")
        started["dispatch"] = start("dispatch", "deployments.dispatch_loop")
        started["portal"] = start("portal", "deployments.portal", "--port", str(portal_port))
        _schedule_now()
        # Prefect reads the environment when it is imported.
        from tasks.links import BOARD, artifact_path

        typer.echo(
            f"Gongmun이 실행 중입니다. 화면: http://{prefect_server.HOST}:{port}  기록: {logs}\n"
            f"Gongmun is up: http://{prefect_server.HOST}:{port} (logs in {logs}). Stop with Ctrl-C.\n"
            f"{_how_to_log_in(told_by, file)}\n"
            f"현황판 / board: http://{prefect_server.HOST}:{port}{artifact_path(BOARD)}\n"
            f"공문 확인 / check documents: {portal_url}\n"
            f"다른 터미널에서, 프로젝트 폴더에서 / in another terminal, in the folder of the project:\n"
            + "\n".join(
                f"  {line}"
                for line in (
                    *exports(),
                    *exports_for_prefect(environment["PREFECT_API_URL"], None if told_by else file),
                )
            ),
        )
        try:
            _watch(started, logs)
        except KeyboardInterrupt:
            typer.echo("종료합니다. / Stopping.")


def _how_to_log_in(told_by: str | None, file: Path) -> str:
    """Where the login stands, and never the login itself: this is printed into logs as well."""
    if told_by:
        return (
            f"로그인: 화면이 묻는 한 칸에 환경 변수 {told_by} 의 값을 그대로 입력하십시오.\n"
            f"Log in: type the value of {told_by} into the page's one field."
        )
    return (
        f"로그인: 화면이 묻는 한 칸에 'gongmun prefect-login' 이 보여 주는 한 줄을 그대로 입력하십시오"
        f"({prefect_login.NAME}:비밀번호, 파일 {shown(file)}).\n"
        f"Log in: type the line that `gongmun prefect-login` shows into the page's one field "
        f"({prefect_login.NAME}:password, from the file {shown(file)})."
    )


def _watch(started: Mapping[str, subprocess.Popen[bytes]], logs: Path) -> NoReturn:
    """Stay until interrupted; raise ProcessEnded as soon as one of them is gone."""
    while True:
        for name, process in started.items():
            if process.poll() is not None:
                raise ProcessEnded(name=name, log=logs / f"{name}.log")
        time.sleep(1)


def _schedule_now() -> None:
    """Run the scheduling sweep at once, so that what ended meanwhile does not wait for its turn; and show the boards.

    Before it, the automations: they need the deployments.
    """
    # Prefect reads the environment when it is imported.
    from prefect.client.orchestration import get_client
    from prefect.deployments import run_deployment

    from deployments import automations
    from deployments.registry import wait_until_served

    with get_client(sync_client=True) as client:
        wait_until_served(client)
        for problem in automations.apply(client):
            typer.echo(f"{problem.message_ko}\n{problem.message_en}", err=True)
    for deployment in ("schedule-wrap-ups/schedule-wrap-ups", "show-boards/show-boards"):
        run_deployment(deployment, timeout=0, as_subflow=False)


def _set_up() -> None:
    """Bring the database to the newest schema and the organisations up to date."""
    from gongmun.cli.app import setup

    setup()


if __name__ == "__main__":
    try:
        typer.run(main)
    except GongmunError as error:
        typer.echo(f"{error.message_ko}\n{error.message_en}", err=True)
        raise SystemExit(1) from None

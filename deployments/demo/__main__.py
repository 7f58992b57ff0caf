"""`python -m deployments.demo`: prepare the room under var/demo, then play the story.

A server, a database, mailboxes and ports of its own: it can run while `make up` runs, and again.
"""

import fcntl
import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from deployments import prefect_server
from deployments.processes import stop_on_sigterm
from gongmun.errors import GongmunError
from gongmun.settings import PROJECT_ROOT

VAR = PROJECT_ROOT / "var" / "demo"


class DemoRunning(GongmunError):
    """Another demo runs in the same checkout."""

    code = "demo.running"
    ko = "시연이 이미 실행 중입니다. 끝난 뒤 다시 실행해 주십시오."
    en = "The demo is already running here. Run it again when it has ended."


def main(
    var: Annotated[Path, typer.Option(help="여기에 모두 남깁니다 / everything is left here")] = VAR,
) -> None:
    """Play the demo."""
    stop_on_sigterm()
    with ExitStack() as stack:
        _alone(var, stack)
        _empty(var)
        port = prefect_server.free_port()
        os.environ.update(prefect_server.environment(var / "prefect", port))
        # What the user's environment says about gongmun is for the user's own installation.
        for name in [name for name in os.environ if name.startswith("GONGMUN_")]:
            del os.environ[name]
        os.environ["PREFECT_LOGGING_LEVEL"] = "WARNING"  # the story tells what happens
        os.environ["GONGMUN_ENV_FILE"] = ""
        os.environ["GONGMUN_VAR"] = str(var)
        # Prefect and our settings read the environment when they are imported: only now.
        from deployments.demo.story import play

        play(var, port, stack)


def _alone(var: Path, stack: ExitStack) -> None:
    var.mkdir(parents=True, exist_ok=True)
    lock = stack.enter_context((var / "lock").open("w"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DemoRunning from None


def _empty(var: Path) -> None:
    """Remove what an earlier demo left, and nothing else."""
    for name in ("documents", "logs", "mailboxes", "pdf", "prefect"):
        shutil.rmtree(var / name, ignore_errors=True)
    for file in (*var.glob("gongmun.db*"), var / "summary.json"):
        file.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        typer.run(main)
    except GongmunError as error:
        typer.echo(f"{error.message_ko}\n{error.message_en}", err=True)
        sys.exit(1)

"""`python -m deployments.demo`: prepare the room under var/demo, then play the story.

A server, a database, mailboxes and ports of its own: it can run while `make up` runs, and again.
"""

import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from deployments import prefect_server
from deployments.processes import alone, keep_private, stop_on_sigterm
from gongmun import prefect_login
from gongmun.errors import GongmunError
from gongmun.settings import PROJECT_ROOT

VAR = PROJECT_ROOT / "var" / "demo"
# The first file in a demo's folder: says that it is one, and is locked while the demo runs.
_MARK = ".gongmun-demo"


class FolderNotOurs(GongmunError):
    """A folder whose content no demo has left: it would be deleted."""

    code = "demo.folder_not_ours"
    ko = "{folder}에는 시연이 만들지 않은 파일이 있어 사용하지 않습니다. 비어 있거나 새로운 폴더를 지정해 주십시오."
    en = "{folder} holds what no demo has left, and is not used. Name an empty or a new folder."


def main(
    var: Annotated[Path, typer.Option(help="여기에 모두 남깁니다 / everything is left here")] = VAR,
) -> None:
    """Play the demo."""
    stop_on_sigterm()
    keep_private()
    with ExitStack() as stack:
        take(var, stack)
        empty(var)
        port = prefect_server.free_port()
        # What the user's environment says about gongmun is for the user's own installation.
        for name in [name for name in os.environ if name.startswith("GONGMUN_")]:
            del os.environ[name]
        # Nor does its login matter here: the demo has one of its own, and uses it by itself.
        login = prefect_login.ensure(var / "prefect-login", {})
        os.environ.update(prefect_server.environment(var / "prefect", port, login))
        os.environ["PREFECT_LOGGING_LEVEL"] = "WARNING"  # the story tells what happens
        os.environ["GONGMUN_ENV_FILE"] = ""
        os.environ["GONGMUN_VAR"] = str(var)
        # Prefect and our settings read the environment when they are imported: only now.
        from deployments import portal

        # Where `python -m deployments.portal` serves, which the summary names.
        os.environ["GONGMUN_PUBLIC_URL"] = f"http://{portal.HOST}:{portal.PORT}"
        from deployments.demo.story import play

        play(var, port, stack)


def take(var: Path, stack: ExitStack) -> None:
    """Make `var` the folder of this demo alone, until `stack` is closed.

    Raises:
        FolderNotOurs: something of others is in it; nothing is changed.
        AlreadyRunning: another demo has it.
    """
    if not _is_ours(var):
        raise FolderNotOurs(folder=var)
    stack.enter_context(alone(var, _MARK))


def _is_ours(var: Path) -> bool:
    """Whether it is new, empty or left by a demo. In the default folder nobody else has business."""
    if not var.exists() or (var / _MARK).is_file():
        return True
    return var.is_dir() and (var.resolve() == VAR.resolve() or not any(var.iterdir()))


def empty(var: Path) -> None:
    """Remove what an earlier demo left, and nothing else."""
    for name in ("certificate", "documents", "logs", "mailboxes", "no-mail", "pdf", "prefect"):
        shutil.rmtree(var / name, ignore_errors=True)
    for file in (*var.glob("gongmun.db*"), var / "summary.json", var / "referrals.txt"):
        file.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        typer.run(main)
    except GongmunError as error:
        typer.echo(f"{error.message_ko}\n{error.message_en}", err=True)
        sys.exit(1)

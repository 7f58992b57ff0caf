"""Child processes of `make up` and of the demo: each with a log of its own, stopped as a group."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from gongmun.errors import GongmunError

# Seconds a process has to end after SIGTERM before it is killed.
GRACE = 15.0
_STOPPING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def running(
    name: str, arguments: Sequence[str], *, logs: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m <arguments>` for the block; its output goes to `<logs>/<name>.log`."""
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "deployments.tethered", str(os.getpid()), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            # A group of its own: what it starts itself (flow runs) ends with it.
            start_new_session=True,
        )
        try:
            yield process
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def keep_private() -> None:
    """Let nobody but this account read what this process, and those that it starts, will write."""
    os.umask(0o077)


def stop_on_sigterm() -> None:
    """Make SIGTERM end this process as Ctrl-C does, so that `running` blocks stop their children."""

    def interrupt(_signum: int, _frame: object) -> None:
        # Once is enough: a second signal must not cut the stopping of the children short.
        for signum in _STOPPING:
            signal.signal(signum, signal.SIG_IGN)
        raise KeyboardInterrupt

    for signum in _STOPPING:
        signal.signal(signum, interrupt)


class AlreadyRunning(GongmunError):
    """Another `make up` or demo works in the same folder."""

    code = "processes.already_running"
    ko = (
        "같은 폴더에서 이미 실행 중입니다: {folder}. 먼저 실행한 것을 끝낸 뒤 다시 실행해 주십시오."
    )
    en = "Already running in the same folder: {folder}. End that one first, then run this again."


@contextmanager
def alone(folder: Path, lock: str) -> Iterator[None]:
    """Be the only one in `folder` that holds the file `lock`; a killed holder frees it.

    Raises:
        AlreadyRunning: somebody else holds it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / lock).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(folder=folder) from None
        yield

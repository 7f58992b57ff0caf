"""Child processes end with the block, whatever they do and whatever they have started."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from deployments import processes
from deployments.processes import AlreadyRunning, alone, running
from gongmun.settings import PROJECT_ROOT

# A child that starts one of its own, tells both ids, and waits for what never comes.
FAMILY = """
import os, signal, subprocess, sys
IGNORE
program = "import signal; IGNORE; print('up', flush=True); signal.pause()"
child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
child.stdout.readline()
print(os.getpid(), child.pid, flush=True)
signal.pause()
"""
IGNORING = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"


@pytest.fixture(autouse=True)
def _modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m` finds the modules that a test writes into its folder."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def write(folder: Path, name: str, source: str) -> None:
    (folder / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")


def first_line(process: subprocess.Popen[bytes], log: Path) -> str:
    """What a running child wrote first."""
    while process.poll() is None:
        line, end, _ = log.read_text(encoding="utf-8").partition("\n")
        if end:
            return line
    raise AssertionError(log.read_text(encoding="utf-8"))


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not collected yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


@pytest.fixture(params=["pass", IGNORING], ids=["heeds SIGTERM", "ignores SIGTERM"])
def family(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The module `family`; a child that ignores SIGTERM is killed soon."""
    monkeypatch.setattr(processes, "GRACE", 0.2)
    write(tmp_path, "family", FAMILY.replace("IGNORE", request.param))


@pytest.mark.usefixtures("family")
def test_a_child_and_its_own_child_end_with_the_block(tmp_path: Path) -> None:
    with running("family", ["family"], logs=tmp_path / "logs", environment={}) as process:
        pids = [int(p) for p in first_line(process, tmp_path / "logs" / "family.log").split()]
        assert all(map(is_alive, pids))
    assert process.returncode is not None
    for pid in pids:
        while is_alive(pid):
            os.sched_yield()


@pytest.mark.usefixtures("family")
def test_they_end_when_the_block_fails(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="the block failed"),
        running("family", ["family"], logs=tmp_path, environment={}) as process,
    ):
        pids = [int(p) for p in first_line(process, tmp_path / "family.log").split()]
        raise RuntimeError("the block failed")
    for pid in pids:
        while is_alive(pid):
            os.sched_yield()


def test_a_grandchild_ends_also_where_the_child_has_ended_before(tmp_path: Path) -> None:
    write(
        tmp_path,
        "leaves",
        """
        import subprocess, sys
        left = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        print(left.pid, flush=True)
        sys.stdin.read()
        """,
    )
    with running("leaves", ["leaves"], logs=tmp_path, environment={}) as process:
        assert process.wait(30) == 0
        left = int((tmp_path / "leaves.log").read_text())
        assert is_alive(left)
    while is_alive(left):
        os.sched_yield()


def test_the_log_has_both_streams_and_the_child_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OURS", "물려받음")
    write(
        tmp_path,
        "speaks",
        """
        import os, sys
        print(os.environ["OURS"], os.environ["GIVEN"], sys.argv[1:], flush=True)
        print("stderr", file=sys.stderr)
        """,
    )
    logs = tmp_path / "new" / "logs"
    given = {"GIVEN": "주어짐"}
    with running("speaks", ["speaks", "a b"], logs=logs, environment=given) as process:
        assert process.wait(30) == 0
    said = (logs / "speaks.log").read_text(encoding="utf-8")
    assert said == "물려받음 주어짐 ['a b']\nstderr\n"


def test_a_child_has_the_time_to_end_by_itself(tmp_path: Path) -> None:
    write(
        tmp_path,
        "polite",
        """
        import signal, sys
        def end(*_):
            print("finished", flush=True)
            sys.exit(0)
        signal.signal(signal.SIGTERM, end)
        print("up", flush=True)
        signal.pause()
        """,
    )
    with running("polite", ["polite"], logs=tmp_path, environment={}) as process:
        first_line(process, tmp_path / "polite.log")
    assert (process.returncode, (tmp_path / "polite.log").read_text()) == (0, "up\nfinished\n")


def test_sigterm_stops_a_block_like_ctrl_c_does(tmp_path: Path) -> None:
    """The whole of `make up` in small: whoever holds the block is told to stop."""
    write(tmp_path, "waits", "import os, signal\nprint(os.getpid(), flush=True)\nsignal.pause()")
    write(
        tmp_path,
        "holds",
        """
        import pathlib, signal, sys
        from deployments.processes import running, stop_on_sigterm
        stop_on_sigterm()
        with running("waits", ["waits"], logs=pathlib.Path(sys.argv[1]), environment={}):
            print("up", flush=True)
            signal.pause()
        """,
    )
    holder = subprocess.Popen(
        [sys.executable, "-m", "holds", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{PROJECT_ROOT}"},
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "up\n"
    log = tmp_path / "waits.log"
    while not log.read_text().endswith("\n"):
        assert holder.poll() is None
    pid = int(log.read_text())
    holder.send_signal(signal.SIGTERM)
    holder.communicate(timeout=30)
    while is_alive(pid):
        os.sched_yield()


def test_a_child_ends_with_a_starter_that_was_killed(tmp_path: Path) -> None:
    """A killed starter cannot stop anything: the kernel tells the child."""
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from deployments.processes import running\n"
        "with running('child', ['http.server', '--bind', '127.0.0.1', '0'],\n"
        f"             logs=Path({str(tmp_path)!r}), environment={{}}) as child:\n"
        "    print(child.pid, flush=True)\n"
        "    time.sleep(600)\n"
    )
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    child = psutil.Process(int(starter.stdout.readline()))
    starter.kill()
    starter.wait()
    starter.stdout.close()
    psutil.wait_procs([child], timeout=30)
    assert not child.is_running()


def test_a_folder_has_one_holder_at_a_time_and_a_killed_one_frees_it(tmp_path: Path) -> None:
    with alone(tmp_path, "lock"), pytest.raises(AlreadyRunning), alone(tmp_path, "lock"):
        pass
    with alone(tmp_path, "lock"):
        pass

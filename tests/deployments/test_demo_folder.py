"""The demo empties its own folder, and nobody else's; what it says to do next can be done."""

import io
import os
import shlex
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from rich.console import Console

from deployments.demo import __main__ as demo
from deployments.demo import report
from deployments.processes import AlreadyRunning
from gongmun.settings import PROJECT_ROOT


def taken(var: Path) -> None:
    with ExitStack() as stack:
        demo.take(var, stack)


def fill(var: Path) -> None:
    """What a demo leaves, and a file that it does not know."""
    (var / "documents").mkdir()
    for name in ("documents/a.pdf", "gongmun.db", "notes.txt"):
        (var / name).write_text("x")


def test_a_folder_of_others_stays_as_it_is(tmp_path: Path) -> None:
    fill(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    ended = subprocess.run(
        [sys.executable, "-m", "deployments.demo", "--var", str(tmp_path)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "비어 있거나 새로운 폴더를 지정해 주십시오" in ended.stderr
    assert "Name an empty or a new folder" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_new_folder_is_taken_again_and_emptied(tmp_path: Path) -> None:
    for var in (tmp_path / "empty", tmp_path / "new" / "deep"):
        var.parent.mkdir(exist_ok=True)
        taken(var)
        fill(var)
        taken(var)
        demo.empty(var)
        assert [path.name for path in var.iterdir() if not path.name.startswith(".")] == [
            "notes.txt"
        ]


def test_the_default_folder_needs_no_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path)
    with pytest.raises(demo.FolderNotOurs):
        taken(tmp_path)
    monkeypatch.setattr(demo, "VAR", tmp_path)
    taken(tmp_path / "documents" / "..")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(demo.FolderNotOurs):
        taken(file)


def test_a_folder_in_use_is_not_taken_twice(tmp_path: Path) -> None:
    with ExitStack() as stack:
        demo.take(tmp_path, stack)
        with pytest.raises(AlreadyRunning):
            taken(tmp_path)
    taken(tmp_path)


def test_what_to_do_next_can_be_pasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    var = tmp_path / "a folder of a long name"
    monkeypatch.setenv("GONGMUN_VAR", str(var))
    monkeypatch.setenv("GONGMUN_PUBLIC_URL", "http://127.0.0.1:4210")
    monkeypatch.setenv("GONGMUN_SIGNING__KEY", str(var / "key.pem"))
    monkeypatch.setenv("GONGMUN_SIGNING__CERTIFICATE", str(var / "certificate.pem"))
    lines = report.going_on(PROJECT_ROOT / "var" / "demo" / "pdf" / "1.pdf")
    script = [line for line in lines if line.startswith("export ")]
    seen = subprocess.run(
        ["sh", "-c", "\n".join([*script, "env"])],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert f"GONGMUN_VAR={var}\n" in seen
    assert f"GONGMUN_SIGNING__KEY={var / 'key.pem'}\n" in seen
    commands = [shlex.split(line, comments=True) for line in lines if line not in script]
    assert all((PROJECT_ROOT / command[0]).is_file() for command in commands)
    assert ["document", "verify", "var/demo/pdf/1.pdf"] in [command[1:] for command in commands]
    printed = io.StringIO()
    console = Console(width=20, file=printed)
    for line in lines:
        report.say(console, line)
    assert printed.getvalue().splitlines() == list(lines)

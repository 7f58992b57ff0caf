"""The set-up script of the machine, with the machine's tools replaced by ones that note their calls."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from gongmun.settings import PROJECT_ROOT

SCRIPT = PROJECT_ROOT / "deployments" / "system_libraries.sh"
LIBRARIES = {
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A folder that is all of the PATH."""

    folder: Path

    def tool(self, name: str, body: str) -> None:
        """Put a shell script there."""
        file = self.folder / name
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)

    def libraries(self, names: Sequence[str]) -> None:
        """What ldconfig lists."""
        lines = "\n".join(f"\t{name} (libc6,x86-64) => /usr/lib/{name}" for name in names)
        self.tool("ldconfig", f"cat <<'END'\n2 libs found in cache\n{lines}\nEND")

    def python(self, *, old: bool = False, venv: bool = True) -> None:
        """What python3 answers to the two questions of the script."""
        self.tool(
            "python3",
            f'case "$2" in *venv*) exit {0 if venv else 1} ;; *) exit {1 if old else 0} ;; esac',
        )

    def user(self, uid: int) -> None:
        """Who is at the keyboard."""
        self.tool("id", f"echo {uid}")

    def apt(self, *, failing: str = "nothing") -> None:
        """An apt-get that notes what it is asked for, and cannot do `failing`."""
        note = self.folder / "apt-calls"
        self.tool("apt-get", f'echo "$DEBIAN_FRONTEND $@" >> "{note}"\n[ "$1" != {failing} ]')

    def apt_calls(self) -> Sequence[str]:
        """What apt-get was asked for."""
        note = self.folder / "apt-calls"
        return note.read_text().splitlines() if note.exists() else []

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the script here."""
        return subprocess.run(
            ["/bin/sh", str(SCRIPT), *arguments],
            env={"PATH": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=30,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A user's machine with everything but apt."""
    made = Machine(folder=tmp_path)
    cat = shutil.which("cat")
    assert cat is not None
    (tmp_path / "cat").symlink_to(cat)
    made.libraries(list(LIBRARIES.values()))
    made.python()
    made.user(1000)
    return made


def test_nothing_is_missing_and_nothing_is_said(machine: Machine) -> None:
    machine.apt()
    ended = machine.run()
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert machine.apt_calls() == []


@pytest.mark.parametrize("package", LIBRARIES)
def test_a_missing_library_is_installed_for_root(machine: Machine, package: str) -> None:
    machine.libraries([name for key, name in LIBRARIES.items() if key != package])
    machine.user(0)
    machine.apt()
    ended = machine.run()
    assert (ended.returncode, ended.stderr) == (0, "")
    assert package in ended.stdout
    update, install = machine.apt_calls()
    assert update.startswith("noninteractive update")
    assert install.startswith("noninteractive install")
    assert install.endswith(f"-y --no-install-recommends {package}")


def test_a_user_is_told_the_one_line_to_type(machine: Machine) -> None:
    machine.libraries([])
    machine.apt()
    ended = machine.run()
    assert (ended.returncode, ended.stdout) == (1, "")
    korean, english, line = ended.stderr.splitlines()
    assert "설치한 뒤 다시 실행해 주십시오" in korean
    assert "Type this line" in english
    packages = " ".join(LIBRARIES)
    assert line == f"  sudo apt-get update && sudo apt-get install -y {packages}"
    assert machine.apt_calls() == []


def test_root_without_apt_is_told_too(machine: Machine) -> None:
    machine.libraries([])
    machine.user(0)
    ended = machine.run()
    assert ended.returncode == 1
    assert "libpango-1.0-0" in ended.stderr


@pytest.mark.parametrize("failing", ["update", "install"])
def test_a_failed_installation_is_a_failure(machine: Machine, failing: str) -> None:
    machine.libraries([])
    machine.user(0)
    machine.apt(failing=failing)
    assert machine.run().returncode != 0


def test_ldconfig_may_be_missing(machine: Machine) -> None:
    """As for a user of Debian, who has no /sbin in the PATH: a library not seen is one not there."""
    (machine.folder / "ldconfig").write_text("#!/bin/sh\nexit 127\n")
    ended = machine.run()
    assert ended.returncode == 1
    assert "libharfbuzz-subset0" in ended.stderr


def test_python_without_venv_names_its_package(machine: Machine) -> None:
    machine.python(venv=False)
    assert machine.run().stderr.endswith("install -y python3-venv\n")


def test_no_python_names_its_package(machine: Machine) -> None:
    (machine.folder / "python3").unlink()
    ended = machine.run()
    assert ended.returncode == 1
    assert "install -y python3 python3-venv" in ended.stderr


def test_an_old_python_is_refused_in_both_languages(machine: Machine) -> None:
    machine.python(old=True)
    ended = machine.run()
    assert ended.returncode == 1
    assert "Python 3.11 이상이 필요합니다" in ended.stderr
    assert "Python 3.11 or newer is needed" in ended.stderr


def test_another_python_may_be_named(machine: Machine) -> None:
    machine.python(old=True)
    (machine.folder / "python3").rename(machine.folder / "python3.9")
    assert "3.11" in machine.run("python3.9").stderr
    machine.python()
    (machine.folder / "python3").rename(machine.folder / "python3.12")
    assert machine.run("python3.12").returncode == 0

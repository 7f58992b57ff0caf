"""The units for systemd: systemd takes them, what they name exists, and little of the machine is open to them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gongmun.settings import PROJECT_ROOT
from tests.deployments.recipes import DEPLOYMENTS, check_command, unknown

FOLDER = DEPLOYMENTS / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))
WITH_SYSTEMD = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)
# systemd's own measure, from 0 (closed) to 10; below 3 it calls a service OK.
MOST_EXPOSED = 2.5


def values(unit: Path, key: str) -> list[str]:
    """What a unit says of a key, wherever it says it."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text("utf-8"), re.M)


@pytest.fixture
def here(tmp_path: Path) -> list[Path]:
    """The units as they would be for the checkout that is tested."""
    made = []
    for unit in [*SERVICES, FOLDER / "gongmun.target"]:
        text = unit.read_text("utf-8").replace("/opt/gongmun", str(PROJECT_ROOT))
        made.append(tmp_path / unit.name)
        made[-1].write_text(text, "utf-8")
    return made


def test_there_is_one_for_each_part() -> None:
    assert {each.stem for each in SERVICES} == {
        "gongmun-server",
        "gongmun-deploy",
        "gongmun-worker",
        "gongmun-dispatch",
        "gongmun-portal",
    }
    # Which of them a machine has is said by enabling them; the target starts and stops these.
    for service in SERVICES:
        assert values(service, "WantedBy") == values(service, "PartOf") == ["gongmun.target"]


@WITH_SYSTEMD
def test_systemd_takes_them(here: list[Path]) -> None:
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, here)],
        capture_output=True,
        text=True,
        check=False,
        cwd=here[0].parent,
    )
    # What it says of other units of this machine is not ours.
    said = [line for line in verified.stderr.splitlines() if "gongmun" in line]
    assert said == []


@WITH_SYSTEMD
def test_systemd_says_that_a_unit_is_wrong(here: list[Path]) -> None:
    here[0].write_text(here[0].read_text().replace("Restart=on-failure", "Restart=somtimes"))
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(here[0])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "somtimes" in verified.stderr


@WITH_SYSTEMD
@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)
def test_little_of_the_machine_is_open_to_it(service: Path) -> None:
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(service)],
        capture_output=True,
        text=True,
        check=False,
    )
    (level,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", judged.stdout)
    assert float(level) <= MOST_EXPOSED, judged.stdout


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)
def test_what_it_names_exists(service: Path) -> None:
    (command,) = values(service, "ExecStart")
    check_command(command.split())
    variables = {
        each.partition("=")[0] for each in " ".join(values(service, "Environment")).split()
    }
    assert {"GONGMUN_VAR", "PREFECT_API_URL"} <= variables
    assert not unknown(variables)
    assert values(service, "UMask") == ["0077"]
    assert values(service, "EnvironmentFile") == ["/etc/gongmun/gongmun.env"]


def test_the_example_of_settings_is_read_alike_by_systemd_and_a_shell() -> None:
    example = FOLDER / "gongmun.env"
    lines = re.findall(r"^#?([A-Z_]+)=(.*)$", example.read_text("utf-8"), re.M)
    assert len(lines) > 10
    assert not unknown(name for name, _ in lines)
    every = "\n".join(f"{name}={value}" for name, value in lines)
    shell = ["sh", "-euc", f"set -a\n{every}\nexec env"]
    shown = subprocess.run(shell, capture_output=True, text=True, check=True).stdout
    for name, value in lines:
        unquoted = value.strip('"')
        assert f"{name}={unquoted}\n" in shown


def test_the_command_line_of_the_services_is_a_shell_script_without_a_mistake() -> None:
    subprocess.run(["sh", "-n", str(FOLDER / "gongmun.sh")], check=True)


@pytest.mark.parametrize("shell", ["sh", "bash --posix"])
def test_what_is_given_to_it_goes_before_the_settings_of_the_services(
    tmp_path: Path, shell: str
) -> None:
    """As `GONGMUN_DATABASE_URL=… gongmun setup` of the guide: never silently as the services' role."""
    settings = tmp_path / "gongmun.env"
    settings.write_text(
        "GONGMUN_VAR=/var/lib/gongmun\nGONGMUN_DATABASE_URL=postgresql+psycopg://gongmun_work:w@db/gongmun\n"
    )
    program = tmp_path / ".venv" / "bin" / "gongmun"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@"\nexec env\n')
    program.chmod(0o755)
    script = (FOLDER / "gongmun.sh").read_text("utf-8")
    script = script.replace("/etc/gongmun/gongmun.env", str(settings))
    script = script.replace("/opt/gongmun", str(tmp_path))
    # To become the account of the services takes root, and the account.
    script, changed = re.subn(r"setpriv .* -- ", "", script)
    assert changed == 1
    (tmp_path / "gongmun.sh").write_text(script)
    given = {"PATH": "/usr/bin:/bin", "GONGMUN_DATABASE_URL": "of 'the' $owner\nand more"}
    ran = subprocess.run(
        [*shell.split(), str(tmp_path / "gongmun.sh"), "restore", "a b"],
        capture_output=True,
        text=True,
        check=True,
        env=given,
    ).stdout
    assert ran.startswith("restore a b\n")
    assert f"GONGMUN_DATABASE_URL={given['GONGMUN_DATABASE_URL']}\n" in ran
    assert "gongmun_work" not in ran
    assert "GONGMUN_VAR=/var/lib/gongmun\n" in ran
    assert "GONGMUN_ENV_FILE=\n" in ran

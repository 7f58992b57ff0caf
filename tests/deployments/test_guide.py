"""The guide to services, containers and many machines names what is there; tests/test_readme.py sees to the rest."""

import re
import shlex

import pytest

from tests.deployments.recipes import DEPLOYMENTS, check_command, unknown

ROOT = DEPLOYMENTS.parent
GUIDE = (ROOT / "docs" / "scale.md").read_text("utf-8")
BLOCKS = re.findall(r"^ *```sh\n(.*?)^ *```", GUIDE, re.M | re.S)
LINES = [
    line.partition("#")[0].strip()
    for block in BLOCKS
    for line in block.splitlines()
    if line.strip()
]


def test_every_setting_is_known() -> None:
    assert not unknown(set(re.findall(r"\b(?:GONGMUN|PREFECT|AWS)_[A-Z_0-9]+\b", GUIDE)))


def test_every_unit_is_there() -> None:
    for name in set(re.findall(r"\bgongmun-(?:server|deploy|worker|dispatch|portal)\b", GUIDE)):
        assert (DEPLOYMENTS / "systemd" / f"{name}.service").is_file()
    for service in (DEPLOYMENTS / "systemd").glob("*.service"):
        assert f"`{service.stem}`" in GUIDE


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("python -m")])
def test_a_command_can_be_run(line: str) -> None:
    check_command(shlex.split(line))

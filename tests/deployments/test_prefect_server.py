"""Prefect's server as a unit or a container runs it: closed from its first start, and open to our own programs."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from deployments.prefect_server import HOST, free_port, wait_until_healthy
from gongmun.prefect_login import CLIENT, SERVER
from gongmun.settings import PROJECT_ROOT

PROGRAMS = Path(sys.executable).parent
# A database with a forum that has ended, and its deployment on the server, without any schedule running.
PREPARE = """
from pathlib import Path
from gongmun import clock, prefect_login, wiring
from gongmun.cli.app import setup
from gongmun.forums.registering import read_forum, register_forum
from gongmun.settings import settings
setup()
register_forum(wiring.database(), read_forum(Path("samples/citizen_questions/forum.toml")), now=clock.now())
prefect_login.use(settings().prefect_login)
from deployments.registry import registry
(wanted,) = (each for each in registry() if each.name == "wrap-up-forum")
wanted.apply()
"""

pytestmark = [pytest.mark.long, pytest.mark.prefect, pytest.mark.timeout(300)]


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that runs, and the environment of whoever wants to use it: no login stands in it."""

    var: Path
    url: str
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]

    def ask(self, path: str, **how: object) -> httpx.Response:
        return httpx.get(f"{self.url}/{path}", timeout=30, trust_env=False, **how)  # type: ignore[arg-type]

    def gongmun(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(PROGRAMS / "gongmun"), *words],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def login(self) -> str:
        return (self.var / "prefect-login").read_text("ascii").strip()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    port = free_port()
    url = f"http://{HOST}:{port}/api"
    environment = {
        **{name: value for name, value in os.environ.items() if name not in (SERVER, CLIENT)},
        "GONGMUN_VAR": str(folder / "var"),
        "PREFECT_API_URL": url,
        "COLUMNS": "200",
    }
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deployments.prefect_server", "--port", str(port)],
            env=environment,
            cwd=PROJECT_ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_healthy(process, port, log)
        yield Server(var=folder / "var", url=url, environment=environment, process=process)
    finally:
        process.terminate()
        process.wait(60)


def test_its_page_lies_with_its_data_and_not_with_the_packages(server: Server) -> None:
    # The account of a service may not write where the packages lie, and would have no page.
    page = httpx.get(server.url.removesuffix("/api"), trust_env=False, follow_redirects=True)
    assert page.status_code == 200
    assert list((server.var / "prefect" / "ui").glob("*/index.html"))


def test_it_is_closed_to_everybody_who_does_not_say_the_login(server: Server) -> None:
    name, _, password = server.login.partition(":")
    assert server.ask("admin/version", auth=(name, password)).status_code == 200
    for wrong in (None, (name, "guessed"), ("admin", password), ("", "")):
        assert server.ask("admin/version", auth=wrong).status_code == 401
        assert server.ask("admin/settings", auth=wrong).status_code == 401
    # Whether it runs at all is no secret: whoever watches it asks.
    assert server.ask("health").status_code == 200


def test_the_login_is_in_a_file_of_this_account_and_in_no_list_of_processes(server: Server) -> None:
    assert stat.S_IMODE((server.var / "prefect-login").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.var.stat().st_mode) == 0o700
    _, _, password = server.login.partition(":")
    arguments = " ".join(psutil.Process(server.process.pid).cmdline())
    assert "server" in arguments
    assert password not in arguments
    assert password not in (server.var.parent / "server.log").read_text("utf-8")


def test_it_listens_on_loopback_only_and_tells_nothing_to_anybody(server: Server) -> None:
    listening = {
        each.laddr.ip
        for each in psutil.Process(server.process.pid).net_connections("inet")
        if each.status == psutil.CONN_LISTEN
    }
    assert listening == {HOST}
    name, _, password = server.login.partition(":")
    shown = server.ask("admin/settings", auth=(name, password))
    assert password not in shown.text
    settings = shown.json()["server"]
    assert settings["analytics_enabled"] is False
    assert settings["api"]["csrf_protection_enabled"] is True
    assert settings["ui"]["v2_enabled"] is False
    assert "*" not in settings["api"]["cors_allowed_origins"]


def test_the_command_line_finds_the_login_by_itself(server: Server) -> None:
    subprocess.run(
        [sys.executable, "-c", PREPARE], env=server.environment, cwd=PROJECT_ROOT, check=True
    )
    started = server.gongmun("forum", "wrap-up", "OCF-2026-09")
    assert started.returncode == 0, started.stderr
    assert "WRAP-UP OCF-2026-09" in started.stdout
    refused = server.gongmun("forum", "wrap-up", "OCF-2026-09", **{CLIENT: "somebody:else"})
    assert refused.returncode == 1
    assert "prefect.run_not_started" in refused.stderr


def test_the_doctor_and_the_coordinator_find_it_too(server: Server) -> None:
    shown = server.gongmun("prefect-login")
    assert shown.stdout.splitlines()[-1] == server.login
    assert server.url.removesuffix("/api") in shown.stdout
    told = server.gongmun("doctor").stdout
    assert "로그인을 요구합니다" in told
    assert f"응답합니다: {server.url}" in told
    assert server.login not in told

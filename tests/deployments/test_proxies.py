"""The recipes for nginx and Caddy, run as they are but for ports, names of files and the office's network."""

import json
import os
import random
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployments.prefect_server import HOST, PortTaken, require_free
from gongmun.settings import PROJECT_ROOT
from tests.smtp_servers import certificate

PORTAL, RUNS = "gongmun.example", "runs.gongmun.example"
OFFICE = "192.0.2.0/24"
LINK = "/a/a-token-that-stands-in-no-log"
SECONDS = 30.0
NGINX, CADDY = shutil.which("nginx", path="/usr/sbin:/usr/bin"), shutil.which("caddy")

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(NGINX is None or CADDY is None, reason="nginx and caddy are not installed"),
]


class Behind(BaseHTTPRequestHandler):
    """Tells what came through; a websocket is opened, and says back what is said to it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if "upgrade" in self.headers.get("Connection", "").lower():
            assert self.headers["Upgrade"] == "websocket"
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.end_headers()
            self.wfile.write(self.rfile.readline())
            self.close_connection = True
            return
        self._tell(0)

    def do_POST(self) -> None:
        self._tell(len(self.rfile.read(int(self.headers["Content-Length"]))))

    def _tell(self, received: int) -> None:
        headers = {name.lower(): self.headers.get_all(name) for name in self.headers}
        told = json.dumps({"path": self.path, "headers": headers, "received": received}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def behind() -> Iterator[int]:
    """What stands behind the proxy, for the block; its port."""
    server = ThreadingHTTPServer((HOST, 0), Behind)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A proxy that runs, and what can be asked of it."""

    folder: Path
    https: int
    http: int
    trust: ssl.SSLContext

    def ask(self, host: str, path: str = "/", method: str = "GET", **more: Any) -> httpx.Response:
        with httpx.Client(verify=self.trust, trust_env=False, timeout=SECONDS) as client:
            return client.request(
                method,
                f"https://{HOST}:{self.https}{path}",
                headers={"Host": host, **more.pop("headers", {})},
                extensions={"sni_hostname": host},
                **more,
            )

    def written(self) -> str:
        """All that it has written anywhere."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return "".join(path.read_text("utf-8", "replace") for path in files)


@contextmanager
def nginx(folder: Path, https: int, http: int, recipe: str) -> Iterator[None]:
    lines = [line for line in recipe.splitlines() if "listen [::]" not in line]
    site = "\n".join(lines).replace("/var/log/nginx", str(folder))
    site = site.replace("listen 443", f"listen {HOST}:{https}")
    (folder / "gongmun.conf").write_text(site.replace("listen 80", f"listen {HOST}:{http}"))
    # As Debian's own nginx.conf does: what a site does not say goes to these logs.
    (folder / "nginx.conf").write_text(
        f"pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off; master_process off;\n"
        f"events {{}}\nhttp {{ access_log {folder}/access.log;\n"
        + "".join(
            f"{each}_temp_path {folder}/{each};\n"
            for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f"include {folder}/gongmun.conf; }}\n"
    )
    command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    with started(folder, [*command, "-t"], command, dict(os.environ)):
        yield


@contextmanager
def caddy(folder: Path, https: int, http: int, recipe: str) -> Iterator[None]:
    # Nothing of the machine's own is touched, and it listens on loopback only.
    ours = f"\tadmin off\n\thttps_port {https}\n\thttp_port {http}\n\tdefault_bind {HOST}\n"
    assert "\tadmin off\n" in recipe
    (folder / "Caddyfile").write_text(recipe.replace("\tadmin off\n", ours))
    environment = {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    of = ["--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with started(folder, [str(CADDY), "validate", *of], [str(CADDY), "run", *of], environment):
        yield


@contextmanager
def started(
    folder: Path, check: list[str], command: list[str], environment: dict[str, str]
) -> Iterator[None]:
    """Its own judgement of the recipe, and then the proxy, for the block."""
    judged = subprocess.run(check, capture_output=True, text=True, env=environment, check=False)
    assert judged.returncode == 0, judged.stderr
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(SECONDS)


RECIPES = {"nginx.conf": nginx, "Caddyfile": caddy}


@pytest.fixture(params=RECIPES)
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Any]:
    """Start the proxy of one recipe before a port, for somebody of `office`."""
    recipe = (PROJECT_ROOT / "deployments" / request.param).read_text("utf-8")

    @contextmanager
    def run(port: int, office: str = "127.0.0.0/8") -> Iterator[Proxy]:
        made = certificate(tmp_path, PORTAL, RUNS)
        folder = tmp_path / "proxy"
        folder.mkdir()
        here = {
            "/etc/ssl/gongmun/fullchain.pem": str(made.file),
            "/etc/ssl/gongmun/privkey.pem": str(tmp_path / "relay.key"),
            "127.0.0.1:4210": f"{HOST}:{port}",
            "127.0.0.1:4200": f"{HOST}:{port}",
            OFFICE: office,
        }
        assert all(theirs in recipe for theirs in here)
        # All at once: a port put in first may itself begin with 4200.
        ours = re.sub("|".join(map(re.escape, here)), lambda found: here[found[0]], recipe)
        https, http = quiet_port(), quiet_port()
        with RECIPES[request.param](folder, https, http, ours):
            wait_for(https)
            wait_for(http)
            yield Proxy(
                folder=folder,
                https=https,
                http=http,
                trust=ssl.create_default_context(cafile=str(made.file)),
            )

    return run


def quiet_port() -> int:
    """A free port that no connection of this machine begins from, so that none takes it before the proxy does."""
    while True:
        port = random.randrange(20_000, 30_000)
        with suppress(PortTaken):
            require_free(port)
            return port


def wait_for(port: int) -> None:
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        with suppress(OSError), socket.create_connection((HOST, port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on {port}")


def test_a_visitor_reaches_the_portal_and_cannot_say_that_he_is_another(
    start: Callable[..., Any],
) -> None:
    with behind() as port, start(port) as proxy:
        told = proxy.ask(PORTAL, LINK, headers={"X-Forwarded-For": "203.0.113.9"})
        assert told.status_code == 200, proxy.written()
        came = told.json()
        assert came["path"] == LINK
        assert came["headers"]["x-forwarded-for"] == [HOST]
        assert came["headers"]["host"] == [PORTAL]
        assert came["headers"]["x-forwarded-proto"] == ["https"]
        assert "nginx/" not in told.headers.get("server", "")
        large = proxy.ask(PORTAL, "/files", "POST", content=b"x" * 5_000_000)
        assert large.json()["received"] == 5_000_000
        plain = httpx.get(
            f"http://{HOST}:{proxy.http}/check", headers={"Host": PORTAL}, trust_env=False
        )
        assert plain.status_code in (301, 308)
        assert plain.headers["location"].startswith(f"https://{PORTAL}")


def test_no_log_has_an_address_of_the_portal(start: Callable[..., Any]) -> None:
    with behind() as port, start(port) as proxy:
        assert proxy.ask(PORTAL, LINK).status_code == 200
    assert LINK not in proxy.written()


def test_when_the_portal_is_gone_its_address_is_not_logged_either(
    start: Callable[..., Any],
) -> None:
    with start(quiet_port()) as proxy:
        assert proxy.ask(PORTAL, LINK).status_code == 502
    assert LINK not in proxy.written()


def test_the_office_reaches_prefect_with_its_login_and_by_websockets(
    start: Callable[..., Any],
) -> None:
    with behind() as port, start(port) as proxy:
        told = proxy.ask(RUNS, "/api/admin/version", auth=("coordinator", "word"))
        assert told.json()["headers"]["authorization"] == ["Basic Y29vcmRpbmF0b3I6d29yZA=="]
        case = proxy.ask(PORTAL, "/office/referrals/1", auth=("coordinator", "word")).json()
        assert case["headers"]["authorization"] == ["Basic Y29vcmRpbmF0b3I6d29yZA=="]
        assert case["headers"]["x-forwarded-for"] == [HOST]
        assert told.headers["strict-transport-security"]
        assert "connect-src 'self'" in told.headers["content-security-policy"]
        with (
            socket.create_connection((HOST, proxy.https), SECONDS) as plain,
            proxy.trust.wrap_socket(plain, server_hostname=RUNS) as line,
        ):
            line.sendall(
                f"GET /api/events/in HTTP/1.1\r\nHost: {RUNS}\r\nConnection: Upgrade\r\n"
                "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
            answer = line.makefile("rb")
            assert b" 101 " in answer.readline()
            while answer.readline() != b"\r\n":
                pass
            line.sendall(b"said through it\n")
            assert answer.readline() == b"said through it\n"


def test_from_elsewhere_only_the_portal_is_reached(start: Callable[..., Any]) -> None:
    with behind() as port, start(port, OFFICE) as proxy:
        assert proxy.ask(RUNS).status_code == 403
        assert proxy.ask(RUNS, "/api/health").status_code == 403
        assert proxy.ask(PORTAL).status_code == 200
        # Nor what the portal shows to coordinators only, however its address is written.
        for path in ("/office/referrals/1", "/%6fffice/referrals/1", "/x/../office/referrals/1"):
            assert proxy.ask(PORTAL, path).status_code == 403, path
        with pytest.raises(httpx.ConnectError):
            proxy.ask("elsewhere.example")

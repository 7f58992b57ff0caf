"""The portal in processes of its own, and many who ask it at the same time."""

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from deployments.prefect_server import free_port

_HOST = "127.0.0.1"


def get(path: str, headers: str = "") -> bytes:
    """A request as it goes over the wire; `headers` are whole lines."""
    return f"GET {path} HTTP/1.1\r\nHost: {_HOST}\r\n{headers}\r\n".encode()


def post(path: str, body: bytes, headers: str = "") -> bytes:
    """The same of a form."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {_HOST}\r\n{headers}"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def serving(module: str, *arguments: str, environment: Mapping[str, str]) -> Iterator[str]:
    """`python -m module` on a free port for the block; its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments, "--port", str(port)],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )
    url = f"http://{_HOST}:{port}"
    try:
        give_up = time.monotonic() + 120
        while not _answers_at(url):
            assert process.poll() is None
            assert time.monotonic() < give_up
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


def _answers_at(url: str) -> bool:
    try:
        return httpx.get(f"{url}/check").status_code < 500
    except httpx.TransportError:
        return False


def load(url: str, requests: Sequence[Sequence[bytes]], seconds: float, pause: float = 0) -> Any:
    """What `bench.reference.load` saw; without `seconds` each request is made once."""
    host, _, port = url.removeprefix("http://").partition(":")
    wanted = json.dumps([[base64.b64encode(one).decode() for one in each] for each in requests])
    done = subprocess.run(
        [sys.executable, "-m", "bench.reference.load", host, port, str(seconds), str(pause)],
        input=wanted,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)

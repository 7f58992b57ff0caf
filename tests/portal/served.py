"""The real server on loopback, and a browser without eyes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn
from fastapi import FastAPI
from httpx import Client, Request, Response


@contextmanager
def served(app: FastAPI) -> Iterator[Client]:
    """Serve `app` for the block; a client that follows no redirects."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()  # what asks before the server is ready waits
        config = uvicorn.Config(app, log_config=None, lifespan="off", proxy_headers=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        host, port = listening.getsockname()
        try:
            # Without TLS nobody asks for certificates, and to read those of the machine takes longest.
            with Client(base_url=f"http://{host}:{port}", timeout=120, verify=False) as client:
                client.event_hooks = {"request": [partial(_send_cookies, client)]}
                yield client
        finally:
            server.should_exit = True
            thread.join()


def _send_cookies(client: Client, request: Request) -> None:
    """As a browser does on loopback: a cookie that is for TLS only is sent here as well."""
    kept = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
    if kept and "cookie" not in request.headers:
        request.headers["cookie"] = kept


def is_safe(answer: Response) -> bool:
    """Whether it has the headers of every page, and no script or style of its own."""
    policy = answer.headers["content-security-policy"]
    return (
        "default-src 'none'" in policy
        and "unsafe" not in policy
        and answer.headers["x-content-type-options"] == "nosniff"
        and answer.headers["referrer-policy"] == "no-referrer"
        and answer.headers["cache-control"] == "no-store"
        and "<script" not in answer.text
        and "style=" not in answer.text
    )


def send(browser: Client, path: str, content: bytes) -> Response:
    """What the portal answers to a form with this file."""
    return browser.post(path, files={"file": ("공문.pdf", content, "application/pdf")})

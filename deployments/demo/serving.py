"""The portal on loopback, in a thread of this process: it lives by the clock of the story."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

_HOST = "127.0.0.1"


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve `app` on a free port for the block; its address."""
    with socket.socket() as listening:
        listening.bind((_HOST, 0))
        listening.listen()  # what asks before the server is ready waits
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="portal")
        thread.start()
        try:
            yield f"http://{_HOST}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()

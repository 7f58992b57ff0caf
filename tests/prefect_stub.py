"""What stands for Prefect's server where only whether it asks for a login matters: a real one takes half a minute."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


@contextmanager
def prefect(login: str | None, *, has_page: bool = True) -> Iterator[str]:
    """It asks for the login as Prefect's does, or for none, and gives its version; the address of its API.

    Its page, if it has one, is shown to everybody, as Prefect's is.
    """
    expected = f"Basic {base64.b64encode(login.encode()).decode()}" if login else None

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/api/"):
                is_known = self.headers.get("Authorization") == expected or expected is None
                self.send_response(200 if is_known else 401)
            else:
                self.send_response(200 if has_page else 404)
            self.end_headers()
            self.wfile.write(b'"3.7.9"')

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

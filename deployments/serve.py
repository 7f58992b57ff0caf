"""Serve all deployments on this machine: `python -m deployments.serve`."""

import tempfile

from gongmun import prefect_login
from gongmun.settings import settings

# Runs at the same time; each is a process of its own.
LIMIT = 4


def main() -> None:
    """Serve until stopped."""
    prefect_login.use(settings().prefect_login)
    # Prefect reads the environment when it is imported.
    from prefect import serve

    from deployments.prefect_api import require_api
    from deployments.registry import registry

    require_api()
    # Prefect's runner takes `runner_storage` there, which may be another account's: every account has the same /tmp.
    with tempfile.TemporaryDirectory(prefix="gongmun-") as folder:
        tempfile.tempdir = folder
        serve(*registry(), limit=LIMIT)


if __name__ == "__main__":
    main()

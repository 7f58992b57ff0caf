"""Serve all deployments on this machine: `python -m deployments.serve`."""

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
    serve(*registry(), limit=LIMIT)


if __name__ == "__main__":
    main()

"""Serve all deployments on this machine: `python -m deployments.serve`."""

from prefect import serve

from deployments.prefect_api import require_api
from deployments.registry import registry

# Runs at the same time; each is a process of its own.
LIMIT = 4

if __name__ == "__main__":
    require_api()
    serve(*registry(), limit=LIMIT)

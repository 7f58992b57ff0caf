"""Serve some deployments as they are deployed, but without their schedules.

`python -m bench.reference.serving_deployments NAME…`, with the environment of an installation.
"""

import sys

from prefect import serve

from deployments.registry import registry

if __name__ == "__main__":
    served = [deployment for deployment in registry() if deployment.name in sys.argv[1:]]
    assert len(served) == len(sys.argv) - 1, sys.argv
    for deployment in served:
        deployment.schedules = []
    serve(*served, limit=2)

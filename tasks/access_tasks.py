"""Tasks of the access room."""

from datetime import datetime

from gongmun import wiring
from gongmun.access.purging import Purged, purge
from tasks.service_task import service_task


@service_task("forget old accesses")
def purge_access_task(now: datetime) -> Purged:
    """Delete attempts, codes and sessions that are over."""
    return purge(wiring.database(), now)

"""Tasks that forget: old accesses, and volunteers whose retention is over."""

from datetime import datetime

from gongmun import wiring
from gongmun.access.purging import Purged, purge
from gongmun.surveys.panels.forgetting import Forgotten, forget_volunteers
from tasks.service_task import service_task


@service_task("forget old accesses")
def purge_access_task(now: datetime) -> Purged:
    """Delete attempts, codes and sessions that are over."""
    return purge(wiring.database(), now)


@service_task("forget volunteers")
def forget_volunteers_task(now: datetime) -> Forgotten:
    """Delete what volunteers for panels told, where nobody confirmed it or its retention is over."""
    return forget_volunteers(wiring.database(), now)

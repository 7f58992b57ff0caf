"""Tasks of the retention room."""

from datetime import datetime

from gongmun import wiring
from gongmun.retention import expiring, rules
from gongmun.retention.expiring import Report, Stores
from gongmun.settings import settings
from tasks.service_task import service_task


@service_task("expire personal data")
def expire_task(now: datetime) -> Report:
    """Delete what nobody needs any more."""
    return expiring.expire(
        wiring.database(),
        rules.load(settings().retention),
        Stores(documents=wiring.file_store(), received=wiring.received_store()),
        now=now,
    )


@service_task("count what would expire")
def count_task(now: datetime) -> Report:
    """Count what would be deleted."""
    return expiring.count(wiring.database(), rules.load(settings().retention), now=now)

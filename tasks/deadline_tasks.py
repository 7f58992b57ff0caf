"""Tasks of deadlines that a change of the calendar moves."""

from datetime import datetime

from gongmun import wiring
from gongmun.calendar import calendar
from gongmun.referrals.recompute_preview import Preview, preview
from gongmun.referrals.recomputing import Recomputed, recompute
from gongmun.referrals.telling_changes import ChangesTold, tell_changes
from tasks.service_task import service_task


@service_task("preview of moved deadlines")
def preview_deadlines_task(now: datetime) -> Preview:
    """Which deadlines would move."""
    with wiring.database().reading() as session:
        return preview(session, cal=calendar(), now=now)


@service_task("recompute deadlines")
def recompute_deadlines_task(now: datetime) -> Recomputed:
    """Move every deadline that the calendar puts on another day."""
    return recompute(wiring.database(), cal=calendar(), ladder=wiring.ladder(), now=now)


@service_task("tell moved deadlines")
def tell_changes_task(now: datetime) -> ChangesTold:
    """Tell each ministry once of all that moved."""
    return tell_changes(wiring.database(), now=now)

"""Tasks of the mail room."""

from datetime import datetime

from gongmun import clock, wiring
from gongmun.mail import DispatchReport, dispatch_due
from tasks.service_task import service_task


@service_task("dispatch")
def dispatch_task(owner: str, limit: int, as_of: datetime | None) -> DispatchReport:
    """Send what is due in the outbox."""
    return dispatch_due(
        wiring.database(),
        mailer=wiring.mailer(),
        attachments=wiring.file_store().get,
        witness=wiring.witness(),
        now=clock.resolve(as_of),
        at=clock.now if as_of is None else None,
        owner=owner,
        limit=limit,
    )

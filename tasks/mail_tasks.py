"""Tasks of the mail room."""

from datetime import datetime

from gongmun import wiring
from gongmun.mail import DispatchReport, dispatch_due
from tasks.service_task import service_task


@service_task("dispatch")
def dispatch_task(owner: str, limit: int, now: datetime) -> DispatchReport:
    """Send what is due in the outbox."""
    return dispatch_due(
        wiring.database(),
        mailer=wiring.mailer(),
        attachments=wiring.file_store().get,
        witness=wiring.witness(),
        now=now,
        owner=owner,
        limit=limit,
    )

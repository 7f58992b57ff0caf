"""Tasks of the mail room."""

from collections.abc import Sequence
from datetime import datetime

from gongmun import clock, wiring
from gongmun.access import links
from gongmun.mail import DispatchReport, dispatch_due, summary
from gongmun.mail.collecting import CollectReport, ReadReport, collect, read
from gongmun.mail.delivering import DeliveryReport, note_notices
from gongmun.mail.proving import note_proofs
from gongmun.mail.summary import Mailed
from gongmun.surveys.fieldwork.leaving import review
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
        fill=links.fill,
        review=review,
    )


@service_task("note proofs of delivery")
def note_proofs_task(now: datetime) -> DeliveryReport:
    """Ask the relay's log and the journal, where the settings name them."""
    return note_proofs(
        wiring.database(), journal=wiring.journal(), relay_log=wiring.relay_log(), now=now
    )


@service_task("note notices of delivery")
def note_notices_task(now: datetime) -> DeliveryReport:
    """Take up the notices (DSN) that came in."""
    return note_notices(wiring.database(), now=now)


@service_task("collect")
def collect_task(now: datetime) -> CollectReport:
    """Keep what is new in the inbox."""
    inbox = wiring.inbox()
    if inbox is None:
        return CollectReport(new=0, again=0)
    return collect(wiring.database(), mailbox=inbox, keep=wiring.received_store().put, now=now)


@service_task("read")
def read_task(now: datetime) -> ReadReport:
    """Read what was collected."""
    store = wiring.received_store()
    return read(wiring.database(), raw=store.get, keep=store.put, now=now)


@service_task("what was mailed")
def mailed_task(dispatch_ids: Sequence[int]) -> Sequence[Mailed]:
    """These mails, by whom they go to and why."""
    with wiring.database().reading() as session:
        return summary.of(session, dispatch_ids)

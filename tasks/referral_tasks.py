"""Tasks of the referrals room."""

from collections.abc import Sequence
from datetime import datetime

from gongmun import wiring
from gongmun.clock import seoul_date
from gongmun.documents import IssueReport, issue
from gongmun.referrals.chase_pauses import Standing, standing
from gongmun.referrals.chase_preview import Preview, preview
from gongmun.referrals.chasing import ChaseReport, sweep
from gongmun.referrals.dispatched import note_dispatches
from gongmun.referrals.notices import (
    NoticeReport,
    enqueue_notices,
    papers_to_issue,
    prepare_notices,
)
from gongmun.referrals.told import Told, told
from tasks.progress import ISSUING, progress
from tasks.service_task import service_task


@service_task("note dispatches")
def note_dispatches_task(now: datetime) -> Sequence[int]:
    """Start the clocks of what has gone out."""
    return note_dispatches(wiring.database(), ladder=wiring.ladder(), now=now)


@service_task("sweep the ladder")
def sweep_task(now: datetime) -> ChaseReport:
    """Claim what is due and draft what it needs."""
    return sweep(wiring.database(), ladder=wiring.ladder(), now=now)


@service_task("paused ministries")
def paused_task(organisation_ids: Sequence[int], now: datetime) -> Sequence[Standing]:
    """Until when the reminders to these ministries are paused."""
    with wiring.database().reading() as session:
        paused = standing(session, seoul_date(now))
    return [each for each in paused if each.organisation_id in organisation_ids]


@service_task("preview the chase")
def preview_task(now: datetime) -> Preview:
    """What a sweep would do."""
    with wiring.database().reading() as session:
        return preview(session, ladder=wiring.ladder(), now=now)


@service_task("prepare notices")
def prepare_notices_task(now: datetime) -> Sequence[int]:
    """Drop what has become untrue before anything is numbered; the notices that were dropped."""
    return prepare_notices(wiring.database(), now=now)


@service_task("issue reminders")
def issue_notices_task(now: datetime) -> IssueReport:
    """Number and render the documents of notices that wait for them."""
    db = wiring.database()
    document_ids = papers_to_issue(db, now=now)
    if not document_ids:
        return IssueReport(issued=(), failed=())
    with (
        wiring.renderer() as pool,
        progress(pool, "chase-progress", ISSUING, len(document_ids)) as renderer,
    ):
        return issue(
            db,
            document_ids,
            renderer=renderer,
            store=wiring.file_store(),
            now=now,
            key=wiring.signer,
        )


@service_task("enqueue notices")
def enqueue_notices_task(now: datetime) -> NoticeReport:
    """Put notices whose documents are ready into the outbox."""
    return enqueue_notices(wiring.database(), now=now)


@service_task("what was told")
def told_task(notice_ids: Sequence[int]) -> Sequence[Told]:
    """What these notices carry."""
    with wiring.database().reading() as session:
        return told(session, notice_ids)

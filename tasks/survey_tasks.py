"""Tasks of the surveys room."""

from collections.abc import Sequence
from datetime import datetime

from gongmun import wiring
from gongmun.documents import IssueReport
from gongmun.errors import GongmunError
from gongmun.surveys.fieldwork.archiving import ArchivedWaves, archive_due
from gongmun.surveys.fieldwork.closing import ClosedWaves, close_due
from gongmun.surveys.fieldwork.opening import OpenedWaves, open_waves
from gongmun.surveys.fieldwork.reminding import Reminded, remind
from gongmun.surveys.fieldwork.starting import DueStarted, Started, start, start_due
from gongmun.surveys.reports.publishing import (
    DraftedReports,
    draft_reports,
    publish_reports,
    to_issue,
    translate_reports,
)
from gongmun.surveys.reports.telling import is_untold, tell
from tasks.document_tasks import issued
from tasks.service_task import service_task


@service_task("start {series}")
def start_wave_task(series: str, key: str | None, now: datetime) -> Started:
    """Start a wave, or find the one of this key."""
    return start(wiring.database(), series, key=key, now=now)


@service_task("start what is due")
def start_due_waves_task(now: datetime) -> DueStarted:
    """Start the waves that are due by their rules."""
    return start_due(wiring.database(), now=now)


@service_task("open waves")
def open_waves_task(now: datetime) -> OpenedWaves:
    """Take every wave that is not open yet as far as it can go."""
    return open_waves(wiring.database(), now=now)


@service_task("remind respondents")
def remind_respondents_task(now: datetime) -> Reminded:
    """Remind those who have not answered."""
    return remind(wiring.database(), now=now)


@service_task("close waves")
def close_waves_task(now: datetime) -> ClosedWaves:
    """Close the waves whose time has come."""
    return close_due(wiring.database(), now=now)


@service_task("archive waves")
def archive_waves_task(now: datetime) -> ArchivedWaves:
    """Archive the waves whose days are over."""
    return archive_due(wiring.database(), now=now, is_untold=is_untold)


@service_task("weigh waves and draft reports")
def draft_reports_task(now: datetime) -> DraftedReports:
    """Weigh the waves that are closed, and draft their reports."""
    return draft_reports(wiring.database(), store=wiring.file_store(), now=now)


@service_task("issue reports")
def issue_reports_task(now: datetime) -> IssueReport:
    """Number, print, sign and store the reports that were approved."""
    return issued(to_issue(wiring.database()), now)


@service_task("translate reports")
def translate_reports_task(now: datetime) -> Sequence[GongmunError]:
    """Print the issued reports in English as well; what went wrong."""
    return translate_reports(
        wiring.database(), store=wiring.file_store(), renderer=wiring.renderer, now=now
    )


@service_task("publish reports")
def publish_reports_task(now: datetime) -> Sequence[int]:
    """Publish the waves whose reports are issued."""
    return publish_reports(wiring.database(), now=now)


@service_task("tell what changed")
def tell_news_task(now: datetime) -> int:
    """Mail what changed to those who answered."""
    return tell(wiring.database(), now=now)

"""Publish the report of a wave (결과 공표): a coordinator decides, the document is issued, and everybody may see it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from gongmun.db import Database
from gongmun.documents import (
    FileStore,
)
from gongmun.documents import queries as document_queries
from gongmun.documents.life import ISSUED, WITHOUT_FILE
from gongmun.errors import GongmunError
from gongmun.surveys.fieldwork import queries as field_queries
from gongmun.surveys.fieldwork.life import Event, Status
from gongmun.surveys.reports import queries
from gongmun.surveys.reports.drafting import draft_report, weigh_wave

# The name of this sweep's lease and heartbeat.
PUBLISH_SWEEP = "publish-survey-reports"


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftedReports:
    """What one sweep did, by the waves' ids."""

    weighted: tuple[int, ...] = ()
    drafted: tuple[int, ...] = ()
    problems: tuple[GongmunError, ...] = ()


def draft_reports(db: Database, *, store: FileStore, now: datetime) -> DraftedReports:
    """Weigh every wave that is closed, and draft its report, however long ago it closed."""
    weighted: list[int] = []
    drafted: list[int] = []
    problems: list[GongmunError] = []
    for cycle_id in _in(db, {Status.CLOSED, Status.WEIGHTED}):
        try:
            if weigh_wave(db, cycle_id, now=now):
                weighted.append(cycle_id)
            if draft_report(db, cycle_id, store=store, now=now):
                drafted.append(cycle_id)
        except GongmunError as error:
            problems.append(error)
    return DraftedReports(
        weighted=tuple(weighted), drafted=tuple(drafted), problems=tuple(problems)
    )


def to_issue(db: Database) -> Sequence[int]:
    """The documents of reports that are approved and have no file yet."""
    found = []
    for cycle_id in _in(db, {Status.REPORTED}):
        with db.reading() as session:
            report = queries.find_report(session, cycle_id)
            if report is None or report.document_id is None:
                continue
            if document_queries.by_id(session, report.document_id).status in WITHOUT_FILE:
                found.append(report.document_id)
    return found


def publish_reports(db: Database, *, now: datetime) -> Sequence[int]:
    """Publish every report whose document is issued; the waves' ids.

    A wave from which everything that leads to people was taken meanwhile is archived with its publication.
    """
    published = []
    for cycle_id in _in(db, {Status.REPORTED}):
        with db.transaction() as session:
            report = queries.report_of(session, cycle_id)
            if report.document_id is None:
                continue
            document = document_queries.by_id(session, report.document_id)
            if document.status in ISSUED and field_queries.move(
                session,
                cycle_id,
                Status.REPORTED,
                Event.PUBLISHED,
                now,
                values={"published_at": now},
                document=document.id,
                sha256=document.file_sha256,
            ):
                published.append(cycle_id)
                if field_queries.cycle(session, cycle_id).archived_at is not None:
                    field_queries.move(session, cycle_id, Status.PUBLISHED, Event.ARCHIVED, now)
    return published


def _in(db: Database, statuses: Collection[Status]) -> Sequence[int]:
    with db.reading() as session:
        return field_queries.cycles_in(session, statuses)

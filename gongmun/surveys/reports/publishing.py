"""Publish the report of a wave (결과 공표): a coordinator decides, the document is issued, and everybody may see it."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime

from gongmun import ledger
from gongmun.db import Database
from gongmun.documents import FileStore
from gongmun.documents import queries as document_queries
from gongmun.documents.exporting import FileFormat, export
from gongmun.documents.letter import Language
from gongmun.documents.life import ISSUED, WITHOUT_FILE
from gongmun.documents.printing import NotPrinted, Renderer
from gongmun.errors import GongmunError
from gongmun.surveys.fieldwork import queries as field_queries
from gongmun.surveys.fieldwork.life import Event, Status
from gongmun.surveys.fieldwork.queries import Held
from gongmun.surveys.reports import queries
from gongmun.surveys.reports.drafting import draft_report, weigh_wave
from gongmun.surveys.reports.models import ReportFile, SurveyReport

# The name of this sweep's lease and heartbeat.
PUBLISH_SWEEP = "publish-survey-reports"
# The report in English among the files of a wave; its official text is the Korean one.
IN_ENGLISH = "report.en.pdf"


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


def translate_reports(
    db: Database,
    *,
    store: FileStore,
    renderer: Callable[[], AbstractContextManager[Renderer]],
    now: datetime,
) -> Sequence[NotPrinted]:
    """Print in English every report that is issued, beside its other files; what cannot be printed.

    The official text stays the Korean one: a report whose translation cannot be printed is published without, and tried
    again by the next call.

    Raises:
        StoreUnavailable: a file cannot be kept; nothing is lost, and the next call goes on.
    """
    problems: list[NotPrinted] = []
    for cycle_id in _in(db, {Status.REPORTED, Status.PUBLISHED}):
        with db.reading() as session:
            report = queries.find_report(session, cycle_id)
            if report is None or report.document_id is None or _is_translated(report):
                continue
            document = document_queries.by_id(session, report.document_id)
            if document.status not in ISSUED:
                continue
        try:
            content = export(
                db,
                str(document.id),
                format=FileFormat.PDF,
                language=Language.EN,
                renderer=renderer,
                store=store,
            )
        except NotPrinted as error:
            problems.append(error)
            continue
        file = ReportFile(
            name=IN_ENGLISH,
            media_type="application/pdf",
            sha256=store.put(content),
            size=len(content),
        )
        with db.transaction() as session:
            field_queries.cycle(session, cycle_id, Held.ALONE)
            report = queries.report_of(session, cycle_id)
            if not _is_translated(report):
                report.files = [asdict(file), *report.files]
                ledger.record(
                    session,
                    "survey_report.translated",
                    subject=("survey_cycle", cycle_id),
                    now=now,
                    sha256=file.sha256,
                )
    return problems


def _is_translated(report: SurveyReport) -> bool:
    return any(file["name"] == IN_ENGLISH for file in report.files)


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

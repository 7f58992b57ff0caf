"""Draft the report of a wave (보고서 기안): weigh it, make its figures and files, lay it before a coordinator.

Each step begins from the state that the one before has left, and reads it again: a run that was killed goes on, and
a second one finds nothing to do.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from gongmun.db import Database
from gongmun.documents import FileStore
from gongmun.surveys.fieldwork import queries as field_queries
from gongmun.surveys.fieldwork.life import Event, Status
from gongmun.surveys.fieldwork.models import SurveyCycle
from gongmun.surveys.fieldwork.queries import Held
from gongmun.surveys.reports import open_data, queries, quoting, rows, tables
from gongmun.surveys.reports.deciding import draft_document
from gongmun.surveys.reports.figures import Figures, to_json
from gongmun.surveys.reports.figuring import Counted
from gongmun.surveys.reports.method import figures_of
from gongmun.surveys.reports.models import ReportFile, SurveyReport
from gongmun.surveys.reports.waves import load


def weigh_wave(db: Database, cycle_id: int, *, now: datetime) -> bool:
    """Weigh a wave that is closed, and choose the quotes that a person may approve; False where it is no more.

    Of one from which everything that leads to people was taken before, nothing can be made: see `archiving`.

    Raises:
        NotFound: there is no such wave.
        RakingUnfinished: the margins cannot be met; see the analysis room.
    """
    with db.reading() as session:
        if not _is_whole(field_queries.cycle(session, cycle_id), Status.CLOSED):
            return False
        wave = load(session, cycle_id)
    weighing = dict(wave.weighing)
    with db.transaction() as session:
        # Once more: weights tell of people, and none may be written when they were just taken away.
        held = field_queries.cycle(session, cycle_id, Held.ALONE)
        if not _is_whole(held, Status.CLOSED) or not field_queries.move(
            session,
            cycle_id,
            Status.CLOSED,
            Event.WEIGHTED,
            now,
            values={"weighted_at": now},
            answered=len(wave.answers.ids),
            rr1=wave_rate(weighing),
        ):
            return False
        session.add(SurveyReport(cycle_id=cycle_id, weighing=weighing, files=[], weighted_at=now))
        if wave.weighed is not None:
            weights = wave.weighed.values.tolist()
            queries.store_weights(session, dict(zip(wave.answers.ids, weights, strict=True)))
            session.add_all(quoting.candidates(cycle_id, wave.answers.texts))
    return True


def wave_rate(weighing: Mapping[str, Any]) -> float | None:
    """The response rate RR1 of what was kept of a weighing, as a share."""
    rate = weighing["rates"]["rr1"]
    return None if rate is None else round(float(rate), 4)


def draft_report(db: Database, cycle_id: int, *, store: FileStore, now: datetime) -> bool:
    """Make the figures and files of a wave that is weighted, and draft its document; False where it waits already.

    Nothing is made of one from which everything that leads to people was taken before.

    The files are in the store before the row names them.

    Raises:
        NotFound: there is no such wave.
        NotProtected: the figures cannot be published safely; see the analysis room.
        StoreUnavailable: the files cannot be kept.
    """
    with db.reading() as session:
        cycle = field_queries.cycle(session, cycle_id)
        if not _is_whole(cycle, Status.WEIGHTED):
            return False
        wave = load(session, cycle_id)
        earlier = queries.wave_before(session, cycle)
        # Of an archived wave nobody knows any more who answered what: there is nothing to compare by.
        is_kept = earlier is not None and earlier.status is Status.PUBLISHED
        before = load(session, earlier.id) if earlier and is_kept else None
    counted = wave.counted()
    figures = figures_of(wave, counted, before)
    files = [
        ReportFile(name=name, media_type=kind, sha256=store.put(content), size=len(content))
        for name, kind, content in _contents(figures, counted)
    ]
    with db.transaction() as session:
        held = field_queries.cycle(session, cycle_id, Held.ALONE)
        if not _is_whole(held, Status.WEIGHTED) or not field_queries.move(
            session,
            cycle_id,
            Status.WEIGHTED,
            Event.REPORTED,
            now,
            values={"reported_at": now},
            files={file.name: file.sha256 for file in files},
        ):
            return False
        report = queries.report_of(session, cycle_id)
        report.figures = to_json(figures)
        report.files = [
            {"name": f.name, "media_type": f.media_type, "sha256": f.sha256, "size": f.size}
            for f in files
        ]
        report.drafts += 1
        report.drafted_at = now
        report.document_id = draft_document(session, report, figures, now)
    return True


def _is_whole(cycle: SurveyCycle, status: Status) -> bool:
    """Whether a wave stands there, and its sheets still say what they are weighted by."""
    return cycle.status is status and cycle.archived_at is None


def _contents(figures: Figures, counted: Counted | None) -> Iterator[tuple[str, str, bytes]]:
    yield (
        "tables.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        tables.workbook(figures),
    )
    if counted is None:
        return
    csv = "text/csv; charset=utf-8"
    yield "questions.csv", csv, tables.toplines_csv(figures)
    if rows.has_breakdowns(figures):
        yield "groups.csv", csv, tables.breakdowns_csv(figures)
    yield "open-data.csv", csv, open_data.rows_csv(counted)
    yield "codebook.csv", csv, open_data.codebook_csv(counted)
    yield "codebook.md", "text/markdown; charset=utf-8", open_data.codebook_markdown(counted)

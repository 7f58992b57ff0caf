"""Tasks of the suggestions room."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from gongmun import wiring
from gongmun.forums import queries as forum_queries
from gongmun.suggestions import ColumnMapping, ImportReport, import_file, queries
from gongmun.suggestions.models import ImportProblem
from tasks.service_task import service_task


@service_task("import into {forum}")
def import_file_task(forum: str, path: Path, mapping: Path, now: datetime) -> ImportReport:
    """Import one file into a forum."""
    db = wiring.database()
    with db.reading() as session:
        forum_id = forum_queries.required_forum(session, forum).id
    return import_file(db, path, ColumnMapping.load(mapping), forum_id=forum_id, now=now)


@service_task("problems of import {import_id}")
def import_problems_task(import_id: int) -> Sequence[ImportProblem]:
    """What was found wrong in the file, by line."""
    with wiring.database().reading() as session:
        return queries.problems_of_import(session, import_id)

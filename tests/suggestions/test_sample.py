"""The project's sample comes in whole, with one suggestion left to a coordinator."""

from datetime import datetime
from pathlib import Path

from gongmun.db import Database
from gongmun.suggestions import queries
from gongmun.suggestions.intake import import_file
from gongmun.suggestions.mapping import ColumnMapping
from gongmun.suggestions.problems import Reason

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "citizen_questions"


def test_the_sample_comes_in(db: Database, forum_id: int, now: datetime) -> None:
    mapping = ColumnMapping.load(SAMPLE / "mapping.toml")
    report = import_file(db, SAMPLE / "suggestions.csv", mapping, forum_id=forum_id, now=now)
    assert (report.accepted, report.rejected) == (40, 0)
    assert [problem.reason for problem in report.problems] == [Reason.TOPIC_UNKNOWN]
    with db.reading() as session:
        counts = queries.counts(session, forum_id)
    assert (counts.all, counts.selected, counts.selected_without_topic) == (40, 30, 1)

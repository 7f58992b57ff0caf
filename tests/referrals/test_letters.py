"""What a formal reminder rests on: the law as it was when the deadline began to run."""

from datetime import date, datetime
from pathlib import Path

from gongmun.calendar import calendar, rules
from gongmun.db import Database
from gongmun.documents import queries as document_queries
from gongmun.referrals import explaining, queries
from gongmun.referrals.ladder import Rung
from tests.rules import rules_of
from tests.world import World

AMENDED = """
[[rule]]
code = "suggestion"
version = 2
name_ko = "건의 회신"
name_en = "answer to a suggestion"
unit = "working_days"
length = 7
first_day_counts = true
citation_ko = "개정된 법률"
citation_en = "The amended Act"
valid_from = 2026-10-20
for_answers = true
"""


def test_a_reminder_cites_the_rule_of_the_day_of_the_dispatch(
    sqlite_db: Database, tmp_path: Path, now: datetime
) -> None:
    small = World(db=sqlite_db, folder=tmp_path, now=now)
    (referral_id,) = small.dispatched("statistics")
    with rules_of(tmp_path, rules.RULES.read_text(encoding="utf-8") + AMENDED):
        small.chase(date(2026, 10, 30))
        said = explaining.in_short(small.referral(referral_id), calendar())
    with small.db.reading() as session:
        (step,) = (
            each for each in queries.steps(session, referral_id) if each.rung is Rung.FIRST_REMINDER
        )
        assert step.document_id is not None
        context = document_queries.by_id(session, step.document_id).context
    (basis,) = context["letter"]["legal_basis"]
    assert "개정된" not in basis["ko"]
    assert said is not None
    assert basis["ko"] in said.ko
    # The law stands once in a document, and the counting without it.
    (counted,) = context["counted"]
    assert "규칙 제1판" in counted["ko"]
    assert basis["ko"] not in counted["ko"]

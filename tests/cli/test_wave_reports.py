"""`gongmun wave reports`, `approve`, `return`, `quotes`, `approve-quote` and `news`, as a coordinator types them."""

from pathlib import Path

import pytest

from gongmun.documents import LocalStore
from gongmun.settings import settings
from gongmun.surveys.fieldwork.series import register_series
from gongmun.surveys.fieldwork.storing import store
from gongmun.surveys.reports.publishing import publish_reports
from tests.cli.conftest import Gongmun
from tests.surveys.fieldwork.conftest import FILE, OPENING, people, questionnaire
from tests.surveys.reports.conftest import MORNING, PEOPLE, Reported, spread
from tests.world import World, at

DAY = ("--as-of", "2026-10-28 10:00")
ME = ("--name", "이결재", "--reason", "수치를 확인함")


@pytest.fixture
def reported(installation: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reported:
    """A wave whose report waits for a decision."""
    monkeypatch.setenv("GONGMUN_SURVEY_KEYS", str(tmp_path / "keys"))
    settings.cache_clear()
    people(installation.db, PEOPLE)
    spread(installation.db)
    store(installation.db, questionnaire(), now=at(OPENING))
    register_series(installation.db, FILE, now=at(OPENING))
    kept = Reported(installation.db, store=LocalStore(tmp_path / "store"))
    kept.ask("wave-1", opens=at(OPENING))
    kept.draft()
    return kept


def test_a_report_is_returned_then_approved_with_a_quote_and_news(
    gongmun: Gongmun, reported: Reported
) -> None:
    assert "결재를 기다리는" in gongmun("wave", "reports").flat
    assert "gongmun wave approve 1 --name … --reason …" in gongmun("waiting", *DAY).flat
    listed = gongmun("wave", "list", *DAY).flat
    assert "보고서 작성" in listed
    assert "마감 2026-10-27" in listed
    assert "반려했습니다" in gongmun("wave", "return", "1", *ME, *DAY).flat
    assert "해당하는 것이 없습니다" in gongmun("wave", "reports").flat
    refused = gongmun("wave", "approve", "1", *ME, *DAY)
    assert refused.code != 0
    assert "결재를 기다리고 있지 않습니다" in refused.err
    reported.draft()
    quotes = gongmun("wave", "quotes", "1")
    assert "wishes" in quotes.flat
    assert "1234" not in quotes.flat
    assert gongmun("wave", "approve-quote", "1", *ME, *DAY).code == 0
    listed = gongmun("wave", "quotes", "1").flat
    assert "승인 approved" in listed
    others = listed.count("wishes") - 1
    assert others > 0
    approved = gongmun("wave", "approve", "1", *ME, *DAY).flat
    assert "승인했습니다" in approved
    assert f"인용 후보 {others}건은 승인하지 않아" in approved
    texts = ("--text-ko", "바뀌었습니다.", "--text-en", "It changed.")
    assert gongmun("wave", "news", "1", *texts, *ME, *DAY).code != 0
    reported.issue()
    assert list(publish_reports(reported.db, now=MORNING)) == [1]
    assert gongmun("wave", "news", "1", *texts, *ME, *DAY).code == 0
    assert "마감 2026-10-27" not in gongmun("wave", "list", *DAY).flat
    everything = gongmun("wave", "list", "--all", *DAY).flat
    assert "마감 2026-10-27" in everything
    assert "공개 54 / 60 (90%)" in everything

"""The flow that publishes under Prefect: drafted, approved, printed and published, and a second run that does nothing."""

from datetime import timedelta
from pathlib import Path

import pytest

from flows.publish_survey_report import publish_survey_report
from gongmun import wiring
from gongmun.documents import Decision
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.series import register_series
from gongmun.surveys.fieldwork.storing import store
from gongmun.surveys.reports.deciding import decide_report
from tests.flows.test_flows import artifact
from tests.surveys.fieldwork.conftest import FILE, OPENING, people, questionnaire
from tests.surveys.reports.conftest import MORNING, PEOPLE, Reported, spread
from tests.world import World, at

pytestmark = [pytest.mark.long, pytest.mark.prefect]


@pytest.fixture
def reported(installation: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reported:
    monkeypatch.setenv("GONGMUN_VAR", str(tmp_path))
    people(installation.db, PEOPLE)
    spread(installation.db)
    store(installation.db, questionnaire(), now=at(OPENING))
    register_series(installation.db, FILE, now=at(OPENING))
    return Reported(installation.db, store=wiring.file_store())


def test_from_a_closed_wave_to_a_published_report(reported: Reported) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING))
    assert publish_survey_report(MORNING) == 0
    told = artifact("publish-survey-report").replace("\\", "")
    assert "기안한 보고서 / reports drafted | 1" in told
    assert f"gongmun wave approve {cycle_id}" in told
    assert "@" not in told
    decide_report(
        reported.db,
        cycle_id,
        decision=Decision.APPROVE,
        name="이결재",
        reason="수치를 확인함",
        now=MORNING,
    )
    assert publish_survey_report(MORNING + timedelta(hours=1)) == 1
    assert reported.wave(cycle_id).status is Status.PUBLISHED
    assert "report.en.pdf" in {file["name"] for file in reported.report(cycle_id).files}
    assert publish_survey_report(MORNING + timedelta(hours=2)) == 0
    assert "공개한 회차 / waves published | 1" in artifact("publish-survey-report").replace(
        "\\", ""
    )

"""The survey flows under Prefect: started twice by another system, reminded, closed, and what the board shows."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from flows.archive_survey_waves import archive_survey_waves
from flows.close_survey_wave import close_survey_wave
from flows.open_survey_wave import open_survey_wave
from flows.remind_respondents import remind_respondents
from gongmun.db.sweeps import SweepBusy, lease
from gongmun.surveys.fieldwork.closing import cancel
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.opening import OPEN_SWEEP
from gongmun.surveys.fieldwork.series import register_series
from gongmun.surveys.fieldwork.starting import WaveUnderWay
from gongmun.surveys.fieldwork.storing import store
from tests.flows.test_flows import artifact
from tests.surveys.fieldwork.conftest import (
    FILE,
    MORNING,
    OPENING,
    PEOPLE,
    Fielded,
    people,
    questionnaire,
)
from tests.world import World, at

pytestmark = [pytest.mark.long, pytest.mark.prefect]


@pytest.fixture
def fielded(installation: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fielded:
    monkeypatch.setenv("GONGMUN_VAR", str(tmp_path))
    people(installation.db)
    store(installation.db, questionnaire(), now=MORNING)
    register_series(installation.db, FILE, now=MORNING)
    return Fielded(installation.db)


def test_a_wave_by_another_system_from_its_start_to_its_seal(fielded: Fielded) -> None:
    assert open_survey_wave(FILE.code, "airflow-7", MORNING) == PEOPLE
    # Called again with the same key: by the same run that was lost, or by a scheduler that is not sure.
    assert open_survey_wave(FILE.code, "airflow-7", at(OPENING, 10)) == 0
    # And by another system, with a key of its own, for the same day of the rule.
    assert open_survey_wave(FILE.code, "cron-8", at(OPENING, 10)) == 0
    with pytest.raises(WaveUnderWay):
        open_survey_wave.with_options(retries=0)(FILE.code, "airflow-8", at(date(2027, 1, 12), 10))
    assert "초대 메일 / invitations queued | 0" in artifact("open-survey-wave").replace("\\", "")
    board = artifact("fieldwork").replace("\\", "")
    assert "국민참여 만족도 조사 1회차 (engagement 1)" in board
    assert "sex: Women | 5 | 0" in board
    for invitation in fielded.invitations(1)[:2]:
        fielded.answer(invitation.id, at(OPENING, 11))
    third = date(2026, 10, 15)
    assert remind_respondents(at(third)) == PEOPLE - 2
    assert "20.0%" in artifact("fieldwork")
    for key in ("remind-respondents", "fieldwork"):
        assert "@" not in artifact(key)
    closes = at(date(2026, 10, 26), 18, 0)
    assert close_survey_wave(closes) == 0
    assert close_survey_wave(closes + timedelta(days=1)) == 1
    assert "답안을 봉인한 회차 / waves sealed | 1" in artifact("close-survey-wave").replace(
        "\\", ""
    )
    assert fielded.wave(1).status is Status.CLOSED
    assert "진행 중인 설문 / surveys under way | 0" in artifact("fieldwork").replace("\\", "")


def test_two_at_once_and_one_leaves_it_to_the_other(fielded: Fielded) -> None:
    with lease(fielded.db, OPEN_SWEEP), pytest.raises(SweepBusy):
        open_survey_wave.with_options(retries=0)(None, None, MORNING)
    # The rule has the wave of 12 October; nobody has to ask for it.
    assert open_survey_wave(None, None, MORNING) == PEOPLE


def test_what_is_over_is_archived_and_said_once(fielded: Fielded) -> None:
    open_survey_wave(FILE.code, "airflow-7", MORNING)
    fielded.dispatch(at(OPENING, 10))
    cancel(fielded.db, 1, name="한소통", reason="설문지에 오류가 있습니다.", now=at(OPENING, 11))
    later = at(OPENING + timedelta(days=FILE.keep_days), 3, 30)
    assert archive_survey_waves(later - timedelta(days=1)) == 0
    assert archive_survey_waves(later) == 1
    told = artifact("archive-survey-waves").replace("\\", "")
    assert "보존 처리한 회차 / waves archived | 1" in told
    assert archive_survey_waves(later) == 0
    assert artifact("archive-survey-waves").replace("\\", "") == told

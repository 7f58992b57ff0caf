"""`gongmun panel enrol` and `gongmun wave`: a recurring survey from the terminal, as docs/surveys.md tells."""

from datetime import date
from pathlib import Path

import pytest

from gongmun import wiring
from gongmun.settings import PROJECT_ROOT, settings
from gongmun.surveys.fieldwork.answering import refuse, save
from gongmun.surveys.questionnaire import SAMPLES
from tests.cli.conftest import Gongmun
from tests.world import World, at

SERIES = PROJECT_ROOT / "samples" / "surveys" / "engagement.toml"
DAY = ("--as-of", "2026-10-12 09:30")
ME = ("--name", "한소통", "--reason", "응답이 충분합니다.")
PEOPLE = "id,contact,sex\n" + "\n".join(
    f"g{n},guest{n}@people.example,{'FM'[n % 2]}" for n in range(6)
)


@pytest.fixture
def survey(
    gongmun: Gongmun, installation: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Gongmun:
    """A list of six people, and the sample series that asks them."""
    monkeypatch.setenv("GONGMUN_SURVEY_KEYS", str(tmp_path / "keys"))
    settings.cache_clear()
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    people = ("--people", str(tmp_path / "people.csv"))
    titles = ("--title", "참가자", "--title-en", "Guests")
    assert gongmun("panel", "enrol-list", "citizens-2026", *people, *titles).code == 0
    asked = ("--questionnaire", str(SAMPLES["quarterly_engagement"]))
    loaded = gongmun("wave", "register", str(SERIES), *asked, *DAY)
    assert loaded.code == 0, loaded.flat
    # It was due on Saturday; on a day before that it would be told when it will be.
    assert "2026. 10. 10.(토) 회차를 다음 점검에서 시작합니다." in loaded.flat
    early = gongmun("wave", "register", str(SERIES), "--as-of", "2026-10-09 09:30")
    assert "다음 주기는 2026. 10. 10.(토)입니다." in early.flat
    return gongmun


def test_a_wave_is_started_once_opened_shown_and_closed(survey: Gongmun) -> None:
    started = survey("wave", "start", "engagement", "--key", "cron-4", *DAY)
    assert "1회차를 시작하였습니다(번호 1)." in started.flat
    again = survey("wave", "start", "engagement", "--key", "cron-4", *DAY)
    assert "이미 시작한 1회차입니다" in again.flat
    assert "초대 메일 6통" in survey("wave", "open", *DAY).flat
    assert "0 / 6 (0%)" in survey("wave", "list", *DAY).flat
    shown = survey("wave", "show", "1", *DAY).flat
    # Three of each: so few that it would tell who has answered.
    assert shown.count("5명 미만 보호") == 2
    assert "마감에 들어갔습니다" in survey("wave", "close", "1", *ME, *DAY).flat
    late = survey("wave", "put-off", "1", "2026-10-30", *ME, *DAY)
    assert "2026. 10. 30.(금) 18시에 마감합니다." in late.flat
    assert survey("wave", "cancel", "1", *ME, *DAY).code == 0


def test_a_wave_to_come_says_when_it_opens_and_nothing_that_is_not_known(survey: Gongmun) -> None:
    survey("wave", "start", "engagement", "--opens-on", "2026-10-20", *DAY)
    listed = survey("wave", "list", *DAY).flat
    assert "개시 2026-10-20" in listed
    assert "0 / 0" not in listed
    assert "다음 안내" not in listed
    later = ("--as-of", "2026-10-20 09:30")
    survey("wave", "open", *later)
    listed = survey("wave", "list", *later).flat
    assert "0 / 6 (0%)" in listed
    assert "다음 안내 2026-10-23" in listed
    assert "개시" not in listed


def test_a_list_is_told_from_a_panel_that_was_drawn(survey: Gongmun) -> None:
    listed = survey("panel", "list").flat
    assert "명단(모두에게 설문)" in listed
    assert "6 – – – –" in listed


def test_lines_of_paper_to_correct_are_listed_and_nothing_is_taken(
    survey: Gongmun, tmp_path: Path
) -> None:
    survey("wave", "start", "engagement", *DAY)
    survey("wave", "open", *DAY)
    path = tmp_path / "paper.csv"
    path.write_text("number,trust\ng1,77\ng99,5\n", encoding="utf-8")
    refused = survey("wave", "paper", "1", str(path), *DAY)
    assert refused.code == 1
    assert "g99" in refused.flat
    assert "초대한 번호가 아닙니다" in refused.flat
    assert "surveys.paper_refused" in refused.err
    assert "0 / 6" in survey("wave", "list", *DAY).flat


def test_who_refused_before_is_told_of_and_what_paper_replaced(
    survey: Gongmun, tmp_path: Path
) -> None:
    survey("wave", "start", "engagement", *DAY)
    survey("wave", "open", *DAY)
    refuse(wiring.database(), 1, now=at(date(2026, 10, 12)))
    assert "앞선 회차에서" not in survey("wave", "show", "1", *DAY).flat
    survey("wave", "cancel", "1", *ME, *DAY)
    survey("wave", "start", "engagement", "--key", "again", *DAY)
    assert "초대 메일 5통" in survey("wave", "open", *DAY).flat
    shown = survey("wave", "show", "2", *DAY).flat
    assert "거절 1" in shown
    assert "1명은 앞선 회차에서 거절하여" in shown
    path = tmp_path / "paper.csv"
    answers = "trust,influence,information,news_from,took_part,again,obstacles"
    path.write_text(f"number,{answers}\ng1,6,5,4,2;3,9,4,9\n", encoding="utf-8")
    save(wiring.database(), 8, {"trust": 3}, now=at(date(2026, 10, 12)))
    taken = survey("wave", "paper", "2", str(path), *DAY).flat
    assert "그 가운데 1건은 온라인에 저장만 하고" in taken, taken


def test_what_is_missing_is_named(survey: Gongmun, tmp_path: Path) -> None:
    assert "반복 설문 nothing" in survey("wave", "start", "nothing", *DAY).err
    assert survey("wave", "show", "99", *DAY).code == 1
    broken = tmp_path / "broken.toml"
    broken.write_text(SERIES.read_text("utf-8").replace("MONTHLY", "SOMETIMES"), encoding="utf-8")
    refused = survey("wave", "register", str(broken), *DAY)
    assert refused.code == 1
    assert "rule" in refused.err


def test_a_series_is_ended_and_its_waves_are_archived(survey: Gongmun) -> None:
    survey("wave", "start", "engagement", *DAY)
    assert "2027-01-10(일)" in survey("wave", "list", *DAY).flat
    survey("wave", "open", *DAY)
    assert survey("wave", "cancel", "1", *ME, *DAY).code == 0
    assert "종료하였습니다" in survey("wave", "end", "engagement", *ME, *DAY).flat
    assert "이미 종료된" in survey("wave", "end", "engagement", *ME, *DAY).flat
    assert "종료(2026-10-12)" in survey("wave", "list", *DAY).flat
    refused = survey("wave", "start", "engagement", "--key", "again", *DAY)
    assert (refused.code, "surveys.series_ended" in refused.err) == (1, True)
    planned = survey("wave", "archive", "--dry-run", *DAY).flat
    assert "2027-11-16" in planned
    assert "지금 처리" not in planned
    later = ("--as-of", "2027-11-16 03:30")
    assert "지금 처리" in survey("wave", "archive", "--dry-run", *later).flat
    # Six invitations have not left yet, and will not: who sends the mail finds that the wave is over.
    assert "기다리는 회차 1건" in survey("wave", "archive", *later).flat
    assert (settings().survey_keys / "engagement.key").exists()

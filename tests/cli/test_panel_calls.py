"""`gongmun panel call`, `enrol-call`, `rotate`, `places`, `seat`, `funnel`: a panel's life, as docs/sortition.md tells."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from gongmun import clock, wiring
from gongmun.settings import PROJECT_ROOT, settings
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.models import SurveyCycle
from gongmun.surveys.panels import call_queries
from gongmun.surveys.panels.volunteering import confirm, sign_up
from gongmun.surveys.questionnaire import SAMPLES
from tests.cli.conftest import Ended, Gongmun
from tests.cli.test_bad_input import refused
from tests.surveys.panels.test_volunteering import person
from tests.world import World

SERIES = PROJECT_ROOT / "samples" / "surveys" / "engagement.toml"
MORNING, OVER = ("--as-of", "2026-09-01 09:30"), ("--as-of", "2026-09-30 09:30")
ASKED, AFTER = ("--as-of", "2026-10-12 09:30"), ("--as-of", "2026-12-01 09:30")
OPEN = (
    *("panel", "call", "open", "open-2026", "--panel", "citizens-2026"),
    *("--title", "2026 시민참여단 모집", "--title-en", "Call for the panel 2026"),
    *("--from", "2026-09-01", "--to", "2026-09-20"),
)
QUOTAS = "feature,value,min,max\nsex,F,4,4\nsex,M,4,4\nage_group,30-39,0,8\nsido,서울특별시,0,8\n"
PEOPLE = 24


@pytest.fixture
def panel(
    gongmun: Gongmun, installation: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Gongmun:
    """A call that is open, of 240 people who were written to; 24 have confirmed."""
    monkeypatch.setenv("GONGMUN_SURVEY_KEYS", str(tmp_path / "keys"))
    settings.cache_clear()
    opened = gongmun(*OPEN, "--invited", 240, *MORNING)
    assert opened.code == 0, opened.err
    assert "https://check.participation.example/join/open-2026" in opened.flat
    assert "2028. 9. 20. 뒤에 지웁니다" in opened.flat
    database = wiring.database()
    now = clock.seoul_time(date(2026, 9, 1), 10)
    for number in range(PEOPLE):
        ip = f"192.0.2.{number}"
        sign_up(database, "open-2026", person(number), ip=ip, now=now)
        confirm(database, number + 1, now=now + timedelta(minutes=5))
    (tmp_path / "quotas.csv").write_text(QUOTAS, encoding="utf-8")
    return gongmun


def draw(gongmun: Gongmun, pool: Path, quotas: Path, size: int, out: Path) -> Ended:
    """The steps of a draw."""
    seed = out.parent / f"{out.name}.seed"
    made = gongmun("panel", "lottery", pool, "--size", size, "--quotas", quotas, "--out", out)
    assert made.code == 0, made.err
    assert gongmun("panel", "commit", out, "--seed-file", seed).code == 0
    return gongmun("panel", "draw", out, "--seed-file", seed)


def enrolled(gongmun: Gongmun, folder: Path) -> Path:
    """From the call that is over to the panel; the folder of the draw."""
    pool, out = folder / "pool.csv", folder / "public"
    said = refused(
        gongmun("panel", "call", "export", "open-2026", "--output", pool, *MORNING),
        "panels.call_running",
    )
    assert "gongmun panel call close" in said
    shown = gongmun("panel", "call", "show", *MORNING).flat
    assert "모집 중 / open 240 24 0 0" in shown or "모집 중 240 24 0 0" in shown, shown
    exported = gongmun("panel", "call", "export", "open-2026", "--output", pool, *OVER)
    assert "참여 희망자 24명" in exported.flat, exported
    assert draw(gongmun, pool, folder / "quotas.csv", 8, out).code == 0
    alone = gongmun("panel", "enrol-call", "open-2026", out, "--title", "참여단", *OVER)
    assert (alone.code, "함께 적어" in alone.err) == (2, True)
    titles = ("--title", "2026 시민참여단", "--title-en", "Citizens' panel 2026")
    ended = gongmun("panel", "enrol-call", "open-2026", out, *titles, *OVER)
    assert "8명을 등록하였습니다. 예비 16명" in ended.flat, ended
    return out


def asked(gongmun: Gongmun) -> None:
    """A wave that is over."""
    questionnaire = ("--questionnaire", SAMPLES["quarterly_engagement"])
    assert gongmun("wave", "register", SERIES, *questionnaire, *ASKED).code == 0
    assert gongmun("wave", "start", "engagement", *ASKED).code == 0
    assert "초대 메일 8통" in gongmun("wave", "open", *ASKED).flat
    with wiring.database().transaction() as session:
        session.execute(update(SurveyCycle).values(status=Status.PUBLISHED))


def test_from_the_call_to_the_panel_to_its_rotation(panel: Gongmun, tmp_path: Path) -> None:
    enrolled(panel, tmp_path)
    rotate = ("panel", "rotate", "citizens-2026", "--share", "1/4", "--rest-months", 6)
    assert "한 번도" in refused(panel(*rotate, *AFTER), "surveys.rotation_refused")
    asked(panel)
    preview = panel(*rotate, *AFTER)
    assert "2명이 물러나고 6명이 남습니다" in preview.flat, preview
    assert "아직 아무것도 바꾸지 않았습니다" in preview.flat
    assert "2027-06-01" in preview.flat
    done = panel(*rotate, "--leave-open", "--name", "한소통", *AFTER)
    assert "비는 자리 2" in done.flat
    # Members, reserves, not drawn, dropped out, rotated out: to leave by a rotation is no dropping out.
    assert "추첨 6 16 0 0 2" in panel("panel", "list").flat
    assert "gongmun panel places citizens-2026" in done.flat
    assert "이미 교체" in refused(panel(*rotate, *AFTER), "surveys.rotation_refused")
    # In a pool from elsewhere those who rest are found by their addresses.
    people = "id,contact\n" + "\n".join(f"x{n},citizen{n}@people.example" for n in range(PEOPLE))
    (tmp_path / "people.csv").write_text(people, encoding="utf-8")
    found = panel("panel", "resting", tmp_path / "people.csv", *AFTER)
    assert len(re.findall(r"\bx[0-9]+\b", found.out)) == 2
    places, out = tmp_path / "places", tmp_path / "second"
    written = panel("panel", "places", "citizens-2026", "--out", places, *AFTER)
    assert "빈자리 2, 추첨 대상 16명" in written.flat, written
    assert draw(panel, places / "pool.csv", places / "quotas.csv", 2, out).code == 0
    seated = panel("panel", "seat", "citizens-2026", out, *AFTER)
    assert "빈자리를 2명으로 채웠습니다" in seated.flat, seated
    told = json.loads(panel("panel", "funnel", "citizens-2026", "--json").out)
    assert told == {
        "panel": "citizens-2026",
        "series": "engagement",
        "wave": 1,
        "invited": 240,
        "willing": 24,
        "candidates": 24,
        "selected": 10,
        "attended": 0,
        "asked": 8,
        "answered": 0,
        "retention": 1.0,
    }
    shown = panel("panel", "funnel", "citizens-2026").flat
    assert "모집 안내 / invited to volunteer 240 –" in shown or "모집 안내 240 –" in shown, shown
    assert "24 10.0%" in shown


def test_reserves_take_the_places_where_nothing_else_is_said(
    panel: Gongmun, tmp_path: Path
) -> None:
    enrolled(panel, tmp_path)
    asked(panel)
    rotate = ("panel", "rotate", "citizens-2026", "--share", "0.25", "--name", "한소통")
    assert "예비자가 잇는 자리 2, 비는 자리 0" in panel(*rotate, *AFTER).flat
    refused(
        panel("panel", "places", "citizens-2026", "--out", tmp_path / "no", *AFTER),
        "surveys.no_open_places",
    )
    for share in ("0", "2", "x", "1/0"):
        assert panel("panel", "rotate", "citizens-2026", "--share", share).code == 2


def test_the_links_of_volunteers_and_respondents_are_listed(panel: Gongmun, tmp_path: Path) -> None:
    enrolled(panel, tmp_path)
    asked(panel)
    listed = panel("access", "list", "--all")
    assert (listed.flat.count("참여 희망자"), listed.flat.count("설문 응답자")) == (PEOPLE, 8)


def test_more_willing_than_invited_is_a_slip(panel: Gongmun, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,contact\n", encoding="utf-8")
    titles = ("--title", "참여단", "--title-en", "Panel")
    counts = ("--people", tmp_path / "people.csv", "--invited", 10, "--willing", 11)
    ended = panel("panel", "enrol", "x", tmp_path, *counts, *titles)
    assert (ended.code, "보다 클 수 없습니다" in ended.err) == (2, True)


def test_a_call_is_closed_early_and_opened_once(panel: Gongmun) -> None:
    closed = panel("panel", "call", "close", "open-2026", "--as-of", "2026-09-05 10:00")
    assert "확인된 신청 24명" in closed.flat
    shown = panel("panel", "call", "show", "open-2026", "--as-of", "2026-09-06").flat
    assert "마감" in shown
    # The day on which it was closed, not the one that was meant.
    assert "~ 2026-09-05" in shown
    refused(panel(*OPEN, *MORNING), "panels.call_invalid")
    assert "모집 nothing" in panel("panel", "call", "close", "nothing").err
    with wiring.database().reading() as session:
        assert call_queries.call(session, "open-2026").closed_at is not None


def test_contacts_are_not_kept_until_yesterday(panel: Gongmun, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,contact\na1,a@people.example\n", encoding="utf-8")
    titles = ("--title", "참여단", "--title-en", "Panel")
    asked = ("panel", "enrol-list", "x", "--people", tmp_path / "people.csv", *titles, *ASKED)
    ended = panel(*asked, "--keep-until", "2026-10-11")
    assert (ended.code, "앞설 수 없습니다" in ended.err) == (2, True)
    assert panel(*asked, "--keep-until", "2026-10-12").code == 0

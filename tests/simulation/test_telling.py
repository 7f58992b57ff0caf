"""What a run of the simulation says: in words and figures that can be read, whatever was played."""

from dataclasses import replace

import pytest

from gongmun.db import Database
from gongmun.simulation import faults, paper_trail, telling
from gongmun.simulation.names import FAULTS, TOTALS
from gongmun.simulation.plan import FIRST_DAY, draw
from gongmun.simulation.running import Report
from gongmun.simulation.telling import Told
from gongmun.text import Bilingual

NOTHING = Bilingual(ko="", en="")
KEPT = Told(seed=1, holds=True, tested=True, figures=NOTHING, story="")
BROKEN = replace(KEPT, holds=False)
IDLE = replace(KEPT, tested=False)


def test_every_figure_has_a_name_in_both_languages(sqlite_db: Database) -> None:
    kinds = {
        kind
        for each in vars(faults).values()
        if isinstance(each, faults.Kind)
        for kind in each.faults
    }
    assert set(FAULTS) == kinds
    with sqlite_db.reading() as session:
        assert set(TOTALS) == {*paper_trail.totals(session), "events"}


def test_figures_are_words_and_leave_out_what_there_was_not() -> None:
    counts = {"mails": 1234, "mails_in": 0, "referrals": 14, "5xx": 2}
    report = Report(plan=draw(3, days=30), day=FIRST_DAY, broken=(), restarts=6, counts=counts)
    assert telling.figures(report) == Bilingual(
        ko="세계 3: 30일. 이송 14, 보낼 메일 1,234. 장애: 중계 서버 영구 거부 2. 프로세스 재시작 6.",
        en="World 3: 30 days. referrals 14, mails out 1,234. Faults: refused for good (5xx) 2. Restarts 6.",
    )
    calm = telling.figures(replace(report, counts={}))
    assert calm.ko == "세계 3: 30일. 없음. 장애: 없음. 프로세스 재시작 6."


@pytest.mark.parametrize(
    ("days", "seconds", "played", "pace"),
    [
        (3, 10, "3일", "18일"),
        (30, 14, "30일", "129일"),
        (364, 60, "364일", "364일"),
        (730, 60, "2.0년", "2.0년"),
        (730, 7200, "2.0년", "6.1일"),
    ],
)
def test_time_is_told_in_a_unit_in_which_it_can_be_read(
    days: int, seconds: float, played: str, pace: str
) -> None:
    said = telling.summary([KEPT], days=days, seconds=seconds).ko
    assert f"세계 1개를 합하여 {played} 운영하였습니다(1분에 {pace})." in said
    assert " 0년" not in said


def test_a_world_in_which_nothing_was_tested_has_kept_nothing() -> None:
    said = telling.summary([KEPT, KEPT, IDLE, BROKEN], days=730, seconds=60)
    assert "어긋난 세계 1개, 모두 지켜진 세계 2개" in said.ko
    assert "시험하지 못한 세계 1개" in said.ko
    assert "nothing was tested" in said.en
    only = telling.summary([IDLE], days=3, seconds=1)
    assert "어긋난" not in only.ko
    assert "broken" not in only.en
    assert "시험하지" not in telling.summary([KEPT], days=730, seconds=60).ko


def test_a_world_without_a_mail_was_not_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(mails: int) -> Report:
        return Report(
            plan=draw(3, days=30), day=FIRST_DAY, broken=(), restarts=0, counts={"mails": mails}
        )

    for mails in (0, 1):
        monkeypatch.setattr(telling, "run", lambda _plan, mails=mails: ended(mails))
        assert telling.play(draw(3, days=30)).tested is bool(mails)

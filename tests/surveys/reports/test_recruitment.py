"""The funnel and the cumulative response rate on the method page of a report."""

import pytest

from gongmun.surveys.panels import queries as panel_queries
from gongmun.surveys.reports.figures import Figures, from_json, to_json
from gongmun.surveys.reports.method import figures_of
from gongmun.surveys.reports.sentences import facts
from gongmun.surveys.reports.waves import load
from tests.surveys.fieldwork.conftest import FILE, OPENING
from tests.surveys.reports.conftest import Reported
from tests.world import at


def told(figures: Figures) -> dict[str, str]:
    """The method page, in both languages."""
    return {fact.name.en: str(fact.value) for fact in facts(figures)}


def figures(reported: Reported, cycle_id: int, invited: int | None, willing: int | None) -> Figures:
    """The figures of a wave of a panel that came about so."""
    with reported.db.transaction() as session:
        panel = panel_queries.panel(session, FILE.panel)
        panel.invited, panel.willing = invited, willing
    with reported.db.reading() as session:
        found = figures_of(load(session, cycle_id), None, None)
    assert from_json(to_json(found)) == found
    return found


def test_the_cumulative_rate_is_told_where_everybody_was_counted(reported: Reported) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING))
    # A pool of 61: sixty members, of whom 54 have answered, and a reserve.
    counted = figures(reported, cycle_id, 610, 122)
    recruitment = counted.method.recruitment
    assert recruitment is not None
    assert dict(recruitment.stages) == {
        "recruitment": 0.2,
        "profile": 0.5,
        "retention": 1.0,
        "rr1": 0.9,
    }
    assert recruitment.cumulative == pytest.approx(0.2 * 0.5 * 0.9)
    page = told(counted)
    assert (
        "9.0% = 모집 20.0% × 등록 50.0% × 유지 100.0% × 응답 90.0%"
        in page["Cumulative response rate"]
    )
    steps = page["From the invitation on"]
    assert "모집 안내 610명 → 참여 희망 122명 → 추첨 대상 61명 → 선정 60명 → " in steps
    assert "asked in this wave 60 → answered this wave 54" in steps
    # An open call that was only announced: no rate can be told, and the page says so.
    announced = figures(reported, cycle_id, None, 122)
    assert announced.method.recruitment is not None
    assert announced.method.recruitment.cumulative is None
    page = told(announced)
    assert "계산할 수 없습니다" in page["Cumulative response rate"]
    assert page["From the invitation on"].startswith("참여 희망 122명")

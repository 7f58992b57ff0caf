"""The waves published in a year stand in its white paper, with the figures that their reports have."""

from gongmun.clock import seoul_date
from gongmun.documents import WhitePaperContext
from gongmun.white_papers.deciding import context_of, latest
from gongmun.white_papers.drafting import draft_white_paper
from tests.surveys.fieldwork.conftest import OPENING
from tests.surveys.reports.conftest import MORNING, Reported, reported  # noqa: F401 - a fixture
from tests.world import at

ANSWERED = 9


def test_a_wave_stands_in_the_year_of_its_publication(reported: Reported) -> None:  # noqa: F811
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=ANSWERED)
    reported.draft()
    assert drafted(reported, 2026).surveys == ()
    reported.approve(cycle_id)
    reported.issue()
    reported.publish_issued()
    assert drafted(reported, 2025).surveys == ()
    context = drafted(reported, 2026)
    (survey,) = context.surveys
    assert (survey.title.en, survey.wave) == ("Engagement and satisfaction", 1)
    assert survey.published_on == seoul_date(MORNING)
    assert f"{ANSWERED}명의 응답" in survey.findings[0].ko
    assert survey.published_at is not None
    assert survey.published_at.ko.endswith("/surveys/engagement/1")
    assert "설문 1회" in context.highlights[-1].ko


def drafted(reported: Reported, year: int) -> WhitePaperContext:  # noqa: F811
    """What the white paper of a year says now."""
    draft_white_paper(reported.db, year, now=MORNING)
    with reported.db.reading() as session:
        return context_of(latest(session, year))

"""The pages for everybody in a real browser: survey results and white papers, on a desk and on a phone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from gongmun.db import Base, Database
from gongmun.documents import Decision, LocalStore, issue
from gongmun.portal import create
from gongmun.settings import settings
from gongmun.surveys.fieldwork.series import register_series
from gongmun.surveys.fieldwork.storing import store
from gongmun.surveys.questionnaire import sample
from gongmun.surveys.reports import queries
from gongmun.surveys.reports.deciding import approve_quote
from gongmun.surveys.reports.telling import write_news
from gongmun.text import Bilingual
from gongmun.white_papers.deciding import decide_white_paper
from gongmun.white_papers.drafting import draft_white_paper
from tests.end_to_end.browsing import DESK, WIDTHS, WITH_CHROMIUM, context_of, fits, judged
from tests.portal.served import served
from tests.surveys.fieldwork.conftest import FILE, OPENING, people
from tests.surveys.reports.conftest import MORNING, NEXT, Reported, spread
from tests.world import at

pytestmark = [pytest.mark.long, WITH_CHROMIUM]


# Enough that every answer of the scale has more than five of them.
PEOPLE = 120
PAGES = ("/surveys", "/surveys/engagement/1", "/surveys/engagement/2", "/white-papers", "/check")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two waves that are published, the second compared with the first, one with a quote and news; a white paper."""
    folder = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GONGMUN_SURVEY_KEYS", str(folder / "keys"))
        settings.cache_clear()
        db = Database(f"sqlite:///{folder / 'gongmun.db'}")
        _fill(db, LocalStore(folder / "store"))
        app = create(db, store=LocalStore(folder / "store"), now=lambda: at(NEXT))
        with served(app) as client:
            yield str(client.base_url).rstrip("/")
        db.dispose()
    settings.cache_clear()


def _fill(db: Database, files: LocalStore) -> None:
    Base.metadata.create_all(db.engine)
    people(db, PEOPLE)
    spread(db)
    whole = sample("forum_evaluation")
    first_page, *_, last_page = whole.pages
    # An item that is followed from wave to wave, and an open one.
    asked = replace(
        whole,
        pages=(first_page, replace(last_page, items=last_page.items[:1] + last_page.items[-1:])),
    )
    store(db, asked, now=at(OPENING))
    register_series(db, FILE.model_copy(update={"questionnaire": asked.code}), now=at(OPENING))
    reported = Reported(db, store=files, asked=asked)
    first = reported.ask("wave-1", opens=at(OPENING), answered=PEOPLE - 6, lean=-0.1)
    reported.draft()
    with db.reading() as session:
        quote = queries.quotes(session, first)[0]
    sign = {"name": "이결재", "reason": "확인함"}
    approve_quote(db, quote.id, **sign, now=MORNING)
    reported.publish(first)
    write_news(
        db,
        first,
        text=Bilingual(ko="답변 예정일을 알려 드립니다.", en="We now say when an answer is due."),
        link="https://www.participation.example/news",
        **sign,
        now=MORNING,
    )
    second = reported.ask("wave-2", opens=at(NEXT), answered=PEOPLE - 6, lean=-0.12)
    reported.publish(second, at(date(2027, 1, 28)))
    draft_white_paper(db, 2026, now=at(date(2027, 1, 28)))
    decided = decide_white_paper(
        db, 2026, decision=Decision.APPROVE, **sign, now=at(date(2027, 1, 28))
    )
    issue(db, [decided], renderer=reported.renderer, store=files, now=at(date(2027, 1, 28)))


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_any_page(chromium: Browser, portal: str, width: int) -> None:
    # Our policy lets no script in; axe is one.
    context = context_of(chromium, width, bypass_csp=True)
    page = context.new_page()
    axe = Axe()
    for path in PAGES:
        for language in ("ko", "en"):
            page.goto(f"{portal}{path}?lang={language}")
            expect(page.locator(f"html[lang={language}]")).to_have_count(1)
            expect(page.locator("h1")).to_have_count(1)
            fits(page)
            judged(axe, page)
    context.close()


def test_by_keyboard_from_a_document_to_a_wave_and_back(chromium: Browser, portal: str) -> None:
    context = context_of(chromium, DESK)
    page = context.new_page()
    page.goto(f"{portal}/check?lang=en")
    follow(page, "Survey results")
    follow(page, "Engagement and satisfaction, wave 2")
    expect(page.get_by_role("heading", level=1)).to_have_text("Engagement and satisfaction, wave 2")
    expect(page.get_by_role("table", name="Compared with wave 1")).to_be_visible()
    with page.expect_download() as saving:
        focus(page, "Tables (XLSX)")
        page.keyboard.press("Enter")
    assert saving.value.suggested_filename == "engagement-2-tables.xlsx"
    follow(page, "All survey results")
    follow(page, "White papers")
    expect(page.get_by_role("heading", level=2)).to_have_text("White paper of 2026")
    follow(page, "Check a document")
    expect(page).to_have_url(f"{portal}/check?lang=en")
    context.close()


def follow(page: Page, name: str) -> None:
    """Come to a link with the tabulator, and go where it leads."""
    focus(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def focus(page: Page, name: str) -> None:
    """Come to a link with the tabulator, wherever on the page it stands."""
    target = page.get_by_role("link", name=name)
    expect(target).to_have_count(1)
    for _ in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("each => each === document.activeElement"):
            # What has the focus is seen to have it.
            assert target.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
            return
    raise AssertionError(f"the tabulator does not come to {name}")

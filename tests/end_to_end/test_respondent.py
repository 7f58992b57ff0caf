"""A respondent's way in a real browser: the sample survey from the mail to the thanks, on a desk and on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from gongmun.db import Database
from gongmun.documents import LocalStore
from gongmun.portal import create
from gongmun.settings import settings
from gongmun.surveys.fieldwork.models import InvitationStatus
from gongmun.surveys.fieldwork.opening import open_wave
from gongmun.surveys.fieldwork.series import register_series
from gongmun.surveys.fieldwork.storing import store
from gongmun.surveys.questionnaire import sample
from tests.end_to_end.browsing import (
    DESK,
    WIDTHS,
    WITH_CHROMIUM,
    context_of,
    judged_as_shown,
)
from tests.portal.served import served
from tests.surveys.fieldwork.conftest import FILE, MORNING, OPENING, Fielded, people
from tests.world import at

pytestmark = [pytest.mark.long, WITH_CHROMIUM]


@pytest.fixture
def fielded(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Fielded]:
    """The quarterly survey, opened, and its invitations sent."""
    monkeypatch.setenv("GONGMUN_SURVEY_KEYS", str(tmp_path / "keys"))
    settings.cache_clear()
    people(sqlite_db, 1)
    asked = sample("quarterly_engagement")
    store(sqlite_db, asked, now=MORNING)
    file = FILE.model_copy(update={"questionnaire": asked.code})
    register_series(sqlite_db, file, now=MORNING)
    fielded = Fielded(sqlite_db)
    open_wave(sqlite_db, fielded.start().cycle_id, now=MORNING)
    fielded.dispatch(at(OPENING, 9, 15))
    yield fielded
    settings.cache_clear()


@pytest.fixture
def link(fielded: Fielded, tmp_path: Path) -> Iterator[str]:
    """The link of the mail, on the portal that runs here."""
    ((_, text),) = fielded.sent()
    found = re.search(r"/s/[\w-]+", text)
    assert found is not None
    app = create(fielded.db, store=LocalStore(tmp_path), now=lambda: at(OPENING, 11))
    with served(app) as client:
        yield str(client.base_url).rstrip("/") + found[0]


def answer(page: Page) -> None:
    """Answer each question of the page by the first choice there is, and go on."""
    for group in page.locator("fieldset").all():
        first = group.locator("input[type=radio], input[type=checkbox], select").first
        if first.evaluate("each => each.tagName") == "SELECT":
            for rank, field in enumerate(group.locator("select").all(), start=1):
                field.select_option(index=rank)
        else:
            first.check()
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("저장하고 다음|확인하고 제출하기")).click()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_mail_to_the_thanks(
    chromium: Browser, fielded: Fielded, link: str, width: int, scripts: bool
) -> None:
    context = context_of(chromium, width, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(link)
    expect(page.get_by_text("분 정도 걸립니다")).to_have_count(1)
    with page.expect_navigation():
        page.get_by_role("link", name="설문 시작").click()
    while "/p/" in page.url:
        answer(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("응답 현황 확인")
    page.get_by_role("button", name="제출").click()
    expect(page.get_by_role("status")).to_contain_text("제출하였습니다.")
    # Thanked once, and not told again how long it takes.
    expect(page.get_by_text("고맙습니다")).to_have_count(1)
    expect(page.get_by_text("분 정도 걸립니다")).to_have_count(0)
    assert [each.status for each in fielded.invitations(1)] == [InvitationStatus.ANSWERED]
    assert fielded.sheets()[0].submitted_on == OPENING
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_any_page(
    chromium: Browser, fielded: Fielded, link: str, width: int
) -> None:
    # Our policy lets no script in; axe is one.
    context = context_of(chromium, width, bypass_csp=True)
    page = context.new_page()
    axe = Axe()

    def judge() -> None:
        judged_as_shown(axe, page, width)

    page.goto(link)
    judge()
    page.get_by_text("참여를 원하지 않습니다").click()
    judge()
    with page.expect_navigation():
        page.get_by_role("link", name="설문 시작").click()
    while "/p/" in page.url:
        judge()
        answer(page)
    judge()
    with page.expect_navigation():
        page.get_by_role("button", name="제출").click()
    judge()
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_ends_of_a_scale_stand_at_its_ends(
    chromium: Browser, fielded: Fielded, link: str, width: int
) -> None:
    context = context_of(chromium, width)
    page = context.new_page()
    page.goto(f"{link}/p/government")
    expect(page.locator(".scale").first).to_be_visible()
    for scale in page.locator(".scale").all():
        first, last = (scale.locator(".end").nth(at).bounding_box() for at in (0, 1))
        points = [each.bounding_box() for each in scale.locator(".point").all()]
        assert first is not None
        assert last is not None
        # All points in one row, or all in one column; a browser places them by parts of a pixel.
        rows, columns = ([p[side] for p in points if p] for side in ("y", "x"))
        assert min(max(rows) - min(rows), max(columns) - min(columns)) < 1
        if max(columns) - min(columns) < 1:
            assert first["y"] < min(rows)
            assert last["y"] > max(rows)
        else:
            assert first["x"] < last["x"]
    context.close()


def test_by_keyboard_alone(chromium: Browser, fielded: Fielded, link: str) -> None:
    context = context_of(chromium, DESK)
    page = context.new_page()
    page.goto(f"{link}/p/government")
    first = page.locator("input[type=radio]").first
    first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.locator("input[type=radio]").nth(1)).to_be_checked()
    page.keyboard.press("Enter")
    # What is not answered yet may wait: the next page is shown, and nothing is lost.
    expect(page).to_have_url(re.compile("/p/(?!government)"))
    assert fielded.sheets()[0].answers["trust"] == {"codes": [1]}
    context.close()

"""Volunteering for a panel in a real browser: from the call to the confirmation, on a desk and on a phone."""

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
from tests.conftest import NOW
from tests.end_to_end.browsing import (
    DESK,
    WIDTHS,
    WITH_CHROMIUM,
    context_of,
    fits,
    judged,
    judged_as_shown,
)
from tests.portal.served import served
from tests.surveys.panels.test_volunteering import Calling, opened

pytestmark = [pytest.mark.long, WITH_CHROMIUM]


@pytest.fixture
def calling(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Calling]:
    """A call that is open."""
    monkeypatch.setenv("GONGMUN_SURVEY_KEYS", str(tmp_path / "keys"))
    settings.cache_clear()
    opened(sqlite_db)
    yield Calling(sqlite_db, LocalStore(tmp_path / "store", ending=""))
    settings.cache_clear()


@pytest.fixture
def portal(calling: Calling, tmp_path: Path) -> Iterator[str]:
    """Where it runs."""
    with served(create(calling.db, store=LocalStore(tmp_path), now=lambda: NOW)) as client:
        yield str(client.base_url).rstrip("/")


def fill(page: Page) -> None:
    """What somebody tells of himself."""
    page.get_by_label("전자우편 주소").fill("ann@people.example")
    page.get_by_label("여성").check()
    page.get_by_label("태어난 해").fill("1990")
    page.get_by_label("사시는 시·도").select_option("서울특별시")
    page.get_by_label("우편번호").fill("03172")
    page.get_by_label("도로명과 건물번호").fill("세종대로 209")
    page.get_by_label("동·호수").fill("101동 202호")
    page.get_by_label("동의합니다").check()


def send(page: Page, name: str) -> None:
    """Press a button, and wait for the next page."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_call_to_the_confirmation(
    chromium: Browser, calling: Calling, portal: str, width: int, scripts: bool
) -> None:
    context = context_of(chromium, width, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{portal}/join")
    page.get_by_role("link", name="2027 시민참여단 모집").click()
    send(page, "신청하기")
    expect(page.get_by_role("alert")).to_be_focused()
    fill(page)
    send(page, "신청하기")
    expect(page.get_by_role("heading", level=1)).to_have_text("메일을 확인해 주십시오")
    page.goto(f"{portal}/v/{calling.tokens()[-1]}")
    send(page, "맞습니다, 신청합니다")
    expect(page.get_by_role("status")).to_contain_text("신청이 끝났습니다")
    assert calling.called().confirmed == 1
    page.get_by_text("신청을 거두겠습니다").click()
    send(page, "신청을 거두고 지우기")
    expect(page.get_by_role("status")).to_contain_text("지웠습니다")
    assert calling.rows() == 0
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_any_page(
    chromium: Browser, calling: Calling, portal: str, width: int
) -> None:
    # Our policy lets no script in; axe is one.
    context = context_of(chromium, width, bypass_csp=True)
    page = context.new_page()
    axe = Axe()

    def judge() -> None:
        judged_as_shown(axe, page, width)

    page.goto(f"{portal}/join")
    judge()
    with page.expect_navigation():
        page.get_by_role("link", name="2027 시민참여단 모집").click()
    judge()
    send(page, "신청하기")
    fits(page)
    judged(axe, page)
    fill(page)
    send(page, "신청하기")
    judge()
    page.goto(f"{portal}/v/{calling.tokens()[-1]}")
    judge()
    send(page, "맞습니다, 신청합니다")
    judge()
    page.get_by_text("신청을 거두겠습니다").click()
    fits(page)
    judged(axe, page)
    context.close()


def test_by_keyboard_alone(chromium: Browser, calling: Calling, portal: str) -> None:
    context = context_of(chromium, DESK)
    page = context.new_page()
    page.goto(f"{portal}/join/open-2026")
    page.get_by_label("전자우편 주소").focus()
    page.keyboard.type("ann@people.example")
    for keys in (["Tab", "Space"], ["Tab"], ["Tab"], ["Tab"], ["Tab"], ["Tab"], ["Tab", "Space"]):
        for key in keys:
            page.keyboard.press(key)
        where = page.evaluate("document.activeElement.name")
        typed = {"birth_year": "1990", "postcode": "03172", "road": "세종대로 209"}
        if where in typed:
            page.keyboard.type(typed[where])
        elif where == "province":
            page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/asked$"))
    assert calling.rows() == 1
    context.close()

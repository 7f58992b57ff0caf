"""From a deployment's page to the boards, and from the board to a case and its document: in a real browser."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from deployments.prefect_server import free_port
from gongmun.db import Database
from gongmun.portal import create
from gongmun.settings import settings
from tests.conftest import NOW
from tests.end_to_end.browsing import (
    DESK,
    PATIENCE,
    WIDTHS,
    WITH_CHROMIUM,
    judged_as_shown,
    log_in,
)
from tests.prefect_servers import LOGIN, Server, running
from tests.world import World

pytestmark = [pytest.mark.long, pytest.mark.timeout(600), WITH_CHROMIUM]
LATE = "2026-11-09T09:10:00+09:00"


@pytest.fixture
def here(sqlite_db: Database, tmp_path: Path) -> World:
    return World(db=sqlite_db, folder=tmp_path, now=NOW)


@pytest.fixture
def server(here: World) -> Iterator[Server]:
    """Prefect's server, which knows every deployment."""
    folder = here.folder / "prefect"
    folder.mkdir()
    with running(folder) as served:
        yield served


@contextmanager
def portal(here: World, port: int) -> Iterator[None]:
    """The portal on this port, with the login of the server."""
    (here.folder / "prefect-login").write_text(":".join(LOGIN))
    app = create(here.db, store=here.store, now=lambda: here.now)
    serving = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=serving.run)
    thread.start()
    try:
        yield
    finally:
        serving.should_exit = True
        thread.join()


def test_two_clicks_from_a_deployment_stand_the_boards_and_behind_them_the_case(
    here: World, server: Server, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGMUN_VAR", str(here.folder))
    settings.cache_clear()
    forum_id = here.forum("OCF-WAITS")
    here.suggest(forum_id, None)
    (referral_id,) = here.dispatched("statistics")
    port = free_port()
    office = f"http://127.0.0.1:{port}"
    server.run(
        *("-c", f"from flows.show_boards import show_boards; show_boards(as_of='{LATE}')"),
        GONGMUN_VAR=str(here.folder),
        GONGMUN_DATABASE_URL=here.db.url.render_as_string(),
        GONGMUN_PUBLIC_URL=office,
    )
    with portal(here, port):
        context = chromium.new_context(
            viewport={"width": DESK, "height": 900},
            locale="ko-KR",
            # What the browser asks for at the first page of the office.
            http_credentials={"username": LOGIN[0], "password": LOGIN[1], "origin": office},
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        url = f"http://127.0.0.1:{server.port}"
        log_in(page, f"{url}/deployments", ":".join(LOGIN))
        # Any deployment leads there.
        page.get_by_placeholder("Search").first.fill("chase-referrals")
        there = re.compile("/deployments/deployment/")
        # A click on the list while it is drawn anew is lost: it is made until it is taken.
        for _ in range(20):
            page.get_by_role("link", name="chase-referrals", exact=True).first.click()
            with suppress(AssertionError):
                expect(page).to_have_url(there, timeout=5_000)
                break
        board = two_clicks(page, "현황판 / board")
        expect(board.get_by_role("heading", name="현황판: 2026. 11. 9.(월)")).to_be_visible()
        expect(board.get_by_role("cell", name="국가데이터처 (MODS)").first).to_be_visible()
        waiting = two_clicks(page, "확인할 사항 / waiting for you")
        expect(waiting.get_by_text("소관 미지정: OCF-WAITS-001")).to_be_visible()
        upcoming = two_clicks(page, "앞으로의 일정 / upcoming")
        expect(upcoming.get_by_role("heading", name="앞으로의 일정")).to_be_visible()
        funnel = two_clicks(page, "처리 단계 / funnel")
        expect(funnel.get_by_role("cell", name="OCF-WAITS", exact=True)).to_be_visible()

        with context.expect_page() as opened:
            board.get_by_role("link", name=str(referral_id), exact=True).first.click()
        case = opened.value
        expect(case.get_by_role("heading", name="OCF-2026-10-001")).to_be_visible()
        with case.expect_download() as download:
            case.get_by_role("link", name="공론소통과-1 (PDF)").click()
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
        for width in WIDTHS:
            case.set_viewport_size({"width": width, "height": 800})
            judged_as_shown(Axe(), case, width)
    settings.cache_clear()


def two_clicks(page: Page, name: str) -> Page:
    """What the second click on a deployment's page opens."""
    page.get_by_text("Description", exact=True).first.click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name=name).click()
    return opened.value

"""What the tests in real browsers share: Debian's Chromium on a desk and on a phone, and what every page has to be."""

import os
from pathlib import Path
from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    # On a crowded machine the process that draws is slow, and is not to be killed for it; the browser ends when
    # that has happened a few times.
    "--disable-gpu-watchdog",
    "--disable-gpu-process-crash-limit",
    # Containers give /dev/shm little.
    "--disable-dev-shm-usage",
    # Everything off that would reach out of the machine.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK, PHONE = 1280, 390
WIDTHS = (DESK, PHONE)
# For how long what a page will show is waited for, in milliseconds: it is there at once, but on a machine on
# which much else runs. Playwright itself waits for 5 seconds where something is expected.
PATIENCE = 90_000
expect.set_options(timeout=PATIENCE)
# WCAG 2.5.5 and the Korean guidelines for public sites: a finger needs this much.
TOUCH = 44
WITH_CHROMIUM = pytest.mark.skipif(
    not Path(CHROMIUM).exists(), reason="Debian's chromium is not installed"
)


def environment() -> dict[str, str]:
    """That of a shell: without what tests in this process have set.

    To print, this process has hidden the fonts of the machine from itself. A browser that inherits that has none:
    what a page says then takes no room, so that nothing can be clicked.
    """
    ours = {"FONTCONFIG_FILE", "GONGMUN_PUBLIC_URL"}
    return {name: value for name, value in os.environ.items() if name not in ours}


def context_of(chromium: Browser, width: int, **options: bool) -> BrowserContext:
    """A fresh browser of that width, in Korean."""
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, locale="ko-KR", accept_downloads=True, **options
    )
    context.set_default_timeout(PATIENCE)
    return context


def log_in(page: Page, url: str, login: str) -> None:
    """Open Prefect's page at `url` and get in as a coordinator does: by typing the login into its one field."""
    page.set_default_timeout(PATIENCE)
    # Not every page of Prefect's leads to the form: that of a run may stay empty instead.
    page.goto(urljoin(url, "/deployments"))
    page.get_by_placeholder("admin:pass").fill(login)
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_placeholder("admin:pass")).to_have_count(0)
    page.goto(url)


def fits(page: Page) -> None:
    """Nothing is wider than the screen, and a finger hits every button, field and choice."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    small = page.evaluate(
        """least => [...document.querySelectorAll(
            'button, .button, select, textarea, summary, .choice, input:not([type=hidden]):not([type=radio]):not([type=checkbox])')]
            .filter(each => each.checkVisibility() && !each.classList.contains('hidden'))
            .map(each => [each.outerHTML.slice(0, 90), each.getBoundingClientRect().height])
            .filter(([, height]) => height < least)""",
        TOUCH,
    )
    assert small == [], page.url


def judged(axe: Axe, page: Page) -> None:
    """axe-core finds nothing on the page."""
    found = axe.run(page)
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"


def judged_as_shown(axe: Axe, page: Page, width: int) -> None:
    """The page fits and axe finds nothing; on a desk in English as well, where the page leads to it."""
    fits(page)
    judged(axe, page)
    if width == DESK:
        korean = page.url
        page.locator("header nav a[lang=en]").click()
        expect(page.locator("html[lang=en]")).to_have_count(1)
        judged(axe, page)
        page.goto(korean)
        expect(page.locator("html[lang=ko]")).to_have_count(1)

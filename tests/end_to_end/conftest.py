"""The browser of the tests that need one."""

from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

from tests.end_to_end.browsing import ARGUMENTS, CHROMIUM, PATIENCE, environment

_STATE = """() => ({
    url: location.href, state: document.readyState, shown: document.visibilityState,
    width: innerWidth, height: innerHeight, body: document.body.getBoundingClientRect().toJSON(),
    display: getComputedStyle(document.body).display,
    fonts: document.fonts.size, sheets: [...document.styleSheets].map(each => [each.href, each.cssRules.length]),
})"""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell of a failed test how its pages stood: what is seen by chance is seen once."""
    report = yield
    browser = getattr(item, "funcargs", {}).get("chromium")
    if report.when == "call" and report.failed and browser is not None:
        for page in [page for context in browser.contexts for page in context.pages]:
            try:
                told = str(page.evaluate(_STATE))
            except Error as error:
                told = str(error)
            report.sections.append((f"page {page.url}", told))
    return report


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver: one process for a module's tests."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium, without a screen.

    One for each test: a browser that has gone wrong on a crowded machine takes no other test with it.
    """
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=ARGUMENTS, env=environment(), timeout=PATIENCE
    )
    yield browser
    browser.close()

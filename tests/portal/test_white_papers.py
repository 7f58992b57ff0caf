"""White papers on the portal: nothing before one is issued, then its figures and its file, to everybody."""

from pathlib import Path

import pytest

from gongmun.db import Database
from gongmun.portal import create
from tests.conftest import NOW
from tests.portal.reading import Page, spaced
from tests.portal.served import is_safe, served
from tests.white_papers.conftest import SPRING, Told, a_year
from tests.world import World

FILE = "/white-papers/2026/white-paper.pdf"


@pytest.fixture
def told(sqlite_db: Database, tmp_path: Path) -> Told:
    """The year, on SQLite."""
    return a_year(World(db=sqlite_db, folder=tmp_path, now=NOW))


def test_everybody_sees_what_is_issued_and_nothing_before(told: Told) -> None:
    told.draft()
    told.decide()
    with served(create(told.db, store=told.world.store, now=lambda: SPRING)) as client:
        before = client.get("/white-papers")
        assert "아직 없습니다" in before.text
        assert client.get(FILE).status_code == 404
        told.issue()
        page = client.get("/white-papers")
        assert is_safe(page)
        assert "5건을 접수하여 4건을 선정" in spaced(page.text)
        assert "이결재" not in page.text
        assert {FILE, f"/d/{told.document().check_code}"} <= set(Page(page.text).links)
        file = client.get(FILE)
        assert is_safe(file)
        assert "attachment" in file.headers["content-disposition"]
        assert file.content == told.world.store.get(told.document().file_sha256 or "")
        assert client.get(FILE.replace("2026", "2025")).status_code == 404
        english = client.get("/white-papers", params={"lang": "en"}).text
        assert "Suggestions received in 2026: 5" in spaced(english)


def test_pages_for_everybody_lead_to_each_other(told: Told) -> None:
    pages = ("/surveys", "/white-papers", "/check")
    with served(create(told.db, store=told.world.store, now=lambda: SPRING)) as client:
        for here in pages:
            links = Page(client.get(here, params={"lang": "en"}).text).links
            assert {f"{there}?lang=en" for there in pages} <= set(links)

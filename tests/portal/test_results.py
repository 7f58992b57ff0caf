"""Results of surveys: nothing before they are published, then all of it, to everybody, in both languages."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from httpx import Client, Response

from gongmun.portal import create
from gongmun.surveys.reports import queries
from gongmun.surveys.reports.deciding import approve_quote
from tests.portal.reading import Page, spaced
from tests.portal.served import is_safe, served
from tests.surveys.fieldwork.conftest import OPENING
from tests.surveys.reports.conftest import MORNING, Reported, reported  # noqa: F401 - a fixture
from tests.world import at

pytestmark = pytest.mark.long

WAVE = "/surveys/engagement/1"


@dataclass
class Visitor:
    """A browser of whoever comes by, without a session."""

    reported: Reported
    client: Client

    def get(self, path: str, language: str = "ko") -> Response:
        """A page or a file; it is safe."""
        answer = self.client.get(path, params={"lang": language})
        assert is_safe(answer)
        return answer


@pytest.fixture
def visitor(reported: Reported) -> Iterator[Visitor]:  # noqa: F811
    app = create(reported.db, store=reported.store, now=lambda: MORNING)
    with served(app) as client:
        yield Visitor(reported=reported, client=client)


def test_before_it_is_published_it_is_as_if_it_were_not_there(visitor: Visitor) -> None:
    cycle_id = visitor.reported.ask("wave-1", opens=at(OPENING))
    absent = visitor.get("/surveys/nothing/7")
    assert absent.status_code == 404
    for step in (lambda: None, visitor.reported.draft, lambda: visitor.reported.approve(cycle_id)):
        step()
        for path in (WAVE, f"{WAVE}/report.pdf", f"{WAVE}/tables.xlsx"):
            found = visitor.get(path)
            assert found.status_code == 404
            assert found.text.replace(path, "") == absent.text.replace("/surveys/nothing/7", "")
    assert visitor.get("/surveys/engagement").status_code == 404
    assert "아직 없습니다" in visitor.get("/surveys").text


def test_everybody_sees_a_published_wave_and_takes_its_files(visitor: Visitor) -> None:
    kept = visitor.reported
    cycle_id = kept.ask("wave-1", opens=at(OPENING))
    kept.draft()
    with kept.db.reading() as session:
        quote = queries.quotes(session, cycle_id)[0]
    approve_quote(kept.db, quote.id, name="이결재", reason="개인정보 없음", now=MORNING)
    kept.publish(cycle_id)
    assert WAVE in Page(visitor.get("/surveys").text).links
    page = visitor.get(WAVE)
    assert page.status_code == 200
    for words in ("AAPOR", "비공개", "설계효과", "얼마나 만족하셨습니까?", quote.text):
        assert words in spaced(page.text)
    assert "이결재" not in page.text
    files = [link for link in Page(page.text).links if link.startswith(f"{WAVE}/")]
    assert {link.rsplit("/", 1)[1] for link in files} >= {
        *("report.pdf", "report.en.pdf", "tables.xlsx", "questions.csv"),
        *("open-data.csv", "codebook.csv", "codebook.md"),
    }
    for link in files:
        file = visitor.get(link)
        assert file.status_code == 200
        assert "attachment" in file.headers["content-disposition"]
    assert visitor.get(f"{WAVE}/report.pdf").content.startswith(b"%PDF")
    assert visitor.get(f"{WAVE}/tables.xlsx").content.startswith(b"PK")
    assert visitor.get(f"{WAVE}/other.pdf").status_code == 404
    assert visitor.get("/surveys/engagement/2").status_code == 404
    assert WAVE in Page(visitor.get("/surveys/engagement").text).links
    english = visitor.get(WAVE, "en")
    assert "How satisfied were you?" in english.text
    assert "Results by question" in english.text

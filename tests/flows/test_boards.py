"""The boards: what a coordinator reads, kept by key with all that it said before, and ids only."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import httpx
import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import Artifact
from prefect.states import Paused

from flows.chase_referrals import chase_referrals
from flows.show_boards import show_boards
from gongmun.db.sweeps import last_finished
from gongmun.documents.fake import FakeRenderer
from gongmun.documents.printing import Page
from gongmun.referrals.chasing import sweep
from gongmun.surveys.fieldwork.series import register_series
from gongmun.surveys.fieldwork.storing import store
from gongmun.text import Bilingual, Link
from tasks.artifacts import escaped
from tasks.links import BOARD, FUNNEL, UPCOMING, WAITING
from tasks.progress import progress
from tests.flows.test_flows import artifact, newest_run
from tests.surveys.fieldwork.conftest import FILE, people, questionnaire
from tests.world import LADDER, World, at

pytestmark = [pytest.mark.long, pytest.mark.prefect]
LATE = date(2026, 11, 9)
REMINDED = date(2026, 10, 30)
OFFICE = "https://check.participation.example/office"
WORDS = Bilingual(ko="공문을 만드는 중", en="documents being made")


def history(key: str) -> list[Artifact]:
    """All artifacts of a key that the server of these tests has."""
    with get_client(sync_client=True) as client:
        found = client.request(
            "POST", "/artifacts/filter", json={"artifacts": {"key": {"any_": [key]}}}
        ).json()
    return [Artifact.model_validate(each) for each in found]


def told(key: str) -> str:
    return artifact(key).replace("\\", "")


def test_the_board_leads_to_the_case_and_the_document_and_holds_no_words(
    installation: World,
) -> None:
    first, second = installation.dispatched("statistics", "public_transport")
    installation.respond(second, at(date(2026, 10, 20)))
    show_boards(as_of=at(LATE))
    board = told(BOARD)
    assert "| 국가데이터처 (MODS) | 1 | 1 | 7 | 0 | 0 | 1 |" in board
    assert (
        f"| [{first}]({OFFICE}/referrals/{first}) | OCF-2026-10-001 | 국가데이터처 (MODS) |"
        in board
    )
    document = installation.referral(first).document_id
    assert f"[공론소통과-1]({OFFICE}/documents/{document}.pdf)" in board
    # What was answered is owed no more; what was suggested is told behind the links.
    assert "MOLIT" not in board
    assert "제안 1" not in board
    assert newest_run("BOARDS 2026-11-09").state_name == "Completed"
    with installation.db.reading() as session:
        assert last_finished(session, "show-boards") is not None


def test_a_board_is_kept_as_it_was_and_not_written_again_where_it_says_the_same(
    installation: World,
) -> None:
    installation.dispatched("statistics")
    show_boards(as_of=at(LATE))
    before = len(history(BOARD))
    show_boards(as_of=at(LATE, 14))
    assert len(history(BOARD)) == before
    show_boards(as_of=at(date(2026, 11, 10)))
    assert len(history(BOARD)) == before + 1
    assert "2026. 11. 10.(화)" in told(BOARD)
    # Prefect shows the newest one on the page of its key by its description.
    assert all(each.description == each.data for each in history(BOARD))


def test_what_waits_leads_to_the_run_that_asks_and_names_the_command(installation: World) -> None:
    forum_id = installation.forum()
    suggestion = installation.suggest(forum_id, None)
    assert show_boards(as_of=installation.now) == 1
    command = f"gongmun suggestion route {suggestion}"
    alone = told(WAITING)
    assert command in alone
    assert "/runs/flow-run/" not in alone

    run = asking(f"ROUTE suggestion {suggestion}")
    assert show_boards(as_of=installation.now) == 1
    both = told(WAITING)
    assert f"[ROUTE suggestion {suggestion}](/runs/flow-run/{run})" in both
    assert command in both


def asking(name: str) -> UUID:
    """A run of this name that waits for a form."""

    @flow
    def ask() -> None:
        """Nothing."""

    with get_client(sync_client=True) as client:
        return client.create_flow_run(ask, name=name, state=Paused()).id


def test_the_funnel_narrows(installation: World) -> None:
    installation.suggest(installation.forum("OCF-OPEN"), "statistics")
    installation.dispatched("statistics", "statistics")
    show_boards(as_of=installation.now)
    funnel = told(FUNNEL)
    assert "| 접수 / received | 3 |" in funnel
    assert "| OCF-2026-10 | 2 | 2 | 2 | 0 | 0 | 0 |" in funnel
    assert "| OCF-OPEN | 1 | 1 | 0 | 0 | 0 | 0 |" in funnel


def test_what_is_to_come_is_listed_by_its_day(installation: World) -> None:
    installation.dispatched("statistics")
    for code, days in (("OCF-LATER", 9), ("OCF-SOON", 2)):
        installation.forum(code, ends_at=installation.now + timedelta(days=days))
    people(installation.db)
    store(installation.db, questionnaire(), now=installation.now)
    register_series(installation.db, FILE, now=installation.now)
    show_boards(as_of=installation.now)
    upcoming = told(UPCOMING)
    wrap_ups, waves = upcoming.split("### 설문 회차")
    assert wrap_ups.index("| OCF-SOON | 2026. 10. 14.(수) | 09:30 |") < wrap_ups.index(
        "| OCF-LATER | 2026. 10. 21.(수) | 09:30 |"
    )
    # One clock runs: the acknowledgement that was due after three working days.
    assert "2026. 10. 16.(금)" in wrap_ups
    assert re.search(r"\(engagement\) \| 1 \| 20\d\d\. ", waves)


def test_a_sweep_says_what_was_sent_to_whom_and_why_and_what_was_not(installation: World) -> None:
    first, second = installation.dispatched("statistics", "public_transport")
    # Claimed by a sweep that was killed before it mailed: one of both is answered since.
    sweep(installation.db, ladder=LADDER, now=at(REMINDED))
    installation.respond(second, at(REMINDED, 10))
    assert chase_referrals(as_of=at(REMINDED, 11)) == 1
    said = told("chase-referrals")
    sent, suppressed = said.split("### 사유가 없어져 보내지 않은 안내")
    assert re.search(
        rf"\| 국가데이터처 \(MODS\) \| MODS \| .*1차 독촉 1.*first formal reminder 1.* \| {first} \|",
        sent,
    )
    assert "MOLIT" not in sent
    assert re.search(
        rf"\| 국토교통부 \(MOLIT\) \| .*1차 독촉 1.* \| {second} \| 회신 1 / answered 1 \|",
        suppressed,
    )
    assert "/artifacts/key/waiting-for-you" in said
    # The board is up to date after it.
    assert "2026. 10. 30.(금)" in told(BOARD)


def test_a_link_is_one_link_whatever_its_text_says() -> None:
    link = Link(text="a](http://evil.example) | <b>", to="/artifacts/key/board")
    assert escaped(link) == (r"[a\]\(http://evil.example\) \| \<b\>](/artifacts/key/board)")


@flow
def render(renderer: FakeRenderer, key: str, total: int, forget: bool = False) -> None:
    """Render so many pages as documents are issued: in threads that know nothing of the run."""
    with progress(renderer, key, WORDS, total) as watched, ThreadPoolExecutor(2) as threads:
        assert watched.workers == renderer.workers
        if forget:
            (bar,) = history(key)
            with get_client(sync_client=True) as client:
                assert bar.id is not None
                client.delete_artifact(bar.id)
        list(threads.map(watched.render, [Page(html=str(number)) for number in range(total)]))


def test_a_long_run_shows_how_far_it_is(prefect_harness: None) -> None:
    renderer = FakeRenderer()
    render(renderer, "test-progress", 40)
    (bar,) = history("test-progress")
    assert (bar.type, bar.data) == ("progress", 100.0)
    assert len(renderer.pages) == 40


def test_a_short_one_shows_nothing(prefect_harness: None) -> None:
    render(FakeRenderer(), "test-short", 10)
    assert history("test-short") == []


def test_documents_are_made_also_when_there_is_no_bar(
    prefect_harness: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise httpx.ReadTimeout("the server is busy")

    monkeypatch.setattr("tasks.progress.create_progress_artifact", busy)
    renderer = FakeRenderer()
    render(renderer, "test-busy", 20)
    assert len(renderer.pages) == 20


def test_documents_are_made_also_when_nobody_can_be_told(prefect_harness: None) -> None:
    renderer = FakeRenderer()
    render(renderer, "test-gone", 20, forget=True)
    assert len(renderer.pages) == 20
    assert history("test-gone") == []

"""The one list of what waits for a person. Most of its lines are tested with what makes them wait."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from gongmun import clock
from gongmun.db.sweeps import lease
from gongmun.documents import Document, DocumentKind, FakeRenderer, approve, draft, issue
from gongmun.documents import queries as document_queries
from gongmun.documents.printing import RenderTimedOut
from gongmun.forums.waiting import waiting
from gongmun.settings import settings
from tests.documents import samples
from tests.postgresql import ON_BOTH, ON_SQLITE
from tests.world import World

# Which kinds of database: see tests/conftest.py.
pytestmark = ON_SQLITE


def english(world: World) -> list[str]:
    with world.db.reading() as session:
        return [item.what.en for item in waiting(session, world.now)]


@ON_BOTH
def test_a_chase_that_no_longer_runs_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [world.now]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    assert english(world) == []
    world.dispatched("statistics")
    moments.append(world.now + timedelta(days=3))
    assert english(world) == []
    moments.append(world.now + timedelta(days=5))
    (told,) = english(world)
    assert told == "The chase has not run since 12 October 2026."
    with lease(world.db, "chase-referrals"):
        pass
    assert english(world) == []
    moments.append(world.now + timedelta(days=10))
    assert english(world) == ["The chase has not run since 17 October 2026."]


def test_documents_without_the_address_of_a_portal_are_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GONGMUN_PUBLIC_URL")
    settings.cache_clear()
    try:
        forum_id = world.forum()
        world.suggest(forum_id, "public_transport")
        outcome_id = world.wrap_up(forum_id).outcome_id
        assert outcome_id is not None
        assert not any("QR" in line for line in english(world))
        world.decide(outcome_id)
        assert any("QR" in line for line in english(world))
        world.issue()
        (html,) = world.renderer.rendered
        assert "/d/" not in html
        assert 'class="check"' not in html
        with world.db.reading() as session:
            (document,) = document_queries.listed(session)
            assert document.check_code
            (line,) = (item for item in waiting(session, world.now) if "QR" in item.what.en)
        assert line.remedy.startswith("GONGMUN_PUBLIC_URL=")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert not any("QR" in line for line in english(world))


@pytest.mark.parametrize("kind", DocumentKind)
def test_a_document_that_failed_names_what_issues_it(world: World, kind: DocumentKind) -> None:
    context = samples.EVERY_KIND[kind]
    with world.db.transaction() as session:
        document = draft(
            session, kind=kind, key="k", recipient_code="MOE", context=context, now=world.now
        )
        approve(session, document, None, world.now)
    renderer = FakeRenderer(lambda _html: RenderTimedOut(seconds=60))
    issue(world.db, [document.id], renderer=renderer, store=world.store, now=world.now)
    with world.db.reading() as session:
        (line,) = (i for i in waiting(session, world.now) if "was not issued" in i.what.en)
    chased = (DocumentKind.FIRST_REMINDER, DocumentKind.SECOND_REMINDER, DocumentKind.ESCALATION)
    if kind in (DocumentKind.OUTCOME, DocumentKind.CORRECTION, DocumentKind.EXTENSION):
        assert line.remedy == "gongmun outcome issue"
    elif kind in chased:
        assert "chase-referrals" in line.remedy
    elif kind is DocumentKind.WHITE_PAPER:
        assert line.remedy == "gongmun white-paper issue"
    else:
        assert line.remedy == f"gongmun document show {document.id}"


@ON_BOTH
def test_drafts_returns_and_missing_routes_are_told_with_their_remedy(world: World) -> None:
    forum_id = world.forum()
    world.suggest(forum_id, "public_transport")
    world.suggest(forum_id, None)
    outcome_id = world.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    with world.db.reading() as session:
        remedies = [item.remedy for item in waiting(session, world.now)]
    assert remedies[0].startswith(f"gongmun outcome approve {outcome_id}")
    assert remedies[1].startswith("gongmun suggestion route 2")
    world.decide(outcome_id, "return")
    with world.db.reading() as session:
        remedies = [item.remedy for item in waiting(session, world.now)]
    assert remedies[0] == "gongmun forum wrap-up OCF-2026-10"


def test_a_key_that_is_gone_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_told() -> bool:
        return any("no key is set here" in line for line in english(world))

    world.dispatched("statistics")
    assert not is_told()
    with world.db.transaction() as session:
        session.execute(update(Document).values(signed_sha256="0" * 64, signed_size=1))
    assert is_told()
    for name, value in (
        ("GONGMUN_SIGNING__KEY", "key.pem"),
        ("GONGMUN_SIGNING__UNSIGNED", "true"),  # an end of signing that is wanted
    ):
        with monkeypatch.context() as patched:
            patched.setenv(name, value)
            settings.cache_clear()
            assert not is_told()
        settings.cache_clear()

"""Issuing: number, render, store; resumed wherever it stopped, one failure apart from the rest."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gongmun import ledger
from gongmun.db import Database
from gongmun.documents import (
    Document,
    DocumentKind,
    FakeRenderer,
    LocalStore,
    RenderedPdf,
    Status,
    approve,
    check_codes,
    discard,
    draft,
    issue,
    queries,
    record_decision,
    register_queries,
)
from gongmun.documents.printing import Page, RenderTimedOut
from gongmun.documents.store import StoreUnavailable
from gongmun.errors import NotFound
from tests.documents import samples


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "documents")


def _draft(db: Database, now: datetime, key: str) -> Document:
    with db.transaction() as session:
        return draft(
            session,
            kind=DocumentKind.OUTCOME,
            key=key,
            recipient_code="MOLIT",
            context=samples.outcome(letter=samples.letter(title=samples.both(f"문서 {key}"))),
            now=now,
        )


def _approved(db: Database, now: datetime, count: int = 3) -> list[int]:
    ids = []
    for number in range(count):
        document = _draft(db, now, f"k{number}")
        with db.transaction() as session:
            decision = record_decision(
                session, decision="approve", name="이결재", reason="이상 없음", now=now
            )
            approve(session, document, decision, now)
        ids.append(document.id)
    return ids


def _load(db: Database, ids: list[int]) -> list[Document]:
    with db.reading() as session:
        return [queries.by_id(session, document_id) for document_id in ids]


def _failing(title: str) -> FakeRenderer:
    return FakeRenderer(lambda html: RenderTimedOut(seconds=1) if title in html else None)


def test_documents_get_numbers_and_files(db: Database, now: datetime, store: LocalStore) -> None:
    ids = _approved(db, now)
    renderer = FakeRenderer()
    report = issue(db, ids, renderer=renderer, store=store, now=now)
    assert (report.issued, report.failed) == (tuple(ids), ())
    for serial, document in enumerate(_load(db, ids), start=1):
        assert document.status is Status.RENDERED
        assert document.number == f"공론소통과-{serial}"
        assert (document.numbered_at, document.rendered_at) == (now, now)
        assert document.sha256 is not None
        assert len(store.get(document.sha256)) == document.size
        assert (document.pages, document.replaced_characters) == (1, 0)
    # Without the marks that keep words whole.
    pages = [html.replace("\u2060", "") for html in renderer.rendered]
    assert all("이결재" in html and "공론소통과-" in html for html in pages)
    with db.reading() as session:
        assert ledger.verify(session) > 0
        assert [event.kind for event in ledger.history(session, "document", ids[0])] == [
            "document.drafted",
            "document.approved",
            "document.numbered",
            "document.rendered",
        ]


def test_issuing_again_changes_nothing(db: Database, now: datetime, store: LocalStore) -> None:
    ids = _approved(db, now)
    issue(db, ids, renderer=FakeRenderer(), store=store, now=now)
    renderer = FakeRenderer()
    report = issue(db, ids, renderer=renderer, store=store, now=now + timedelta(days=1))
    assert (report.issued, report.failed, renderer.rendered) == ((), (), [])
    assert [document.rendered_at for document in _load(db, ids)] == [now] * 3


def test_a_document_is_found_by_its_number_only(
    db: Database, now: datetime, store: LocalStore
) -> None:
    ids = _approved(db, now)
    issue(db, ids, renderer=FakeRenderer(), store=store, now=now)
    with db.reading() as session:
        assert queries.by_number(session, "공론소통과-2").id == ids[1]
        for serial in ("99", "9" * 9, "9" * 10, "9" * 20, "9" * 10_000, "", "-1", "²", "1e3"):
            with pytest.raises(NotFound):
                queries.by_number(session, f"공론소통과-{serial}")
        for number in ("", "-", "공론소통과", "1", "홍보과-1"):
            with pytest.raises(NotFound):
                queries.by_number(session, number)


def test_drafts_and_discarded_documents_are_skipped(
    db: Database, now: datetime, store: LocalStore
) -> None:
    drafted, gone = _draft(db, now, "drafted"), _draft(db, now, "gone")
    with db.transaction() as session:
        discard(session, gone, now)
    report = issue(db, [drafted.id, gone.id], renderer=FakeRenderer(), store=store, now=now)
    assert (report.issued, report.failed) == ((), ())
    assert [document.number for document in _load(db, [drafted.id, gone.id])] == [None, None]


def test_one_failure_waits_with_its_number_and_the_rest_go_on(
    db: Database, now: datetime, store: LocalStore
) -> None:
    ids = _approved(db, now)
    report = issue(db, ids, renderer=_failing("문서 k1"), store=store, now=now)
    assert report.issued == (ids[0], ids[2])
    ((failed_id, problem),) = report.failed
    assert failed_id == ids[1]
    assert problem.retryable
    with db.reading() as session:
        (waiting,) = queries.with_problems(session)
    assert (waiting.status, waiting.number) == (Status.NUMBERED, "공론소통과-2")
    assert waiting.problem_ko == problem.message_ko
    assert waiting.problem_en == problem.message_en

    later = now + timedelta(days=1)
    report = issue(db, ids, renderer=FakeRenderer(), store=store, now=later)
    assert report.issued == (ids[1],)
    (mended,) = _load(db, [ids[1]])
    assert (mended.number, mended.numbered_at) == ("공론소통과-2", now)
    assert (mended.problem_ko, mended.problem_en) == (None, None)


class _Crash(BaseException):
    """The process ends here."""


def test_a_crash_while_rendering_is_resumed_with_the_same_number(
    db: Database, now: datetime, store: LocalStore
) -> None:
    ids = _approved(db, now)

    def crash(_html: str) -> None:
        raise _Crash

    with pytest.raises(_Crash):
        issue(db, ids, renderer=FakeRenderer(crash), store=store, now=now)
    assert [document.status for document in _load(db, ids)] == [Status.NUMBERED] * 3
    report = issue(db, ids, renderer=FakeRenderer(), store=store, now=now)
    assert report.issued == tuple(ids)
    with db.reading() as session:
        assert [
            e.serial for e in register_queries.register_entries(session, "공론소통과", 2026)
        ] == [
            1,
            2,
            3,
        ]


class _CrashingStore(LocalStore):
    def put(self, content: bytes) -> str:
        super().put(content)
        raise _Crash


def test_a_crash_after_storing_is_resumed_with_the_same_file(
    db: Database, now: datetime, tmp_path: Path
) -> None:
    ids = _approved(db, now, count=1)
    folder = tmp_path / "documents"
    with pytest.raises(_Crash):
        issue(db, ids, renderer=FakeRenderer(), store=_CrashingStore(folder), now=now)
    (stored,) = list(folder.rglob("*.pdf"))
    issue(db, ids, renderer=FakeRenderer(), store=LocalStore(folder), now=now)
    (document,) = _load(db, ids)
    assert document.sha256 == stored.stem
    assert list(folder.rglob("*.pdf")) == [stored]


def test_a_crash_while_numbering_gives_the_numbers_back(
    db: Database, now: datetime, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = _approved(db, now)
    with monkeypatch.context() as patched:
        patched.setattr(
            "gongmun.documents.issuing.ledger.record",
            lambda *_, **__: (_ for _ in ()).throw(_Crash),
        )
        with pytest.raises(_Crash):
            issue(db, ids, renderer=FakeRenderer(), store=store, now=now)
    assert [document.status for document in _load(db, ids)] == [Status.APPROVED] * 3
    issue(db, ids, renderer=FakeRenderer(), store=store, now=now)
    assert [document.serial for document in _load(db, ids)] == [1, 2, 3]


class _FullStore(LocalStore):
    def put(self, content: bytes) -> str:
        raise StoreUnavailable(reason="No space left on device")


def test_a_full_store_leaves_the_documents_waiting(
    db: Database, now: datetime, tmp_path: Path
) -> None:
    ids = _approved(db, now)
    report = issue(db, ids, renderer=FakeRenderer(), store=_FullStore(tmp_path), now=now)
    assert [document_id for document_id, _ in report.failed] == ids
    assert "No space left" in (_load(db, ids)[0].problem_en or "")


def test_two_calls_at_once_number_and_store_each_document_once(
    db: Database, now: datetime, store: LocalStore
) -> None:
    ids = _approved(db, now, count=12)
    both = threading.Barrier(2)

    def run(order: list[int]) -> None:
        both.wait()
        issue(db, order, renderer=FakeRenderer(), store=store, now=now)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(run, ids), threads.submit(run, ids[::-1])]:
            done.result()
    assert sorted(document.serial or 0 for document in _load(db, ids)) == list(range(1, 13))
    with db.reading() as session:
        for document_id in ids:
            kinds = [event.kind for event in ledger.history(session, "document", document_id)]
            assert kinds.count("document.rendered") == 1


def test_no_transaction_is_open_while_rendering(
    sqlite_db: Database, now: datetime, store: LocalStore
) -> None:
    ids = _approved(sqlite_db, now, count=1)

    class Writing(FakeRenderer):
        def render(self, page: Page) -> RenderedPdf:
            _draft(sqlite_db, now, "meanwhile")  # would wait for an open writer until it fails
            return super().render(page)

    assert issue(sqlite_db, ids, renderer=Writing(), store=store, now=now).issued == tuple(ids)


def test_a_context_that_cannot_be_read_is_a_problem_of_its_document_only(
    db: Database, now: datetime, store: LocalStore
) -> None:
    good, bad = _approved(db, now, count=2)
    with db.transaction() as session:
        queries.by_id(session, bad).context = {"of": "another version"}
    report = issue(db, [good, bad], renderer=FakeRenderer(), store=store, now=now)
    assert report.issued == (good,)
    assert [document_id for document_id, _ in report.failed] == [bad]


def test_the_data_goes_into_the_file(db: Database, now: datetime, store: LocalStore) -> None:
    ids = _approved(db, now, count=1)
    renderer = FakeRenderer()
    issue(db, ids, renderer=renderer, store=store, now=now)
    ((enclosed,),) = [page.enclosed for page in renderer.pages]
    assert json.loads(enclosed.content)["number"] == "공론소통과-1"


def test_the_number_comes_with_a_check_code_that_is_printed(
    db: Database, now: datetime, store: LocalStore
) -> None:
    ids = _approved(db, now)
    renderer = FakeRenderer()
    issue(db, ids, renderer=renderer, store=store, now=now)
    codes = [document.check_code or "" for document in _load(db, ids)]
    assert len(set(codes)) == len(ids)
    for code in codes:
        assert len(code) == check_codes.LENGTH
        assert set(code) <= set(check_codes.ALPHABET)
        # Among the metadata, and as a link beside the QR code.
        assert any(html.count(check_codes.check_url(code)) == 3 for html in renderer.rendered)


def test_the_same_document_is_printed_with_the_same_code(
    db: Database, now: datetime, store: LocalStore
) -> None:
    ids = _approved(db, now, count=1)
    renderer = FakeRenderer(lambda _html: RenderTimedOut(seconds=1))
    issue(db, ids, renderer=renderer, store=store, now=now)
    issue(db, ids, renderer=renderer, store=store, now=now + timedelta(days=1))
    first, second = renderer.pages
    assert first == second

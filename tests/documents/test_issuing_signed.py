"""Issuing with a key: nothing without its signature, nothing signed twice, resumed where it stopped."""

from datetime import datetime
from pathlib import Path

import pytest

from gongmun import clock, ledger
from gongmun.db import Database
from gongmun.documents import (
    Document,
    DocumentKind,
    FakeRenderer,
    LocalStore,
    Status,
    approve,
    discard,
    draft,
    issue,
    queries,
)
from gongmun.documents.letter import Reference
from gongmun.documents.pades import PadesSigner
from gongmun.documents.signing import CertificateNotInForce, NotSigned, TokenUnusable
from gongmun.documents.store import StoreUnavailable
from gongmun.settings import settings
from tests.documents import keys, samples


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "documents")


@pytest.fixture
def signer(tmp_path: Path) -> PadesSigner:
    return keys.signer(tmp_path / "key")


def _approved(db: Database, now: datetime, count: int = 1) -> list[int]:
    with db.transaction() as session:
        documents = [
            draft(
                session,
                kind=DocumentKind.OUTCOME,
                key=f"k{number}",
                recipient_code="MOLIT",
                context=samples.outcome(),
                now=now,
            )
            for number in range(count)
        ]
        for document in documents:
            approve(session, document, None, now)
        return [document.id for document in documents]


def _load(db: Database, document_id: int) -> Document:
    with db.reading() as session:
        return queries.by_id(session, document_id)


class _Crash(BaseException):
    """The process ends here."""


class _Interrupted(PadesSigner):
    """A signer whose first call ends otherwise."""

    def __init__(self, signer: PadesSigner, how: BaseException) -> None:
        super().__init__(signer._signer, signer.certificate)
        self._how: list[BaseException] = [how]

    def sign(self, pdf: bytes, *, at: datetime) -> bytes:
        signed = super().sign(pdf, at=at)
        if self._how:
            raise self._how.pop()
        return signed


def test_a_document_gets_its_file_and_its_signature_together(
    db: Database, now: datetime, store: LocalStore, signer: PadesSigner
) -> None:
    (document_id,) = _approved(db, now)
    begun = clock.now()
    report = issue(
        db, [document_id], renderer=FakeRenderer(), store=store, now=now, key=lambda: signer
    )
    assert report.issued == (document_id,)
    document = _load(db, document_id)
    assert document.status is Status.SIGNED
    assert document.sha256 is not None
    assert document.signed_sha256 is not None
    original, signed = store.get(document.sha256), store.get(document.signed_sha256)
    assert signed.startswith(original)
    assert (len(original), len(signed)) == (document.size, document.signed_size)
    assert document.file_sha256 == document.signed_sha256
    # The signature claims the time at which it was made, not the one that this call was told.
    assert document.signed_at is not None
    assert begun <= document.signed_at <= clock.now()
    with db.reading() as session:
        assert [event.kind for event in ledger.history(session, "document", document_id)][-2:] == [
            "document.rendered",
            "document.signed",
        ]


@pytest.mark.parametrize("how", [_Crash(), NotSigned(reason="token gone")], ids=["crash", "fault"])
def test_a_document_that_was_not_signed_has_no_file_and_is_signed_by_the_next_call(
    db: Database, now: datetime, store: LocalStore, signer: PadesSigner, how: BaseException
) -> None:
    (document_id,) = _approved(db, now)
    interrupted = _Interrupted(signer, how)
    try:
        report = issue(
            db,
            [document_id],
            renderer=FakeRenderer(),
            store=store,
            now=now,
            key=lambda: interrupted,
        )
    except _Crash:
        pass
    else:
        assert [problem.code for _, problem in report.failed] == ["documents.not_signed"]
        with db.reading() as session:
            assert [d.id for d in queries.with_problems(session)] == [document_id]
    waiting = _load(db, document_id)
    assert (waiting.status, waiting.file_sha256) == (Status.NUMBERED, None)

    issue(db, [document_id], renderer=FakeRenderer(), store=store, now=now, key=lambda: interrupted)
    document = _load(db, document_id)
    assert (document.status, document.number) == (Status.SIGNED, waiting.number)
    assert document.problem_ko is None


class _FullStore(LocalStore):
    """Takes the rendered file and not the signed one."""

    def put(self, content: bytes) -> str:
        if b"/ByteRange" in content:
            raise StoreUnavailable(reason="No space left on device")
        return super().put(content)


def test_a_signed_file_that_cannot_be_stored_leaves_the_document_waiting(
    db: Database, now: datetime, tmp_path: Path, signer: PadesSigner
) -> None:
    (document_id,) = _approved(db, now)
    store = _FullStore(tmp_path / "documents")
    issue(db, [document_id], renderer=FakeRenderer(), store=store, now=now, key=lambda: signer)
    document = _load(db, document_id)
    assert document.status is Status.NUMBERED
    assert "No space left" in (document.problem_en or "")


def test_what_was_issued_before_there_was_a_key_stays_as_it_went_out(
    db: Database, now: datetime, store: LocalStore, signer: PadesSigner
) -> None:
    (document_id,) = _approved(db, now)
    issue(db, [document_id], renderer=FakeRenderer(), store=store, now=now)
    renderer = FakeRenderer()
    report = issue(db, [document_id], renderer=renderer, store=store, now=now, key=lambda: signer)
    assert (report.issued, report.failed, renderer.pages) == ((), (), [])
    document = _load(db, document_id)
    assert (document.status, document.file_sha256) == (Status.RENDERED, document.sha256)


def test_the_key_is_not_opened_where_nothing_is_to_be_signed(
    db: Database, now: datetime, store: LocalStore, signer: PadesSigner
) -> None:
    def opened() -> PadesSigner:
        pytest.fail("opened")

    (document_id,) = _approved(db, now)
    issue(db, [document_id], renderer=FakeRenderer(), store=store, now=now, key=lambda: signer)
    issue(db, [document_id], renderer=FakeRenderer(), store=store, now=now, key=opened)


def test_another_issuer_without_a_key_never_mixes_its_file_with_ours(
    db: Database, now: datetime, store: LocalStore, signer: PadesSigner
) -> None:
    (document_id,) = _approved(db, now)

    def overtaken(pdf: bytes, *, at: datetime) -> bytes:
        issue(db, [document_id], renderer=FakeRenderer(), store=store, now=now)
        return PadesSigner.sign(signer, pdf, at=at)

    signer.sign = overtaken  # type: ignore[method-assign]
    issue(db, [document_id], renderer=FakeRenderer(), store=store, now=now, key=lambda: signer)
    document = _load(db, document_id)
    assert (document.status, document.signed_sha256) == (Status.RENDERED, None)


def test_nothing_is_signed_twice(
    db: Database, now: datetime, store: LocalStore, signer: PadesSigner
) -> None:
    (document_id,) = _approved(db, now)
    for _ in range(2):
        issue(db, [document_id], renderer=FakeRenderer(), store=store, now=now, key=lambda: signer)
    assert len(list((store.path("0" * 64).parent.parent).rglob("*.pdf"))) == 2
    with db.reading() as session:
        kinds = [event.kind for event in ledger.history(session, "document", document_id)]
    assert kinds.count("document.signed") == 1


def test_with_a_key_that_cannot_be_used_no_number_is_given_and_the_reason_is_told(
    db: Database, now: datetime, store: LocalStore, tmp_path: Path
) -> None:
    def unusable() -> PadesSigner:
        raise TokenUnusable(token="gongmun", reason="gone")

    (document_id,) = _approved(db, now)
    expired = keys.signer(tmp_path / "old", now=keys.LONG_AGO)
    for key, problem in ((unusable, TokenUnusable), (lambda: expired, CertificateNotInForce)):
        report = issue(db, [document_id], renderer=FakeRenderer(), store=store, now=now, key=key)
        assert report.issued == ()
        assert [type(why) for _, why in report.failed] == [problem]
        document = _load(db, document_id)
        assert (document.status, document.number) == (Status.APPROVED, None)
        with db.reading() as session:
            assert [d.problem_en for d in queries.with_problems(session)] == [
                report.failed[0][1].message_en
            ]
    issue(db, [document_id], renderer=FakeRenderer(), store=store, now=now)
    assert _load(db, document_id).problem_en is None


def test_what_cannot_be_laid_out_gets_no_number(
    db: Database, now: datetime, store: LocalStore
) -> None:
    too_many = samples.letter(references=(Reference(number="공론소통과-1", on=now.date()),) * 90)
    with db.transaction() as session:
        document = draft(
            session,
            kind=DocumentKind.OUTCOME,
            key="too many",
            recipient_code="MOLIT",
            context=samples.outcome(letter=too_many),
            now=now,
        )
        approve(session, document, None, now)
    (good,) = _approved(db, now)
    report = issue(db, [document.id, good], renderer=FakeRenderer(), store=store, now=now)
    assert report.issued == (good,)
    assert [document_id for document_id, _ in report.failed] == [document.id]
    stuck = _load(db, document.id)
    assert (stuck.status, stuck.number) == (Status.APPROVED, None)
    assert _load(db, good).number == "공론소통과-1"
    # Without a number it can still be given up.
    with db.transaction() as session:
        discard(session, queries.by_id(session, document.id), now)


def test_an_agency_that_signs_issues_nothing_where_it_has_no_key(
    db: Database,
    now: datetime,
    store: LocalStore,
    signer: PadesSigner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As from a terminal without the settings of the installation."""
    first, second = _approved(db, now, count=2)
    issue(db, [first], renderer=FakeRenderer(), store=store, now=now, key=lambda: signer)
    report = issue(db, [second], renderer=FakeRenderer(), store=store, now=now)
    ((failed, problem),) = report.failed
    assert (report.issued, failed, problem.code) == ((), second, "signing.key_missing")
    assert "GONGMUN_SIGNING__KEY" in problem.message_ko
    assert "GONGMUN_SIGNING__KEY" in problem.message_en
    waiting = _load(db, second)
    assert (waiting.status, waiting.number) == (Status.APPROVED, None)
    assert waiting.problem_ko == problem.message_ko
    # An end of signing that is wanted is said by a setting; with the key it goes on as before.
    monkeypatch.setattr(settings().signing, "unsigned", True)
    report = issue(db, [second], renderer=FakeRenderer(), store=store, now=now)
    assert report.issued == (second,)
    assert _load(db, second).signed_sha256 is None
    assert _load(db, second).problem_ko is None

"""Checking a file: the genuine one, and everything that somebody may do to it."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from gongmun import clock
from gongmun.db import Database
from gongmun.documents import FakeRenderer, Status, check_codes, queries, verifying
from gongmun.documents.names import STATUSES
from gongmun.documents.pades import PadesSigner
from gongmun.documents.printing import Page
from gongmun.documents.verdicts import FINDINGS, LIMIT, Finding, Verdict
from gongmun.errors import NotFound
from tests.conftest import NOW
from tests.documents import checking, keys
from tests.documents.foreign_files import claiming
from tests.documents.issued import Issued, issued

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issued]:
    installation = issued(tmp_path_factory.mktemp("issued"), NOW)
    yield installation
    installation.db.dispose()


def verify(here: Issued, content: bytes) -> Verdict:
    verdict = verifying.verify(here.db, content)
    assert verdict.sha256 == hashlib.sha256(content).hexdigest()
    return verdict


def appended(content: bytes) -> bytes:
    """The file with a revision that shows another page: what incremental saving attacks do."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 600 900 re f"))
    writer.update_container(page)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def plainly_signed(content: bytes, signer: PadesSigner, field: str) -> bytes:
    """Signed in a way that lets others sign as well, which our own signature forbids."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    meta = signers.PdfSignatureMetadata(
        field_name=field, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    return bytes(signers.sign_pdf(writer, meta, signer._signer).getvalue())


def saved_anew(content: bytes, **options: object) -> bytes:
    """As another program saves it."""
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(output, **options)  # type: ignore[arg-type]
    return output.getvalue()


def changed_byte(content: bytes) -> bytes:
    """The file with one byte of its text's data changed."""
    place = content.index(b"stream\n", 2000) + 40
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def test_the_file_that_was_sent_is_genuine(here: Issued) -> None:
    verdict = verify(here, here.file(here.open))
    assert verdict.is_genuine
    (signature,) = verdict.signatures
    assert (signature.subject, signature.is_self_issued) == (keys.NAME, True)
    assert signature.is_intact
    assert signature.covers_file
    document = verdict.document
    assert document is not None
    assert (document.number, document.status) == (here.open.number, Status.SIGNED)
    assert document.is_signed
    assert document.is_open
    assert document.superseded_by is None


def test_the_original_before_it_was_signed_is_genuine_and_not_signed(here: Issued) -> None:
    verdict = verify(here, here.original(here.open))
    assert verdict.is_genuine
    assert verdict.signatures == ()
    assert verdict.document is not None
    assert verdict.document.is_signed


@pytest.mark.parametrize("which", ["signed", "original"])
def test_a_revision_that_was_appended_is_told(here: Issued, which: str) -> None:
    content = here.file(here.open) if which == "signed" else here.original(here.open)
    verdict = verify(here, appended(content))
    assert verdict.finding is Finding.APPENDED
    assert verdict.document is not None
    assert verdict.document.number == here.open.number
    assert not any(signature.covers_file for signature in verdict.signatures)


@pytest.mark.parametrize("missing", [10, 500, 2_000, 4_000, 8_000, 20_000])
def test_a_file_that_was_cut_short_is_damaged(here: Issued, missing: int) -> None:
    assert verify(here, here.file(here.open)[:-missing]).finding is Finding.DAMAGED


def test_bytes_after_the_end_are_told(here: Issued) -> None:
    verdict = verify(here, here.file(here.open) + b"\n% harmless?\n")
    assert verdict.finding is Finding.APPENDED


def test_a_second_signature_is_told(here: Issued, tmp_path: Path) -> None:
    other = keys.signer(tmp_path)
    once = plainly_signed(here.original(here.open), here.signer, "A")
    verdict = verify(here, plainly_signed(once, other, "B"))
    assert verdict.finding is Finding.APPENDED
    assert [signature.covers_file for signature in verdict.signatures] == [False, True]


def test_the_original_signed_by_another_key_is_told(here: Issued, tmp_path: Path) -> None:
    forged = keys.signer(tmp_path).sign(here.original(here.open), at=clock.now())
    verdict = verify(here, forged)
    assert verdict.finding is Finding.OTHER_SIGNATURE
    assert verdict.signatures[0].is_intact
    assert verdict.document is not None


def test_one_changed_byte_under_the_signature_is_told(here: Issued) -> None:
    verdict = verify(here, changed_byte(here.file(here.open)))
    assert verdict.finding is Finding.ALTERED
    assert not verdict.signatures[0].is_intact
    assert verdict.document is not None
    assert verdict.document.number == here.open.number


def test_a_file_with_our_number_and_other_bytes_is_told(here: Issued) -> None:
    verdict = verify(here, saved_anew(here.original(here.open)))
    assert verdict.finding is Finding.DIFFERS
    assert verdict.document is not None
    assert verdict.document.number == here.open.number


def test_a_forged_document_with_a_good_signature_of_somebody_is_told(
    here: Issued, tmp_path: Path
) -> None:
    copy = saved_anew(here.original(here.open))
    verdict = verify(here, keys.signer(tmp_path).sign(copy, at=clock.now()))
    assert verdict.finding is Finding.DIFFERS
    assert verdict.signatures[0].is_intact


def test_a_file_of_somebody_else_is_unknown(here: Issued) -> None:
    verdict = verify(here, FakeRenderer().render(Page(html="another")).content)
    assert (verdict.finding, verdict.document) == (Finding.UNKNOWN, None)


def test_a_number_alone_is_told_to_the_office_only(here: Issued) -> None:
    content = claiming(here.open.number or "")
    office = verify(here, content)
    assert office.finding is Finding.DIFFERS
    assert office.document is not None
    assert office.document.number == here.open.number
    public = verifying.verify(here.db, content, for_public=True)
    assert (public.finding, public.document) == (Finding.UNKNOWN, None)


@pytest.mark.parametrize("number", ["\0", "a\0b-1", "공론\n소통과-1", "\ud800-1"])
def test_a_number_that_no_database_takes_is_nobodys(db: Database, number: str) -> None:
    verdict = verifying.verify(db, claiming(number))
    assert verdict.finding in (Finding.UNKNOWN, Finding.DAMAGED)
    with db.reading() as session, pytest.raises(NotFound):
        verifying.by_code(session, number)


def test_what_cannot_be_read_is_told(here: Issued) -> None:
    signed = here.file(here.open)
    encrypted = saved_anew(
        here.original(here.open), encryption=pikepdf.Encryption(owner="o", user="u")
    )
    for content, finding in {
        b"": Finding.EMPTY,
        b"%PDF-" + bytes(LIMIT): Finding.TOO_LARGE,
        b"<html>": Finding.NOT_PDF,
        b"PK\x03\x04" + bytes(2000): Finding.NOT_PDF,
        b"%PDF-1.7\n": Finding.DAMAGED,
        b"%PDF-1.7\n" + b"%%EOF" * 1000: Finding.DAMAGED,
        b"%PDF-1.7\ntrailer << /Root " + b"[" * 100_000 + b"\nstartxref\n9\n%%EOF": Finding.DAMAGED,
        signed[: len(signed) // 2]: Finding.DAMAGED,
        signed[:-200]: Finding.DAMAGED,
        encrypted: Finding.ENCRYPTED,
    }.items():
        assert verify(here, content).finding is finding


def test_a_superseded_document_is_genuine_and_names_its_correction(here: Issued) -> None:
    with here.db.transaction() as session:
        queries.by_id(session, here.closed.id).corrects_id = here.open.id
    try:
        verdict = verify(here, here.file(here.open))
        assert verdict.is_genuine
        assert verdict.document is not None
        assert verdict.document.superseded_by == here.closed.citation
    finally:
        with here.db.transaction() as session:
            queries.by_id(session, here.closed.id).corrects_id = None


def test_a_code_is_read_as_it_is_typed(here: Issued) -> None:
    code = here.open.check_code or ""
    with here.db.reading() as session:
        for typed in (code, code.upper(), f" {code[:5]}-{code[5:]} "):
            assert verifying.by_code(session, typed).number == here.open.number
        for wrong in ("", "0000000000", code[:-1], "x" * 10_000):
            with pytest.raises(NotFound):
                verifying.by_code(session, wrong)
    assert check_codes.typed("OIL") == "011"


def test_what_has_no_file_yet_is_not_shown(here: Issued) -> None:
    with here.db.transaction() as session:
        queries.by_id(session, here.closed.id).status = Status.NUMBERED
    try:
        with here.db.reading() as session, pytest.raises(NotFound):
            verifying.by_code(session, here.closed.check_code or "")
    finally:
        with here.db.transaction() as session:
            queries.by_id(session, here.closed.id).status = Status.SIGNED


def test_every_finding_and_status_has_its_words() -> None:
    assert set(FINDINGS) == set(Finding)
    assert set(STATUSES) == set(Status)


def test_the_signature_leaves_the_archive_what_it_was(here: Issued, tmp_path: Path) -> None:
    unsigned, signed = tmp_path / "document.pdf", tmp_path / f"document{checking.SIGNED}"
    unsigned.write_bytes(here.original(here.open))
    signed.write_bytes(here.file(here.open))
    assert checking.check([unsigned, signed]) == {unsigned: [], signed: []}

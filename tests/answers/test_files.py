"""Files: judged by what they are, refused when they could run, kept once, and never by their name."""

import socket
import struct
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from importlib import resources
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongmun import ledger
from gongmun.answers import files, filetypes
from gongmun.answers.files import FileKept, FileRefused, display_name
from gongmun.answers.filetypes import FileType, Unwanted, judge
from gongmun.answers.models import AnswerFile, Channel
from gongmun.answers.scanning import ClamdScanner, FakeScanner, Scanner, ScannerUnavailable
from gongmun.db import Database
from gongmun.documents import LocalStore
from gongmun.errors import NotFound
from gongmun.referrals.pausing import NotWithMinistry
from gongmun.settings import settings
from tests.answers import samples
from tests.world import World, at

MOMENT = at(date(2026, 10, 20))
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + FakeScanner.MARK


@pytest.fixture
def world(sqlite_db: Database, tmp_path: Path) -> World:
    return World(db=sqlite_db, folder=tmp_path, now=at(date(2026, 10, 12)))


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "received", ending="")


@pytest.fixture
def referral_id(world: World) -> int:
    (referral_id,) = world.dispatched("statistics")
    return referral_id


def send(
    world: World,
    store: LocalStore,
    referral_id: int,
    content: bytes = b"memo",
    filename: str = "메모.txt",
    scanner: Scanner | None = None,
) -> AnswerFile:
    return files.add(
        world.db,
        referral_id,
        filename=filename,
        content=content,
        channel=Channel.PORTAL,
        store=store,
        scanner=scanner,
        now=MOMENT,
    )


def lying_there(world: World, referral_id: int) -> list[str]:
    with world.db.reading() as session:
        return [file.filename for file in files.files_of(session, referral_id)]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (samples.pdf(), filetypes.PDF),
        (samples.hwp(), filetypes.HWP),
        (samples.hwpx(), filetypes.HWPX),
        (samples.office(), filetypes.DOCX),
        (samples.office("spreadsheetml.sheet.main+xml"), filetypes.XLSX),
        (samples.office("presentationml.presentation.main+xml"), filetypes.PPTX),
        (samples.image("JPEG"), filetypes.JPEG),
        (samples.image("PNG"), filetypes.PNG),
        (samples.image("TIFF"), filetypes.TIFF),
        ("이행 계획\n1. 지침 개정".encode(), filetypes.TEXT),
        ("\ufeff부서,기한\n통계정책과,2027-03-31".encode(), filetypes.TEXT),
        ("부서,기한\r\n통계정책과,2027-03-31\r\n".encode("cp949"), filetypes.TEXT),
        (b"a < b and b > c, 100% of PK and MZ", filetypes.TEXT),
    ],
)
def test_what_offices_exchange_is_taken(content: bytes, kind: FileType) -> None:
    assert judge(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 2000,
        b" \r\n",
        b"<html><script>alert(1)</script>",
        b"  <!DOCTYPE html><p>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><x/>",
        "\ufeff<html>".encode(),
        b"hello <ScRipT src=x>",
        b"notes\n<iframe src=x>",
        b"{\\rtf1\\ansi{\\object}}",
        b"%!PS-Adobe-3.0",
        b"#!/bin/sh\nrm -rf /",
        b"@echo off\r\ndel *",
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related",
        b"MZ\x90\0\x03\0\0\0" + b"\0" * 200,
        b"\x7fELF\x02\x01\x01" + b"\0" * 200,
        b"GIF89a<script>",
        b"\xff\xfeh\0i\0",
        b"\x80\x81\x82\xff",
        b"text with \x1b[31m escapes",
        b"Rar!\x1a\x07\x00aaaa",
        samples.ole("Root Entry", "WordDocument"),
        samples.ole("FileHeader", "_VBA_PROJECT", text=b"HWP Document File"),
        samples.ole("FileHeader"),
        samples.ole("EncryptedPackage"),
        samples.zipped(**{"evil.exe": b"MZ"}),
        samples.zipped(mimetype="application/epub+zip"),
        samples.zipped(mimetype="text/html"),
        samples.office("wordprocessingml.template.main+xml"),
        samples.office(**{"word/vbaProject.bin": b"x"}),
        samples.office("wordprocessingml.document.macroEnabled.main+xml"),
        samples.office(**{"word/embeddings/run.EXE": b"MZ"}),
        samples.hwpx(**{"BinData/payload.js": b"x"}),
        samples.office()[:200],
        samples.pdf()[1:],
        b"junk" + samples.pdf(),
        b"PK\x03\x04" + b"\0" * 100,
    ],
)
def test_whatever_else_there_is_is_refused_with_the_reason(content: bytes) -> None:
    refused = judge(content)
    assert isinstance(refused, Unwanted)
    assert refused.why.ko.endswith((".", "오."))
    assert refused.why.en


def test_a_real_hwpx_is_taken() -> None:
    skeleton = resources.files("hwpx") / "data" / "Skeleton.hwpx"
    assert judge(skeleton.read_bytes()) == filetypes.HWPX


def test_an_archive_that_unfolds_without_end_is_not_unfolded() -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"\0" * 50_000_000)
    assert isinstance(judge(bomb.getvalue()), Unwanted)


@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", samples.office()[:90]]))
def test_no_content_upsets_the_judge(content: bytes, before: bytes) -> None:
    assert isinstance(judge(before + content), FileType | Unwanted)


@pytest.mark.parametrize("cut", range(30, 400, 17))
def test_a_broken_document_is_refused(cut: int) -> None:
    whole = samples.office()
    broken = whole[:cut] + b"\xff" * 8 + whole[cut + 8 :]
    assert isinstance(judge(broken), FileType | Unwanted)


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        ("이행계획.pdf", "이행계획.pdf"),
        ("이행계획.PDF", "이행계획.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\kim\\계획.pdf", "계획.pdf"),
        ("계획.pdf.exe", "계획.pdf.exe.pdf"),
        ("계획\u202efdp.exe", "계획fdp.exe.pdf"),
        ('a"b<c>|?*.pdf', "a_b_c____.pdf"),
        ("계획\r\nX-Evil: 1.pdf", "계획 X-Evil_ 1.pdf"),
        ("", "file.pdf"),
        ("....", "file.pdf"),
        (".pdf", "file.pdf"),
        ("/", "file.pdf"),
        ("가" * 300 + ".pdf", "가" * 120 + ".pdf"),
        ("\u1100\u1161.pdf", "가.pdf"),
    ],
)
def test_a_name_is_only_shown(filename: str, shown: str) -> None:
    assert display_name(filename, filetypes.PDF) == shown


@given(st.text(max_size=400))
def test_every_name_fits_its_column_and_ends_as_its_type(filename: str) -> None:
    shown = display_name(filename, filetypes.JPEG)
    assert len(shown) <= 200
    assert shown.lower().endswith((".jpg", ".jpeg"))
    assert not set('/\\\r\n"\0') & set(shown)


def test_a_file_is_kept_by_its_hash_under_a_random_name(
    world: World, store: LocalStore, referral_id: int
) -> None:
    content = samples.pdf()
    file = send(world, store, referral_id, content, "이행계획.pdf")
    assert store.get(file.sha256) == content
    assert (file.size, file.media_type) == (len(content), "application/pdf")
    assert len(file.name) == 32
    assert file.filename not in file.name
    assert store.path(file.sha256).suffix == ""
    with world.db.reading() as session:
        (event,) = ledger.history(session, "file", file.id)
        assert files.by_name(session, file.name).id == file.id
    assert "이행계획" not in str(event.data)


def test_a_file_whose_content_expires_before_its_row_is_written_is_kept(
    world: World, referral_id: int, tmp_path: Path
) -> None:
    class Expiring(LocalStore):
        """A store out of which retention takes the content once, right after it was found there."""

        puts = 0

        def put(self, content: bytes) -> str:
            sha256 = super().put(content)
            self.puts += 1
            if self.puts == 1:
                self.remove(sha256)
            return sha256

    store = Expiring(tmp_path / "received", ending="")
    assert store.get(send(world, store, referral_id).sha256) == b"memo"


def test_the_same_file_twice_is_one_and_another_name_does_not_matter(
    world: World, store: LocalStore, referral_id: int
) -> None:
    first = send(world, store, referral_id)
    again = send(world, store, referral_id, filename="사본.txt")
    assert first.id == again.id
    assert lying_there(world, referral_id) == ["메모.txt"]


def test_a_removed_file_is_shown_to_nobody_and_may_come_again(
    world: World, store: LocalStore, referral_id: int
) -> None:
    file = send(world, store, referral_id)
    files.remove(world.db, file.id, now=MOMENT)
    assert lying_there(world, referral_id) == []
    with pytest.raises(NotFound), world.db.reading() as session:
        files.by_name(session, file.name)
    with pytest.raises(FileKept):
        files.remove(world.db, file.id, now=MOMENT)
    with pytest.raises(FileKept):
        files.remove(world.db, 999, now=MOMENT)
    assert send(world, store, referral_id).id != file.id


def test_too_many_and_too_large(
    world: World, store: LocalStore, referral_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGMUN_PORTAL__FILES", "2")
    monkeypatch.setenv("GONGMUN_PORTAL__FILE_MEGABYTES", "1")
    settings.cache_clear()
    try:
        send(world, store, referral_id, b"a" * 1024 * 1024)
        with pytest.raises(FileRefused, match="1MB"):
            send(world, store, referral_id, b"a" * (1024 * 1024 + 1))
        send(world, store, referral_id, b"b")
        with pytest.raises(FileRefused, match="2개"):
            send(world, store, referral_id, b"c")
        # What is there already is no third one.
        send(world, store, referral_id, b"b")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert len(lying_there(world, referral_id)) == 2


def test_the_limit_holds_for_many_at_once(
    db: Database, tmp_path: Path, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(db=db, folder=tmp_path, now=at(date(2026, 10, 12)))
    (referral_id,) = world.dispatched("statistics")
    monkeypatch.setenv("GONGMUN_PORTAL__FILES", "3")
    settings.cache_clear()

    def attempt(number: int) -> bool:
        try:
            send(world, store, referral_id, f"file {number}".encode())
        except FileRefused:
            return False
        return True

    try:
        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(attempt, range(6))) == 3
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert len(lying_there(world, referral_id)) == 3


def test_nothing_is_taken_for_what_is_answered_or_unknown(
    world: World, store: LocalStore, referral_id: int
) -> None:
    with pytest.raises(NotFound):
        send(world, store, 999)
    world.respond(referral_id, MOMENT)
    with pytest.raises(NotWithMinistry):
        send(world, store, referral_id)


def test_what_is_refused_is_not_kept(world: World, store: LocalStore, referral_id: int) -> None:
    with pytest.raises(FileRefused):
        send(world, store, referral_id, b"<html>", "계획.pdf")
    with pytest.raises(FileRefused, match="악성"):
        send(world, store, referral_id, EICAR, scanner=FakeScanner())
    assert not store.path("x").parent.parent.exists()
    assert lying_there(world, referral_id) == []


def test_without_the_scanner_nothing_is_taken_and_it_may_be_tried_again(
    world: World, store: LocalStore, referral_id: int
) -> None:
    scanner = FakeScanner()
    scanner.down = True
    with pytest.raises(ScannerUnavailable) as caught:
        send(world, store, referral_id, scanner=scanner)
    assert caught.value.retryable
    assert lying_there(world, referral_id) == []
    scanner.down = False
    send(world, store, referral_id, scanner=scanner)


# clamd


@contextmanager
def clamd(path: Path, *, limit: int = 10**9, hang_up: bool = False) -> Iterator[str]:
    """What clamd says on its socket, for as long as the block: it knows the EICAR mark."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    listening.listen()

    def read(connection: socket.socket, size: int) -> bytes:
        received = b""
        while len(received) < size and (part := connection.recv(size - len(received))):
            received += part
        return received

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                if hang_up:
                    continue
                assert read(connection, 10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack("!I", read(connection, 4))[0]:
                    content += read(connection, size)
                    if len(content) > limit:
                        connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                        break
                else:
                    found = FakeScanner().finding(content)
                    connection.sendall(
                        f"stream: {found or 'OK'}{' FOUND' * bool(found)}\0".encode()
                    )

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield str(path)
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


@pytest.mark.parametrize("kind", ["fake", "clamd"])
def test_a_scanner_finds_what_is_there(kind: str, tmp_path: Path) -> None:
    with clamd(tmp_path / "c") as where:
        scanner: Scanner = FakeScanner() if kind == "fake" else ClamdScanner(where)
        assert scanner.finding(b"memo") is None
        assert scanner.finding(b"a" * 300_000) is None
        assert scanner.finding(b"a" * 300_000 + EICAR) == "Eicar-Test-Signature"


def test_clamd_that_is_not_there_or_has_enough_is_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(ScannerUnavailable):
        ClamdScanner(str(tmp_path / "nobody")).finding(b"memo")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ScannerUnavailable):
        ClamdScanner(f"127.0.0.1:{port}").finding(b"memo")
    with (
        clamd(tmp_path / "small", limit=1000) as where,
        pytest.raises(ScannerUnavailable),
    ):
        ClamdScanner(where).finding(b"a" * 5_000_000)
    with clamd(tmp_path / "gone", hang_up=True) as where, pytest.raises(ScannerUnavailable):
        ClamdScanner(where).finding(b"memo")

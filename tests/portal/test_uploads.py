"""Files sent to the portal: byte for byte, a few at a time, and never at the cost of its pages."""

import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from httpx import Client, Response

from gongmun.db import Database
from gongmun.documents import LocalStore, inspecting, verifying
from gongmun.documents.inspecting import Patience
from gongmun.portal import create, uploads
from gongmun.portal.uploads import AT_ONCE, UploadMissing, file_in
from tests.documents.foreign_files import claiming, endless
from tests.portal.served import is_safe, send, served


@pytest.fixture
def browser(sqlite_db: Database, tmp_path: Path) -> Iterator[Client]:
    with served(create(sqlite_db, store=LocalStore(tmp_path))) as client:
        yield client


def test_an_upload_arrives_byte_for_byte() -> None:
    for content in (
        os.urandom(300_000),
        b"\r\n\r\n\r",
        b"\n",
        b"--boundary\r\n",
        bytes(range(256)) * 50 + b"\r",
    ):
        form = b"--xyz\r\n" + b"\r\n".join(
            [
                b'Content-Disposition: form-data; name="file"; filename="a.pdf"',
                b"Content-Type: application/pdf",
                b"",
                content,
                b"--xyz--",
                b"",
            ]
        )
        assert file_in("multipart/form-data; boundary=xyz", form) == content


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=a\r\nb"],
)
def test_what_is_no_form_has_no_file(content_type: str) -> None:
    with pytest.raises(UploadMissing):
        file_in(content_type, b"--xyz\r\n\r\n")


def test_files_that_take_long_leave_the_pages_alone(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "PUBLIC", Patience(cpu=1, turn=60))
    # Each reader gets the second it may use, however much else runs here.
    monkeypatch.setattr(inspecting, "_SHARE", 100)
    refused = threading.Event()

    def upload(content: bytes) -> Response:
        answer = send(browser, "/check", content)
        if answer.status_code == 503:
            refused.set()
        return answer

    # More than the threads of the server, which is forty.
    with ThreadPoolExecutor(42) as visitors:
        answers = visitors.map(upload, [endless()] * 42)
        assert refused.wait(60)
        assert browser.get("/d/0000000000").status_code == 404
        assert browser.get("/check").status_code == 200
        by_status = {answer.status_code: answer.text for answer in answers}
    assert set(by_status) == {200, 503}
    assert "손상되었거나" in by_status[200]
    assert "확인할 파일이 많아" in by_status[503]
    assert upload(claiming("x")).status_code == 200


def test_a_busy_portal_says_so_before_it_reads_a_file(browser: Client) -> None:
    host, port = browser.base_url.host, browser.base_url.port
    head = f"POST /check?lang=en HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n\r\n".encode()
    with ExitStack() as waiting:
        # One after another, because a place that was just given back may still be taken; that all
        # of them are taken is seen from outside only.
        for _ in range(100):
            connection = socket.create_connection((host, port or 0), timeout=60)
            waiting.enter_context(connection).sendall(head)
            answer = send(browser, "/check?lang=en", b"no PDF")
            if answer.status_code == 503:
                break
    assert "Too many files are being checked" in answer.text
    assert is_safe(answer)
    assert any(send(browser, "/check", b"no PDF").status_code == 200 for _ in range(1000))


def test_a_form_that_does_not_arrive_gives_its_place_back(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_SECONDS", 0.1)
    address = (browser.base_url.host, browser.base_url.port or 0)
    for _ in range(AT_ONCE + 1):
        with socket.create_connection(address, timeout=30) as slow:
            slow.sendall(b"POST /check HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\n--")
            assert slow.recv(100).startswith(b"HTTP/1.1 408")
    assert send(browser, "/check", b"no PDF").status_code == 200

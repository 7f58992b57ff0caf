"""The demo's relay: stores what it accepts before it answers, refuses as told, survives nonsense."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from socket import create_connection

import pytest

from deployments.demo.ministries import JOURNAL, running
from gongmun.mail import JournalWitness
from gongmun.mail.mailer import RelayRefused
from gongmun.mail.smtp import SmtpMailer
from gongmun.settings import PROJECT_ROOT, MailSettings, TlsMode

SENDER = "forum@participation.example"
MESSAGE = b"Message-ID: <a@b.example>\r\nSubject: x\r\n\r\n.dot\r\n..\r\nend\r\n"


def _mailer(port: int) -> SmtpMailer:
    return SmtpMailer(MailSettings(host="127.0.0.1", port=port, tls=TlsMode.NONE, test_relay=True))


def test_mail_lands_in_its_mailbox_and_in_the_journal(tmp_path: Path) -> None:
    with running(tmp_path, frozenset({"Nobody@x.example"})) as port:
        with _mailer(port).connection() as connection:
            with pytest.raises(RelayRefused) as caught:
                connection.envelope(SENDER, "nobody@x.example")
            for _ in range(2):
                connection.envelope(SENDER, "Office@x.example")
                connection.data(MESSAGE)
        assert caught.value.params["reply"] == 550
    for folder in ("office@x.example", JOURNAL):
        stored = [path.read_bytes() for path in (tmp_path / folder / "new").iterdir()]
        assert stored == [MESSAGE, MESSAGE]
    assert JournalWitness(tmp_path / JOURNAL).saw("<a@b.example>")
    assert not (tmp_path / "nobody@x.example").exists()


@pytest.mark.parametrize(
    "lines",
    [
        b"RCPT TO:<../../../etc/x@y>\r\n",
        b"RCPT TO:<a@../../x>\r\n",
        b"RCPT TO:<a\x00@x.example>\r\n",
        b"RCPT TO:<\\\\host@x.example>\r\n",
        b"DATA\r\n",
        b"RCPT TO:<a@x.example>\r\nDATA\r\nhalf a message",
        b"\xff\xfe\r\n\r\n",
        b"x" * 200_000,
    ],
)
def test_nonsense_stores_nothing_and_the_next_is_served(tmp_path: Path, lines: bytes) -> None:
    root = tmp_path / "deep" / "root"
    with running(root) as port:
        # It may also hang up on so much nonsense at once, and early.
        with create_connection(("127.0.0.1", port), timeout=10) as hostile, suppress(OSError):
            hostile.sendall(b"EHLO x\r\nMAIL FROM:<a@b>\r\n" + lines)
            hostile.shutdown(1)
            while hostile.recv(4096):
                pass
        with _mailer(port).connection() as connection:
            connection.envelope(SENDER, "office@x.example")
            connection.data(MESSAGE)
    assert {path.name for path in root.iterdir()} == {JOURNAL, "office@x.example"}
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    refused = ["--refuse", "no@x.example", "--refuse", "nope@x.example"]
    places = ["--root", str(tmp_path / "mail"), "--port-file", str(port_file)]
    process = subprocess.Popen(
        [sys.executable, "-m", "deployments.demo.ministries", *places, *refused], cwd=PROJECT_ROOT
    )
    try:
        deadline = time.monotonic() + 30
        while not port_file.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with _mailer(int(port_file.read_text())).connection() as connection:
            for address in ("no@x.example", "nope@x.example"):
                with pytest.raises(RelayRefused):
                    connection.envelope(SENDER, address)
            connection.envelope(SENDER, "office@x.example")
            connection.data(MESSAGE)
    finally:
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(10) == 0
    assert len(list((tmp_path / "mail" / "office@x.example" / "new").iterdir())) == 1


def test_whoever_asks_is_told_what_became_of_the_mail(tmp_path: Path) -> None:
    tagged = SENDER.replace("@", "+k7@")
    with (
        running(tmp_path, bounce=frozenset({"gone@x.example"})) as port,
        create_connection(("127.0.0.1", port)) as client,
    ):
        answers = client.makefile("rb")
        for line in (
            b"EHLO me\r\n",
            f"MAIL FROM:<{tagged}> RET=HDRS ENVID=k7\r\n".encode(),
            b"RCPT TO:<office@x.example> NOTIFY=SUCCESS,FAILURE\r\nDATA\r\n",
            MESSAGE + b".\r\n",
            f"MAIL FROM:<{tagged}>\r\nRCPT TO:<gone@x.example>\r\nDATA\r\n".encode(),
            MESSAGE + b".\r\nQUIT\r\n",
        ):
            client.sendall(line)
        assert answers.read().count(b"queued") == 2
    notices = [path.read_bytes() for path in (tmp_path / SENDER / "new").iterdir()]
    assert sorted((b"Action: delivered" in n, b"Action: failed" in n) for n in notices) == [
        (False, True),
        (True, False),
    ]
    assert sum(b"Original-Envelope-Id: k7" in n for n in notices) == 1
    assert not (tmp_path / "gone@x.example").exists()

"""How fast mail leaves: the outbox against a loop that connects for each message.

`run()` sends messages with a 150 KB PDF each (no two alike) to Postfix's `smtp-sink` on loopback. The
outbox does all its work, with SQLite, ledger and commits. The rival keeps no record at all: an
`EmailMessage` and one call of `aiosmtplib.send` a message, as sync code makes it (`naive`) and all
within one event loop (`naive_async`). The limit is `smtp-source`, Postfix's test client in C, which
prepares no message. All take turns in short rounds; the figures are medians, and the ratio is the
median of the rounds' ratios, which what else the machine does at the time moves least.

Needs Debian's `postfix` package for smtp-sink and smtp-source.
"""

import asyncio
import hashlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import aiosmtplib

from gongmun import clock
from gongmun.db import Base, Database
from gongmun.db.schema import load_models
from gongmun.mail import Attachment, OutgoingMessage, dispatch_due, enqueue
from gongmun.mail.smtp import SmtpMailer
from gongmun.settings import MailSettings, TlsMode

_HOST = "127.0.0.1"
_PDF_BYTES = 150_000
_SUBJECT = "제12차 열린소통포럼 결과 통보 및 회신 요청(공론소통과-1234)"
_BODY = (
    "귀 기관에서 담당하는 제안을 붙임과 같이 알려 드립니다. 기한까지 회신해 주시기 바랍니다.\n" * 5
)
_SENDER = "forum@participation.example"


def run(*, messages: int = 150, rounds: int = 11) -> dict[str, Any]:
    """Measure; messages a second, ours beside the rival's and the limit's."""
    pdfs = {}
    for _ in range(messages):
        data = b"%PDF-1.7\n" + os.urandom(_PDF_BYTES)
        pdfs[hashlib.sha256(data).hexdigest()] = data
    ours, naive, naive_async, limit = [], [], [], []
    with sink() as port:
        for _ in range(rounds):
            ours.append(_outbox(pdfs, port))
            naive.append(_naive(pdfs, port))
            naive_async.append(_naive_async(pdfs, port))
            limit.append(_smtp_source(messages, port))
    return {
        "naive": _compared(ours, naive) | {"goal": 3},
        "naive_async": _compared(ours, naive_async),
        "limit": _compared(ours, limit),
    }


def _compared(ours: list[float], rival: list[float]) -> dict[str, Any]:
    ratios = [mine / other for mine, other in zip(ours, rival, strict=True)]
    return {
        "ours": round(statistics.median(ours), 1),
        "rival": round(statistics.median(rival), 1),
        "unit": "messages/s",
        "ratio": round(statistics.median(ratios), 2),
    }


def _outbox(pdfs: dict[str, bytes], port: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        load_models()
        db = Database(f"sqlite:///{folder}/bench.db")
        Base.metadata.create_all(db.engine)
        now = clock.now()
        with db.transaction() as session:
            for number, sha256 in enumerate(pdfs):
                enqueue(session, _message(number, sha256), now)
        mailer = SmtpMailer(
            MailSettings(host=_HOST, port=port, tls=TlsMode.NONE, test_relay=True, sender=_SENDER)
        )
        begun = time.perf_counter()
        report = dispatch_due(
            db,
            mailer=mailer,
            attachments=pdfs.__getitem__,
            now=now,
            owner="bench",
            limit=len(pdfs),
        )
        elapsed = time.perf_counter() - begun
        assert report.accepted == len(pdfs), report
        db.dispose()
    return len(pdfs) / elapsed


def _message(number: int, sha256: str) -> OutgoingMessage:
    return OutgoingMessage(
        key=f"bench:{number}",
        intent="outcome",
        organisation_code="bench",
        address=_recipient(number),
        subject=_SUBJECT,
        body=_BODY,
        attachments=(
            Attachment(filename="1234 결과 통보.pdf", media_type="application/pdf", sha256=sha256),
        ),
    )


def _recipient(number: int) -> str:
    return f"office{number}@ministry.example"


def _naive(pdfs: dict[str, bytes], port: int) -> float:
    begun = time.perf_counter()
    for number, data in enumerate(pdfs.values()):
        asyncio.run(_send(number, data, port))
    return len(pdfs) / (time.perf_counter() - begun)


def _naive_async(pdfs: dict[str, bytes], port: int) -> float:
    async def send_all() -> None:
        for number, data in enumerate(pdfs.values()):
            await _send(number, data, port)

    begun = time.perf_counter()
    asyncio.run(send_all())
    return len(pdfs) / (time.perf_counter() - begun)


async def _send(number: int, data: bytes, port: int) -> None:
    message = EmailMessage()
    message["From"] = _SENDER
    message["To"] = _recipient(number)
    message["Subject"] = _SUBJECT
    message.set_content(_BODY)
    message.add_attachment(
        data, maintype="application", subtype="pdf", filename="1234 결과 통보.pdf"
    )
    await aiosmtplib.send(message, hostname=_HOST, port=port)


def _smtp_source(messages: int, port: int) -> float:
    size = str(_PDF_BYTES * 4 // 3 * 78 // 76)
    envelope = ["-f", _SENDER, "-t", _recipient(0)]
    # -d keeps the connection for all messages, as the outbox does.
    command = ["smtp-source", "-d", "-l", size, "-m", str(messages), *envelope, f"{_HOST}:{port}"]
    begun = time.perf_counter()
    subprocess.run(command, check=True)
    return messages / (time.perf_counter() - begun)


@contextmanager
def sink() -> Iterator[int]:
    """Postfix's test server, which takes all mail and keeps none; its port."""
    if shutil.which("smtp-sink") is None:
        raise SystemExit("smtp-sink is missing: install Debian's package postfix")
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen(["smtp-sink", *user, f"{_HOST}:{port}", "100"])
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            socket.create_connection((_HOST, port), timeout=1).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    raise SystemExit(f"smtp-sink ended with {process.returncode}")


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))

"""The mailboxes of the demo and of the sample: older mails can be read, and a reply loses nothing."""

import os
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from deployments.demo import mailbox
from deployments.demo.ministries import store

OFFICE = "forum@moe.example"
OURS = "forum@participation.example"
runner = CliRunner()
app = typer.Typer()
app.command()(mailbox.main)


def put(mailboxes: Path, number: int, subject: str = "") -> None:
    mail = EmailMessage()
    mail["From"] = OURS
    mail["To"] = OFFICE
    mail["Reply-To"] = "forum+token@participation.example"
    mail["Message-ID"] = f"<{number}@participation.example>"
    mail["Subject"] = subject or f"제목 {number}"
    mail.set_content(f"본문 {number}", cte="base64")
    store(mailboxes / OFFICE, f"{number}.mail", mail.as_bytes())
    os.utime(mailboxes / OFFICE / "new" / f"{number}.mail", (number, number))


def test_older_mails_are_listed_read_and_answered(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        put(tmp_path, number)
    newest = runner.invoke(app, [str(tmp_path), OFFICE]).output
    assert "본문 3" in newest
    assert "3/3" in newest
    assert "본문 1" in runner.invoke(app, [str(tmp_path), OFFICE, "--number", "1"]).output
    listed = runner.invoke(app, [str(tmp_path), OFFICE, "--list"]).output.splitlines()
    assert [line.split()[-1] for line in listed] == ["1", "2", "3"]
    assert runner.invoke(app, [str(tmp_path), OFFICE, "--number", "4"]).exit_code == 1
    runner.invoke(app, [str(tmp_path), OFFICE, "--number", "2", "--reply", "접수번호: 철도과-1"])
    (answer,) = mailbox.mails(tmp_path, OURS)
    assert answer["In-Reply-To"] == "<2@participation.example>"
    assert mailbox.text_of(answer).startswith("접수번호: 철도과-1")


@pytest.mark.parametrize(
    "subject",
    [
        "2026 통보 for 가 제안 2026 2026 다 국토교통부 열린소통포럼 다 회신 국토교통부",
        "[공론소통과-12] 열린소통포럼 결과 통보 및 시민 제안 회신 요청 for MOLIT 2026",
    ],
)
def test_a_reply_keeps_each_space_of_the_subject(
    tmp_path: Path, subject: str, now: datetime
) -> None:
    original = EmailMessage()
    original["From"] = OURS
    original["Subject"] = subject
    original["Message-ID"] = "<1@participation.example>"
    original.set_content("본문")
    answer = mailbox.reply(original, sender=OFFICE, text="답", at=now)
    mailbox.post(tmp_path, answer)
    (arrived,) = mailbox.mails(tmp_path, OURS)
    assert arrived["Subject"] == f"RE: {subject}"
    # It arrives when it was written, by the clock of the story.
    (file,) = (tmp_path / OURS / "new").iterdir()
    assert file.stat().st_mtime == now.timestamp()

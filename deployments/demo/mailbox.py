"""The mailboxes of the demo and of the sample, as an officer uses them: read a mail, reply to it.

`python -m deployments.demo.mailbox var/sample/mailboxes` lists them; with an address it prints the newest mail
there, and with `--reply` answers it, with files if wanted. The reply lies in our inbox at once.
"""

import mimetypes
from collections.abc import Sequence
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from deployments.demo.ministries import mailbox_of, store
from gongmun import clock

_PARSER = BytesParser(policy=policy.default)


def mails(mailboxes: Path, address: str) -> Sequence[EmailMessage]:
    """All mails of one mailbox, the oldest first."""
    files = [*(mailboxes / address).glob("new/*"), *(mailboxes / address).glob("cur/*")]
    return [
        _PARSER.parsebytes(file.read_bytes())
        for file in sorted(files, key=lambda file: file.stat().st_mtime_ns)
    ]


def text_of(mail: EmailMessage) -> str:
    """The text of a mail."""
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def reply(
    mail: EmailMessage, *, sender: str, text: str, files: Sequence[Path] = ()
) -> EmailMessage:
    """An officer's reply to a mail of ours, as mail programs write it, with what it quotes."""
    answer = EmailMessage(policy=policy.SMTP)
    answer["From"] = sender
    answer["To"] = str(mail["Reply-To"] or mail["From"])
    answer["Subject"] = f"RE: {mail['Subject']}"
    answer["Date"] = format_datetime(clock.now())
    answer["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    answer["In-Reply-To"] = answer["References"] = str(mail["Message-ID"])
    quoted = "".join(f"> {line}\n" for line in text_of(mail).splitlines())
    answer.set_content(f"{text}\n\n-----Original Message-----\n{quoted}", cte="base64")
    for file in files:
        kind, _, subkind = (
            mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        ).partition("/")
        answer.add_attachment(file.read_bytes(), maintype=kind, subtype=subkind, filename=file.name)
    return answer


def post(mailboxes: Path, mail: EmailMessage) -> None:
    """Lay a mail into the mailbox of whom it is for."""
    address = parseaddr(str(mail["To"]))[1]
    store(mailboxes / mailbox_of(address), f"{uuid4().hex}.reply", mail.as_bytes())


def main(
    mailboxes: Annotated[Path, typer.Argument(help="var/sample/mailboxes, var/demo/mailboxes")],
    address: Annotated[str | None, typer.Argument(help="메일함 / which mailbox")] = None,
    reply_: Annotated[
        str | None, typer.Option("--reply", help="회신 내용 / text of a reply to it")
    ] = None,
    file: Annotated[list[Path] | None, typer.Option(help="붙임 / a file of the reply")] = None,
) -> None:
    """메일함을 읽고 회신합니다. / Read the newest mail of a mailbox, reply to it."""
    if address is None:
        for folder in sorted(each.name for each in mailboxes.iterdir() if each.is_dir()):
            typer.echo(f"{len(mails(mailboxes, folder)):4}  {folder}")
        return
    found = mails(mailboxes, address)
    if not found:
        typer.echo(f"메일이 없습니다: {address} / No mail: {address}", err=True)
        raise typer.Exit(1)
    if reply_ is not None:
        answer = reply(found[-1], sender=address, text=reply_, files=file or ())
        post(mailboxes, answer)
        typer.echo(f"회신했습니다: {answer['To']} / Replied.")
        return
    typer.echo(
        f"From: {found[-1]['From']}\nSubject: {found[-1]['Subject']}\n\n{text_of(found[-1])}"
    )


if __name__ == "__main__":
    typer.run(main)

"""The mailboxes of the demo and of the sample, as an officer uses them: read a mail, reply to it.

`python -m deployments.demo.mailbox var/sample/mailboxes` lists them; with an address it prints the newest mail
there, or with `--number` an older one; `--list` says which there are. `--reply` answers it, with files if wanted:
the reply lies in our inbox at once.
"""

import mimetypes
from collections.abc import Sequence
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, make_msgid, parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from deployments.demo.ministries import mailbox_of, store
from gongmun import clock

_PARSER = BytesParser(policy=policy.default)
# CPython loses spaces between the encoded words of a header that it folds.
_UNFOLDED = policy.SMTP.clone(max_line_length=0)


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
    mail: EmailMessage,
    *,
    sender: str,
    text: str,
    files: Sequence[Path] = (),
    at: datetime | None = None,
) -> EmailMessage:
    """An officer's reply to a mail of ours, as mail programs write it, with what it quotes.

    `at` is the time of a story; now without it.
    """
    answer = EmailMessage(policy=policy.SMTP)
    answer["From"] = sender
    answer["To"] = str(mail["Reply-To"] or mail["From"])
    answer["Subject"] = f"RE: {mail['Subject']}"
    answer["Date"] = format_datetime(at or clock.now())
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
    """Lay a mail into the mailbox of whom it is for; it arrives there when it was written."""
    address = parseaddr(str(mail["To"]))[1]
    store(
        mailboxes / mailbox_of(address),
        f"{uuid4().hex}.reply",
        mail.as_bytes(policy=_UNFOLDED),
        at=parsedate_to_datetime(str(mail["Date"])),
    )


def main(
    mailboxes: Annotated[Path, typer.Argument(help="var/sample/mailboxes, var/demo/mailboxes")],
    address: Annotated[str | None, typer.Argument(help="메일함 / which mailbox")] = None,
    reply_: Annotated[
        str | None, typer.Option("--reply", help="회신 내용 / text of a reply to it")
    ] = None,
    file: Annotated[list[Path] | None, typer.Option(help="붙임 / a file of the reply")] = None,
    number: Annotated[
        int | None,
        typer.Option(help="몇 번 메일, 생략하면 최신 / which mail, the newest if left out", min=1),
    ] = None,
    list_: Annotated[
        bool, typer.Option("--list", help="메일 목록, 오래된 것부터 / all its mails, oldest first")
    ] = False,
) -> None:
    """메일함을 읽고 회신합니다. / Read the mail of a mailbox, reply to it."""
    if address is None:
        for folder in sorted(each.name for each in mailboxes.iterdir() if each.is_dir()):
            typer.echo(f"{len(mails(mailboxes, folder)):4}  {folder}")
        return
    found = mails(mailboxes, address)
    if not found:
        typer.echo(f"메일이 없습니다: {address} / No mail: {address}", err=True)
        raise typer.Exit(1)
    if list_:
        for each, mail in enumerate(found, 1):
            typer.echo(f"{each:4}  {mail['Date']}  {mail['Subject']}")
        return
    number = number or len(found)
    if number > len(found):
        typer.echo(
            f"{number}번 메일은 없습니다. 1부터 {len(found)}까지 지정해 주십시오. / "
            f"There is no mail {number}: name one from 1 to {len(found)}.",
            err=True,
        )
        raise typer.Exit(1)
    mail = found[number - 1]
    if reply_ is not None:
        answer = reply(mail, sender=address, text=reply_, files=file or ())
        post(mailboxes, answer)
        typer.echo(f"회신했습니다: {answer['To']} / Replied.")
        return
    typer.echo(f"{number}/{len(found)}  (--list, --number N)")
    typer.echo(f"From: {mail['From']}\nSubject: {mail['Subject']}\n\n{text_of(mail)}")


if __name__ == "__main__":
    typer.run(main)

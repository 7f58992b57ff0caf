"""Mails behind `gongmun reply`: those that were noted as automatic, and the files of one."""

from pathlib import Path

from gongmun import wiring
from gongmun.answers import reply_queries
from gongmun.answers.models import Reply
from gongmun.cli.files import save as save_file
from gongmun.cli.output import done, say, table
from gongmun.errors import GongmunError
from gongmun.mail.models import IncomingMail
from gongmun.text import Bilingual, shorten

_LONGEST_ENDING = 6


class RawMailDeleted(GongmunError):
    """The raw mail is not kept any more: its retention is over."""

    code = "reply.raw_mail_deleted"
    ko = "수신 메일 {incoming_id}의 원문은 보유기간이 지나 파기하였습니다. 회신 내용은 'gongmun answer show'로 볼 수 있습니다."
    en = "The raw mail {incoming_id} is kept no longer. What was answered is shown by `gongmun answer show`."


def list_automatic() -> None:
    """Print the mails that were noted as automatic replies, newest first."""
    with wiring.database().reading() as session:
        rows = [
            (mail.id, mail.sender, shorten(mail.subject or "", 60), mail.arrived_at)
            for mail in reply_queries.automatic(session)
        ]
    table(
        Bilingual(ko="자동 회신(기록만 한 메일)", en="Automatic replies, noted only"),
        (
            Bilingual(ko="메일 번호", en="id of the mail"),
            Bilingual(ko="보낸 사람", en="from"),
            Bilingual(ko="제목", en="subject"),
            Bilingual(ko="도착", en="arrived"),
        ),
        rows,
    )
    if rows:
        say("  gongmun reply take …")


def show_files(mail: IncomingMail, reply: Reply) -> None:
    """Print the files of a reply, and why one was not taken."""
    refused = {file["sha256"]: file for file in reply.refused}
    if not mail.attachments:
        return
    table(
        Bilingual(ko="파일", en="Files"),
        (
            Bilingual(ko="이름", en="name"),
            Bilingual(ko="바이트", en="bytes"),
            Bilingual(ko="받지 않은 사유", en="why it was not taken"),
        ),
        [
            (
                file["filename"],
                f"{file['size']:,}",
                Bilingual(ko=why["why_ko"], en=why["why_en"])
                if (why := refused.get(file["sha256"]))
                else None,
            )
            for file in mail.attachments
        ],
    )


def save_mail(mail: IncomingMail, folder: Path) -> None:
    """Save the raw mail and its files.

    The names are ours: what a stranger called a file is no path on this machine.
    """
    if mail.raw_deleted_at is not None:
        raise RawMailDeleted(incoming_id=mail.id)
    store = wiring.received_store()
    save_file(store.get(mail.raw_sha256), folder / "mail.eml")
    for number, file in enumerate(mail.attachments, 1):
        ending = Path(str(file["filename"])).suffix
        plain = ending if ending[1:].isalnum() and len(ending) <= _LONGEST_ENDING else ""
        save_file(store.get(file["sha256"]), folder / f"{number:02d}{plain}")
    done(
        Bilingual(
            ko=f"원문과 파일 {len(mail.attachments)}개를 저장했습니다: {folder}",
            en=f"Saved the raw mail and {len(mail.attachments)} files: {folder}",
        )
    )

"""The files of a reply: they go with a draft, or are noted with the reason why they do not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from gongmun.answers import files
from gongmun.answers.models import Channel
from gongmun.answers.scanning import Scanner
from gongmun.db import Database
from gongmun.documents import Document, FileStore, StoredFileChanged, StoredFileMissing
from gongmun.mail.models import IncomingMail
from gongmun.referrals.pausing import NotWithMinistry
from gongmun.text import Bilingual

_LARGEST_LOGO = 30 * 1024  # bytes
_NOTHING_OPEN = Bilingual(
    ko="이 공문에는 회신을 기다리는 제안이 없습니다.",
    en="Nothing of this document waits for an answer.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A file of a mail that was not taken, by its SHA-256, and why."""

    filename: str
    sha256: str
    why_ko: str
    why_en: str


def take_files(
    db: Database,
    mail: IncomingMail,
    document: Document,
    referral_id: int | None,
    *,
    store: FileStore,
    scanner: Scanner | None,
    now: datetime,
) -> tuple[int, tuple[Refused, ...]]:
    """Put the files of a mail with the draft of a referral: how many went there, and which did not.

    Raises:
        ScannerUnavailable: nobody could look at them.
        StoreUnavailable: they cannot be read or kept.
    """
    taken, refused = 0, list[Refused]()
    for file in _files(mail, document):
        why = _take_file(db, file, referral_id, store=store, scanner=scanner, now=now)
        if why is None:
            taken += 1
            continue
        refused.append(
            Refused(
                filename=str(file["filename"]),
                sha256=str(file["sha256"]),
                why_ko=why.ko,
                why_en=why.en,
            )
        )
    return taken, tuple(refused)


def _files(mail: IncomingMail, document: Document) -> Iterator[Mapping[str, object]]:
    """The files of a mail, each once.

    Without our own document, which comes back with what is quoted, and the logos of signatures; a
    picture of the size of a page, pasted into the text, is one.
    """
    seen = {document.sha256, document.signed_sha256}
    for file in mail.attachments:
        is_logo = file.get("inline") and file["size"] < _LARGEST_LOGO
        if file["sha256"] not in seen and not is_logo:
            seen.add(file["sha256"])
            yield file


def _take_file(
    db: Database,
    file: Mapping[str, object],
    referral_id: int | None,
    *,
    store: FileStore,
    scanner: Scanner | None,
    now: datetime,
) -> Bilingual | None:
    """Put a file with the draft of a referral; why not, where it is not taken."""
    if referral_id is None:
        return _NOTHING_OPEN
    try:
        files.add(
            db,
            referral_id,
            filename=str(file["filename"]),
            content=store.get(str(file["sha256"])),
            channel=Channel.MAIL,
            store=store,
            scanner=scanner,
            now=now,
        )
    except (files.FileRefused, NotWithMinistry, StoredFileMissing, StoredFileChanged) as error:
        return Bilingual(ko=error.message_ko, en=error.message_en)
    return None

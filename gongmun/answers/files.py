"""Files that come with an answer: judged by content, scanned, stored by SHA-256, listed by a random name."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.answers import queries
from gongmun.answers.filetypes import FileType, Unwanted, judge
from gongmun.answers.models import AnswerFile, Channel
from gongmun.answers.scanning import Scanner
from gongmun.db import Database
from gongmun.documents import FileStore
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.referrals import pausing
from gongmun.referrals import queries as referral_queries
from gongmun.settings import settings
from gongmun.text import Bilingual, clean_line

_FILENAME_LIMIT = 120
_MEGABYTE = 1024 * 1024
# What Windows does not take in a name, and separators, which name a folder.
_FORBIDDEN = str.maketrans('<>:"|?*/\\', "_________")


class FileRefused(GongmunError):
    """A file that is not taken. The file's own name is not repeated: it may be personal."""

    code = "answers.file_refused"
    ko = "파일을 받지 않았습니다. {reason_ko}"
    en = "The file was not taken. {reason_en}"

    @classmethod
    def because(cls, why: Bilingual) -> "FileRefused":
        """The error with its reason."""
        return cls(reason_ko=why.ko, reason_en=why.en)


class FileKept(GongmunError):
    """A file that cannot be taken back, because it was submitted or already taken back."""

    code = "answers.file_kept"
    ko = "이 파일은 이미 제출되었거나 삭제되어 지울 수 없습니다. 화면을 새로 고쳐 확인해 주십시오."
    en = "This file was submitted or removed already and cannot be removed. Reload the page."


def add(
    db: Database,
    referral_id: int,
    *,
    filename: str,
    content: bytes,
    channel: Channel,
    store: FileStore,
    scanner: Scanner | None,
    now: datetime,
    commitment_id: int | None = None,
    meeting_id: int | None = None,
) -> AnswerFile:
    """Take a file for the draft of a referral, or for a commitment or a meeting of it.

    The same content twice in one place is one file.

    Raises:
        FileRefused: by its content, its size, their number, or what the scanner found.
        ScannerUnavailable: nobody could look at it; the same call may succeed later.
        StoreUnavailable: it could not be kept; the same call may succeed later.
        NotFound: there is no such referral.
        NotWithMinistry: a draft's file, where nothing can be written any more.
    """
    kind = _judged(content, scanner)
    sha256 = hashlib.sha256(content).hexdigest()
    place = {"commitment_id": commitment_id, "meeting_id": meeting_id}
    # Asked first: nothing is kept of what nobody may send.
    with db.reading() as session:
        _require_place(session, referral_id, sha256, place)
    # Before the row: a content without a row is harmless, a row without its content is not.
    store.put(content)
    with db.transaction() as session:
        if commitment_id is None and meeting_id is None:
            pausing.required(session, referral_id)
        else:
            referral_queries.locked(session, referral_id)
        there = _require_place(session, referral_id, sha256, place)
        if there is not None:
            return there
        queries.take_files_turn(session)
        file = AnswerFile(
            referral_id=referral_id,
            name=secrets.token_hex(16),
            filename=display_name(filename, kind),
            media_type=kind.media_type,
            size=len(content),
            sha256=sha256,
            channel=channel,
            received_at=now,
            **place,
        )
        session.add(file)
        session.flush()
        _record(session, "file.received", file, now, sha256=sha256, size=file.size)
    # Again: what named this content until now may have expired in between, and the content with it.
    store.put(content)
    return file


def remove(db: Database, file_id: int, *, now: datetime) -> None:
    """Take back a file that lies with a draft: nobody is shown it any more.

    Raises:
        FileKept: it does not lie with a draft.
    """
    with db.transaction() as session:
        take_back(session, file_id, now=now)


def take_back(session: Session, file_id: int, *, now: datetime) -> None:
    """The same in the caller's transaction."""
    if not queries.remove_draft_file(session, file_id, now):
        raise FileKept()
    _record(session, "file.removed", session.get_one(AnswerFile, file_id), now)


def files_of(
    session: Session,
    referral_id: int,
    *,
    response_id: int | None = None,
    commitment_id: int | None = None,
    meeting_id: int | None = None,
) -> Sequence[AnswerFile]:
    """The files of a response, a commitment or a meeting; of the draft where none of them is named."""
    return queries.files_of(
        session,
        referral_id,
        response_id=response_id,
        commitment_id=commitment_id,
        meeting_id=meeting_id,
    )


def by_name(session: Session, name: str) -> AnswerFile:
    """The file with this random name.

    Raises:
        NotFound: there is none, or it was taken back.
    """
    return queries.file_by_name(session, name)


def display_name(filename: str, kind: FileType) -> str:
    """What a sender called a file, fit to be shown and saved: no folder, and the ending of its type."""
    name = clean_line(PurePath(filename.replace("\\", "/")).name).translate(_FORBIDDEN).rstrip(". ")
    ending = next((each for each in kind.endings if name.lower().endswith(each)), "")
    stem = name[: len(name) - len(ending)] if ending else name
    shortened = stem[:_FILENAME_LIMIT].strip(". ")
    return f"{shortened or 'file'}{ending or kind.endings[0]}"


def _judged(content: bytes, scanner: Scanner | None) -> FileType:
    limit = settings().portal.file_megabytes
    if len(content) > limit * _MEGABYTE:
        raise FileRefused.because(
            Bilingual(
                ko=f"한 파일은 {limit}MB까지 올릴 수 있습니다. 나누거나 줄여서 올려 주십시오.",
                en=f"One file may have {limit} MB. Split it or make it smaller.",
            )
        )
    kind = judge(content)
    if isinstance(kind, Unwanted):
        raise FileRefused.because(kind.why)
    if scanner is not None and scanner.finding(content):
        raise FileRefused.because(
            Bilingual(
                ko="악성 코드가 발견되었습니다. 파일을 만든 컴퓨터를 점검해 주십시오.",
                en="Malicious content was found in it. Have the computer checked that made it.",
            )
        )
    return kind


def _require_place(
    session: Session, referral_id: int, sha256: str, place: dict[str, int | None]
) -> AnswerFile | None:
    """The file with this content that is there already; None where there is room for it."""
    limit = settings().portal.files
    there = queries.files_of(session, referral_id, **place)
    same = next((each for each in there if each.sha256 == sha256), None)
    if same is None and len(there) >= limit:
        raise FileRefused.because(
            Bilingual(
                ko=f"파일은 {limit}개까지 붙일 수 있습니다. 필요 없는 파일을 지워 주십시오.",
                en=f"There may be {limit} files. Remove those that are not needed.",
            )
        )
    return same


def _record(
    session: Session, kind: str, file: AnswerFile, now: datetime, **data: str | int
) -> None:
    by_coordinator = file.channel is Channel.COORDINATOR
    ledger.record(
        session,
        kind,
        subject=("file", file.id),
        now=now,
        actor=Actor.COORDINATOR if by_coordinator else Actor.MINISTRY,
        referral_id=file.referral_id,
        **data,
    )

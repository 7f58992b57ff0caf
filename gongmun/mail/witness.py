"""The witness (발송 확인): says whether the relay accepted a message whose answer was lost.

It is asked by Message-ID. "Not seen" lets a message be sent again, so a witness that cannot look must
say that, never "not seen".
"""

import os
import re
from datetime import datetime
from pathlib import Path
from typing import Protocol

from gongmun import clock
from gongmun.errors import GongmunError

_LARGEST_HEADER = 256 * 1024
# Two changes of a folder within one tick of the clock have the same time.
_TICK_SECONDS = 2.0
# A reader moves mail from the first to the second: in this order it cannot slip past.
FOLDERS = ("new", "cur")
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)


class WitnessUnavailable(GongmunError):
    """The witness cannot look just now, so nothing may be concluded."""

    code = "mail.witness_unavailable"
    ko = (
        "발송 사본함이나 중계 서버 기록을 읽을 수 없습니다: {reason}. GONGMUN_MAIL__JOURNAL, "
        "GONGMUN_MAIL__RELAY_LOG 경로를 확인해 주십시오. 확인될 때까지 결과를 모르는 메일은 다시 보내지 "
        "않습니다."
    )
    en = (
        "The journal of sent mail, or the relay's log, cannot be read: {reason}. Check "
        "GONGMUN_MAIL__JOURNAL and GONGMUN_MAIL__RELAY_LOG. Until then no mail of unknown outcome is "
        "sent again."
    )
    retryable = True


class Witness(Protocol):
    """Knows what the relay accepted."""

    def saw(self, message_id: str) -> bool:
        """Whether the relay accepted a message with this id.

        Raises:
            WitnessUnavailable: it cannot tell at present.
        """
        ...

    def covers(self, moment: datetime) -> bool:
        """Whether "not seen", said just before, also holds for what was sent at `moment`."""
        ...


def header_of(path: Path) -> bytes:
    """The header of a stored mail; of one whose header does not end, what stands at its beginning."""
    with path.open("rb") as file:
        return _END_OF_HEADER.split(file.read(_LARGEST_HEADER), maxsplit=1)[0]


class JournalWitness:
    """A Maildir that receives a copy of all mail the relay accepted.

    Each file is read once, its headers only.
    """

    def __init__(self, maildir: Path) -> None:
        self._maildir = maildir
        self._files: set[str] = set()
        self._ids: set[str] = set()
        self._read_at: tuple[int, ...] | None = None

    def saw(self, message_id: str) -> bool:
        """As the port says."""
        if message_id not in self._ids:
            try:
                self._read_on()
            except OSError as error:
                raise WitnessUnavailable(reason=error.strerror or type(error).__name__) from error
        return message_id in self._ids

    def covers(self, moment: datetime) -> bool:
        """As the port says: a journal keeps everything."""
        return True

    def _read_on(self) -> None:
        """Read what arrived since; nothing where neither folder has changed."""
        changed_at = tuple((self._maildir / folder).stat().st_mtime_ns for folder in FOLDERS)
        if changed_at == self._read_at:
            return
        settled = clock.now().timestamp() - max(changed_at) / 1e9 > _TICK_SECONDS
        while not self._read_new_files():
            pass
        self._read_at = changed_at if settled else None

    def _read_new_files(self) -> bool:
        """Read what arrived since; False if a file was renamed meanwhile and must be looked for."""
        complete = True
        for folder in FOLDERS:
            with os.scandir(self._maildir / folder) as entries:
                arrived = [(entry.name.partition(":")[0], entry.path) for entry in entries]
            for name, path in arrived:
                if name in self._files:
                    continue
                try:
                    self._read(Path(path))
                except FileNotFoundError:
                    complete = False
                else:
                    self._files.add(name)
        return complete

    def _read(self, path: Path) -> None:
        found = _MESSAGE_ID.search(header_of(path))
        if found:
            self._ids.add(found[1].decode("ascii", "replace"))

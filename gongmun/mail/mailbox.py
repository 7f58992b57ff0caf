"""The port to the mailbox that replies come to (수신함), and a mail as it lies there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gongmun.errors import GongmunError

# Whether the mail of this (uid_validity, uid) was taken before.
IsKnown = Callable[[str, str], bool]
LONGEST_NAME = 200


class InboxUnavailable(GongmunError):
    """The inbox cannot be read: no connection, no TLS, no login, no such folder, or not all of it."""

    code = "mail.inbox_unavailable"
    ko = (
        "수신함에서 메일을 가져올 수 없습니다({reason}). GONGMUN_INBOX__ 설정과 메일 서버를 확인해 주십시오. "
        "이미 가져온 메일은 보관되어 있으며, 나머지는 다음 점검에서 가져옵니다."
    )
    en = (
        "Mail cannot be collected from the inbox ({reason}). Check the settings GONGMUN_INBOX__ and "
        "the mail server. What was collected is kept; the rest follows with the next sweep."
    )
    retryable = True


@dataclass(frozen=True, kw_only=True, slots=True)
class RawMail:
    """A mail as it lies in the mailbox: where, its bytes, and since when by the mailbox's own clock.

    `arrived_at` is None where the mailbox does not say; never what the sender wrote into the mail.
    """

    uid_validity: str
    uid: str
    content: bytes
    arrived_at: datetime | None = None


class Mailbox(Protocol):
    """Where mail comes in. Nothing in it is changed: no flag is set, nothing moved or deleted."""

    @property
    def name(self) -> str:
        """The same for the same mailbox, always; at most LONGEST_NAME characters."""
        ...

    def new(self, is_known: IsKnown) -> Iterator[RawMail]:
        """The mails that are not known, oldest first, one at a time.

        Whether somebody read a mail elsewhere does not matter. A mail that goes away meanwhile is
        left out; one that cannot be fetched is told of at the end, after all the others.

        Raises:
            InboxUnavailable: nothing, or not all, could be read.
        """
        ...

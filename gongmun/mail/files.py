"""The attachments of a batch, as they go over the wire."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from threading import Lock

from gongmun.errors import GongmunError
from gongmun.mail.message import encoded
from gongmun.mail.models import Dispatch


class AttachmentUnreadable(GongmunError):
    """A file of a message is missing, or its bytes are not those its SHA-256 names."""

    code = "mail.attachment_unreadable"
    ko = "첨부 파일 {sha256}을(를) 읽을 수 없습니다: {reason}. 문서 보관소를 확인해 주십시오."
    en = "The attachment {sha256} cannot be read: {reason}. Check the document store."


class BatchFiles:
    """The encoded attachments of a batch: each is read once and kept while it is still needed.

    Safe to share between threads, and the store is never asked by two at once.
    """

    def __init__(self, read: Callable[[str], bytes], batch: Iterable[Dispatch]) -> None:
        self._read = read
        self._uses = Counter(
            attachment["sha256"] for dispatch in batch for attachment in dispatch.attachments
        )
        self._kept: dict[str, bytes] = {}
        self._turn = Lock()

    def __call__(self, sha256: str) -> bytes:
        """The file in base64.

        Raises:
            AttachmentUnreadable: it cannot be read, or was changed.
        """
        with self._turn:
            data = self._kept.pop(sha256, None) or encoded(self._checked(sha256))
            self._uses[sha256] -= 1
            if self._uses[sha256] > 0:
                self._kept[sha256] = data
        return data

    def _checked(self, sha256: str) -> bytes:
        try:
            data = self._read(sha256)
        except (OSError, GongmunError) as error:
            raise AttachmentUnreadable(sha256=sha256, reason=type(error).__name__) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise AttachmentUnreadable(sha256=sha256, reason="other bytes than its name says")
        return data

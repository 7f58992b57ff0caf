"""Looking for malicious content in files: the port, clamd (ClamAV) behind it, and a fake.

clamd takes a file by INSTREAM: chunks with their length before them, an empty one at the end. It may run
on this machine (the path of its socket) or on another one (host:port).
"""

import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from gongmun.errors import GongmunError

_CHUNK = 64 * 1024
_REPLY_LIMIT = 4096
_SECONDS = 60.0


class ScannerUnavailable(GongmunError):
    """The scanner did not look at the file: it is not taken, and can be sent again."""

    code = "answers.scanner_unavailable"
    ko = "지금은 파일의 안전 검사를 할 수 없어 받지 못했습니다({reason}). 잠시 뒤 다시 올려 주십시오."
    en = "The file could not be scanned and was not taken ({reason}). Send it again in a while."
    retryable = True


class Scanner(Protocol):
    """Says whether a file is malicious."""

    def finding(self, content: bytes) -> str | None:
        """What was found in it, by its name; None where nothing was.

        Raises:
            ScannerUnavailable: nobody looked at it.
        """


class ClamdScanner:
    """A Scanner that asks clamd."""

    def __init__(self, where: str, *, seconds: float = _SECONDS) -> None:
        """`where` is host:port, or the path of a socket."""
        self._where = where
        self._seconds = seconds

    def finding(self, content: bytes) -> str | None:
        """See Scanner."""
        try:
            reply = self._ask(content)
        except OSError as error:
            raise ScannerUnavailable(reason=error.strerror or type(error).__name__) from error
        said = reply.rstrip("\0\n").removeprefix("stream: ")
        if said == "OK":
            return None
        if said.endswith(" FOUND"):
            return said.removesuffix(" FOUND")
        # "INSTREAM size limit exceeded. ERROR": clamd's StreamMaxLength is below our limit.
        raise ScannerUnavailable(reason=said[:80] or "clamd")

    def _ask(self, content: bytes) -> str:
        with self._connected() as connection:
            # Where it has had enough it hangs up, and may have said why.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(b"zINSTREAM\0")
                for start in range(0, len(content), _CHUNK):
                    chunk = content[start : start + _CHUNK]
                    connection.sendall(struct.pack("!I", len(chunk)) + chunk)
                connection.sendall(struct.pack("!I", 0))
            reply = bytearray()
            while len(reply) < _REPLY_LIMIT and (part := connection.recv(1024)):
                reply += part
        return reply.decode("ascii", "replace")

    def _connected(self) -> socket.socket:
        if self._where.startswith("/"):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.settimeout(self._seconds)
                connection.connect(str(Path(self._where)))
            except OSError:
                connection.close()
                raise
            return connection
        host, _, port = self._where.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=self._seconds)


class FakeScanner:
    """A Scanner for tests: finds the EICAR test file, and can be out of order."""

    MARK = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"

    def __init__(self) -> None:
        """In order."""
        self.down = False

    def finding(self, content: bytes) -> str | None:
        """See Scanner."""
        if self.down:
            raise ScannerUnavailable(reason="down")
        return "Eicar-Test-Signature" if self.MARK in content else None

"""The relay's log (중계 서버 기록), as Postfix writes it: what it took, and what the ministries' servers said.

A Message-ID leads to the relay's queue id, and that to one line for each recipient and attempt. The log
is followed as it grows and through its rotation; foreign lines and half a line at the end do no harm.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from gongmun.mail.witness import WitnessUnavailable

_LINE = re.compile(
    rb"^(?P<at>\S+) .*?/(?P<daemon>\w+)\[\d+\]: (?P<queue>[0-9A-Za-z]{6,20}): (?P<rest>.*)"
)
_MESSAGE_ID = re.compile(rb"message-id=(<[^<>\s]+>)$")
_DELIVERY = re.compile(
    rb"to=<(?P<to>[^>]*)>, (?:orig_to=<(?P<orig>[^>]*)>, )?relay=(?P<relay>[^,]*), [^()]*?"
    rb"dsn=(?P<code>\d\.\d+\.\d+), status=(?P<status>sent|bounced|deferred)\b"
)
# A filter on the relay's own machine took it: nobody else has it yet.
_OWN_FILTER = re.compile(rb"[^,]*\[(?:127\.|::1\])")
_COMPRESSED = (".gz", ".xz", ".bz2", ".zst")


class Outcome(StrEnum):
    """What the relay says of a message and a recipient."""

    SENT = "sent"  # the next server took it, or it lies in a mailbox of the relay
    BOUNCED = "bounced"
    DEFERRED = "deferred"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """The last line about one recipient: what happened, and the enhanced status code."""

    outcome: Outcome
    code: str


class RelayLog:
    """The log of the relay, read as far as it has grown. Also a witness: see `saw` and `covers`.

    `domain` is that of our Message-IDs: mail of others on the same relay is passed over.
    """

    def __init__(self, path: Path, *, domain: str) -> None:
        self._path = path
        self._ours = f"@{domain}>".encode()
        # How far each file was read, by its first line: that stays when a file is renamed or copied.
        self._read_to: dict[bytes, int] = {}
        self._ids: dict[
            bytes, bytes
        ] = {}  # Message-ID by queue id, while the message is in the queue
        self._taken: set[bytes] = set()
        self._deliveries: dict[bytes, dict[str, Delivery]] = {}
        self._first: datetime | None = None
        self._last: datetime | None = None

    def saw(self, message_id: str) -> bool:
        """Whether the relay took a message with this id.

        Raises:
            WitnessUnavailable: the log cannot be read.
        """
        self.read()
        return message_id.encode() in self._taken

    def covers(self, moment: datetime) -> bool:
        """Whether what happened at `moment` would stand in what was read.

        It needs time stamps with a year (RFC 3339, as rsyslog writes them by default).
        """
        return (
            self._first is not None
            and self._last is not None
            and self._first <= moment <= self._last
        )

    def delivery(self, message_id: str, address: str) -> Delivery | None:
        """What became of a message on its way to `address`, as far as the log was read."""
        return self._deliveries.get(message_id.encode(), {}).get(address.lower())

    def read(self) -> None:
        """Read what was written since.

        Raises:
            WitnessUnavailable: the log cannot be read.
        """
        try:
            files = {_first_line(path): path for path in (*self._rotated(), self._path)}
            if self._read_to and not files.keys() & self._read_to.keys():
                # It was rotated more than once since: what stood between is not known.
                self._first = None
                self._ids.clear()
            self._read_to = {
                first: self._read(path, self._read_to.get(first, 0))
                for first, path in files.items()
                if first
            }
        except OSError as error:
            raise WitnessUnavailable(reason=error.strerror or type(error).__name__) from error

    def _rotated(self) -> Iterator[Path]:
        """The file that the log was last rotated to, where it is not compressed yet."""
        files = [
            path
            for pattern in (".1", "-*")
            for path in self._path.parent.glob(self._path.name + pattern)
            if not path.name.endswith(_COMPRESSED)
        ]
        if files:
            yield max(files, key=lambda path: path.stat().st_mtime)

    def _read(self, path: Path, begin: int) -> int:
        """Read on in a file; how far it is read now."""
        with path.open("rb") as file:
            file.seek(0, 2)
            # Shorter than before under the same first line: written anew by a restored backup.
            file.seek(begin if begin <= file.tell() else 0)
            position = file.tell()
            for line in file:
                if not line.endswith(b"\n"):
                    break  # it is still being written
                position += len(line)
                self._take(line)
        return position

    def _take(self, line: bytes) -> None:
        found = _LINE.match(line)
        if found is None:
            return
        self._note_time(found["at"])
        queue, rest = found["queue"], found["rest"]
        if found["daemon"] == b"cleanup":
            named = _MESSAGE_ID.match(rest)
            if named is not None:
                self._ids.pop(queue, None)  # queue ids are used again
                if named[1].endswith(self._ours):
                    self._ids[queue] = named[1]
                    # A mail that came back and was released again: what became of it before is past.
                    self._deliveries.pop(named[1], None)
            return
        message_id = self._ids.get(queue)
        if message_id is None:
            return
        if rest == b"removed":
            del self._ids[queue]
        elif rest.endswith(b"(queue active)"):
            self._taken.add(message_id)
        elif rest.endswith(b"status=expired, returned to sender"):
            self._expire(message_id)
        else:
            self._deliver(message_id, found["daemon"], rest)

    def _deliver(self, message_id: bytes, daemon: bytes, rest: bytes) -> None:
        found = _DELIVERY.match(rest)
        if found is None:
            return
        outcome = Outcome(found["status"].decode())
        if daemon == b"smtp" and outcome is Outcome.SENT and _OWN_FILTER.match(found["relay"]):
            return
        delivery = Delivery(outcome=outcome, code=found["code"].decode())
        for address in filter(None, (found["to"], found["orig"])):
            deliveries = self._deliveries.setdefault(message_id, {})
            deliveries[address.decode("ascii", "replace").lower()] = delivery

    def _expire(self, message_id: bytes) -> None:
        for address, last in self._deliveries.get(message_id, {}).items():
            if last.outcome is Outcome.DEFERRED:
                returned = Delivery(outcome=Outcome.BOUNCED, code=last.code)
                self._deliveries[message_id][address] = returned

    def _note_time(self, written: bytes) -> None:
        try:
            moment = datetime.fromisoformat(written.decode("ascii", "replace"))
        except ValueError:
            return
        if moment.tzinfo is not None:
            self._first, self._last = self._first or moment, moment


def _first_line(path: Path) -> bytes:
    """The first line of a file, or nothing where it is not written to its end yet."""
    with path.open("rb") as file:
        line = file.readline()
    return line if line.endswith(b"\n") else b""

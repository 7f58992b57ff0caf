"""The ports of the simulated installation: a relay, an inbox, a printer and a store, each with its faults."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import BytesHeaderParser

from gongmun.documents import FakeRenderer
from gongmun.documents.printing import Page, RenderedPdf, RenderTimedOut
from gongmun.documents.store import StoredFileMissing, StoreUnavailable
from gongmun.mail.mailbox import InboxUnavailable, IsKnown, RawMail
from gongmun.mail.mailer import ConnectionCut, Notices, RelayUnreachable, Reply, refusal
from gongmun.simulation import faults
from gongmun.simulation.faults import Injector

_CODES = {"4xx": 451, "greylisted": 450, "5xx": 554}
_WORDS = {"4xx": "4.3.0 try later", "greylisted": "4.7.1 greylisted", "5xx": "5.7.1 refused"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """A mail that the relay has, whether or not its answer came back."""

    at: datetime
    recipient: str
    message_id: str
    # The address that notices of non-delivery go to.
    return_to: str
    size: int


@dataclass(slots=True)
class Relay:
    """See `Mailer`. What it took is `arrived`, in order; `unread` is what no ministry has looked at yet."""

    injector: Injector
    now: Callable[[], datetime]
    connections: int = 1
    arrived: list[Arrived] = field(default_factory=list)
    unread: deque[Arrived] = field(default_factory=deque)
    # What they say, by their Message-ID, until somebody has looked at it.
    contents: dict[str, bytes] = field(default_factory=dict)

    @contextmanager
    def connection(self) -> Iterator["_Connection"]:
        """As the port says."""
        if self.injector.at(faults.CONNECT):
            raise RelayUnreachable(reason="connection refused")
        yield _Connection(self)

    def saw(self, message_id: str) -> bool:
        """See `Witness`: the relay's own book."""
        return any(each.message_id == message_id for each in self.arrived)

    def covers(self, moment: datetime) -> bool:
        """See `Witness`: it forgets nothing."""
        return True


@dataclass(slots=True)
class _Connection:
    relay: Relay
    sender: str = ""
    recipient: str | None = None

    def envelope(self, sender: str, recipient: str, notices: Notices | None = None) -> None:
        """As the port says."""
        self.recipient = None
        self._fail(self.relay.injector.at(faults.ENVELOPE))
        self.sender, self.recipient = sender, recipient

    def data(self, message: bytes) -> Reply:
        """As the port says. Cut after the dot, the relay has it and nobody here knows."""
        recipient, self.recipient = self.recipient, None
        if recipient is None:
            raise refusal(503, "no envelope")
        fault = self.relay.injector.at(faults.DATA)
        if fault not in ("cut_after_dot", "kill_after"):
            self._fail(fault)
        mail = Arrived(
            at=self.relay.now(),
            recipient=recipient,
            message_id=BytesHeaderParser().parsebytes(message)["Message-ID"],
            return_to=self.sender,
            size=len(message),
        )
        self.relay.arrived.append(mail)
        self.relay.unread.append(mail)
        self.relay.contents[mail.message_id] = message
        if fault == "kill_after":
            self.relay.injector.kill()
        if fault == "cut_after_dot":
            raise ConnectionCut(reason="connection lost after the data")
        return Reply(code=250, text="ok")

    def _fail(self, fault: str | None) -> None:
        if fault in ("cut", "hang"):
            raise ConnectionCut(reason="timed out" if fault == "hang" else "connection lost")
        if fault is not None:
            raise refusal(_CODES[fault], _WORDS[fault])


@dataclass(slots=True)
class Inbox:
    """See `Mailbox`: mails lie here from the moment they arrive at."""

    injector: Injector
    now: Callable[[], datetime]
    name: str = "simulation"
    mails: list[tuple[datetime, bytes]] = field(default_factory=list)
    # How many were there when it was last read to the end.
    seen: int = 0

    @property
    def has_new(self) -> bool:
        """Whether something lies there that was not taken to the end."""
        return self.seen < len([at for at, _ in self.mails if at <= self.now()])

    def post(self, at: datetime, content: bytes) -> None:
        """A mail comes in."""
        self.mails.append((at, content))
        self.mails.sort(key=lambda mail: mail[0])

    def new(self, is_known: IsKnown) -> Iterator[RawMail]:
        """As the port says."""
        if self.injector.at(faults.INBOX):
            raise InboxUnavailable(reason="timed out")
        there = [(at, content) for at, content in self.mails if at <= self.now()]
        for at, content in there:
            uid = hashlib.sha256(content).hexdigest()[:16]
            if not is_known("1", uid):
                yield RawMail(uid_validity="1", uid=uid, content=content, arrived_at=at)
        self.seen = len(there)


class Printer(FakeRenderer):
    """See `Renderer`: prints in its caller's turn, so that the same seed does the same things in the same order."""

    workers = 0

    def __init__(self, injector: Injector) -> None:
        """A printer that fails when the injector says so."""
        super().__init__()
        self._injector = injector

    def render(self, page: Page) -> RenderedPdf:
        """As the port says."""
        if self._injector.at(faults.RENDER):
            raise RenderTimedOut(seconds=60)
        printed = super().render(page)
        self.pages.clear()
        return printed


@dataclass(slots=True)
class Store:
    """See `FileStore`: in memory, which survives whatever happens to a process."""

    injector: Injector
    files: dict[str, bytes] = field(default_factory=dict)

    def put(self, content: bytes) -> str:
        """As the port says."""
        if self.injector.at(faults.STORE):
            raise StoreUnavailable(reason="no space left on device")
        sha256 = hashlib.sha256(content).hexdigest()
        self.files[sha256] = content
        return sha256

    def get(self, sha256: str) -> bytes:
        """As the port says."""
        try:
            return self.files[sha256]
        except KeyError:
            raise StoredFileMissing(sha256=sha256) from None

    def remove(self, sha256: str) -> None:
        """As the port says."""
        self.files.pop(sha256, None)

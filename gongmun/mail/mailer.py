"""The port to the relay (중계 서버), its errors, and a fake of it.

The port has the shape of the outbox's three steps: the envelope is harmless to repeat, the message
itself is not. So a caller commits "sending" between `envelope` and `data`.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from gongmun.errors import GongmunError


class RelayUnreachable(GongmunError):
    """The relay takes no mail at all: no connection, no TLS, no login, or our sender is refused."""

    code = "mail.relay_unreachable"
    ko = (
        "메일 중계 서버를 사용할 수 없습니다: {reason}. 주소, 인증서, 계정(GONGMUN_MAIL__…)을 확인해 "
        "주십시오. 발송된 것은 없으며 다음 점검 때 다시 시도합니다."
    )
    en = (
        "The mail relay cannot be used: {reason}. Check its address, certificate and account "
        "(GONGMUN_MAIL__…). Nothing was sent; the next sweep tries again."
    )
    retryable = True


class RelayRefused(GongmunError):
    """The relay refused this recipient or this message, for good (5xx)."""

    code = "mail.refused"
    ko = "메일 중계 서버가 거부했습니다({reply} {text}). 수신 주소를 확인한 뒤 다시 보내 주십시오."
    en = "The mail relay refused ({reply} {text}). Check the address, then release the dispatch."


class RelayDeferred(RelayRefused):
    """The relay refused this recipient or this message for now (4xx)."""

    code = "mail.deferred"
    ko = "메일 중계 서버가 잠시 받지 않습니다({reply} {text}). 자동으로 다시 시도합니다."
    en = "The mail relay refused for now ({reply} {text}). It is tried again by itself."
    retryable = True


class ConnectionCut(GongmunError):
    """The connection ended, or the relay fell silent, before it gave a proper answer.

    Out of `envelope` this is harmless. Out of `data` nobody knows whether the relay has the message.
    """

    code = "mail.connection_cut"
    ko = "메일 중계 서버의 응답을 받지 못했습니다: {reason}. 도착 여부를 확인해 주십시오."
    en = "The mail relay gave no answer: {reason}. Find out whether the message arrived."
    retryable = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The relay's answer that it has the message."""

    code: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Notices:
    """The notices (DSN, RFC 3461) that a message asks for: of delay and failure, and of success too.

    `envelope_id` comes back in each. A notice returns the headers of the message, never its body.
    """

    envelope_id: str
    success: bool


class Connection(Protocol):
    """An open connection to the relay, for one message after another."""

    def envelope(self, sender: str, recipient: str, notices: Notices | None = None) -> None:
        """Announce a message; any envelope before is forgotten.

        A relay that does not know `notices` is not asked for them.

        Raises:
            RelayRefused: for this recipient; RelayDeferred for now.
            RelayUnreachable: nothing can be sent to anybody.
            ConnectionCut: no answer; the next envelope connects anew.
        """
        ...

    def data(self, message: bytes) -> Reply:
        """Send the message (CRLF lines) of the envelope announced before.

        Raises:
            RelayRefused: the relay does not have it; RelayDeferred: for now.
            ConnectionCut: the relay may have it or not.
        """
        ...


class Mailer(Protocol):
    """Where mail leaves."""

    @property
    def connections(self) -> int:
        """How many connections may be open at once, each in a thread of its own."""
        ...

    def connection(self) -> AbstractContextManager[Connection]:
        """Connect, for the time of the block.

        Raises:
            RelayUnreachable: no connection, no TLS or no login.
        """
        ...


def refusal(code: int, text: str) -> RelayRefused:
    """The error for a reply of 400 to 599."""
    return (
        RelayRefused(reply=code, text=text) if code >= 500 else RelayDeferred(reply=code, text=text)
    )


@dataclass(kw_only=True, slots=True)
class FakeMailer:
    """A relay in memory, which does what it is told to.

    `refusing` and `refusing_data` map a recipient to the reply it gets; recipients in `cutting` lose
    the connection before the envelope is answered, those in `cutting_data` while the message is sent.
    """

    connections: int = 1
    reachable: bool = True
    refusing: Mapping[str, int] = field(default_factory=dict)
    refusing_data: Mapping[str, int] = field(default_factory=dict)
    # What it says with a refusal.
    words: str = "fake"
    cutting: frozenset[str] = frozenset()
    cutting_data: frozenset[str] = frozenset()
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    # Of each message in `sent`: the return address, and the notices asked for.
    envelopes: list[tuple[str, Notices | None]] = field(default_factory=list)

    @contextmanager
    def connection(self) -> Iterator["_FakeConnection"]:
        """As the port says."""
        if not self.reachable:
            raise RelayUnreachable(reason="fake")
        yield _FakeConnection(self)


@dataclass(slots=True)
class _FakeConnection:
    mailer: FakeMailer
    recipient: str | None = None
    announced: tuple[str, Notices | None] = ("", None)

    def envelope(self, sender: str, recipient: str, notices: Notices | None = None) -> None:
        self.recipient, self.announced = None, (sender, notices)
        if recipient in self.mailer.cutting:
            raise ConnectionCut(reason="fake")
        if recipient in self.mailer.refusing:
            raise refusal(self.mailer.refusing[recipient], self.mailer.words)
        self.recipient = recipient

    def data(self, message: bytes) -> Reply:
        recipient, self.recipient = self.recipient, None
        if recipient is None:
            raise refusal(503, "no envelope")
        if recipient in self.mailer.cutting_data:
            raise ConnectionCut(reason="fake")
        if recipient in self.mailer.refusing_data:
            raise refusal(self.mailer.refusing_data[recipient], "fake")
        self.mailer.sent.append((recipient, message))
        self.mailer.envelopes.append(self.announced)
        return Reply(code=250, text="ok")

"""Real SMTP servers on loopback (aiosmtpd) that misbehave as told, one recipient at a time."""

import asyncio
import ipaddress
import ssl
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deployments.demo.ministries import JOURNAL, maildir, store
from gongmun import clock

HOST = "127.0.0.1"


class Behaviour(StrEnum):
    """What happens to a message for a recipient; anybody else's is accepted."""

    GREYLIST_TWICE = "450 at RCPT, the first two times"
    NO_SUCH_MAILBOX = "550 at RCPT"
    TEMPORARY_AT_DATA = "451 after the message"
    REFUSED_AT_DATA = "554 after the message"
    CUT_AT_RCPT = "connection dropped at RCPT"
    CUT_INSIDE_DATA = "connection dropped after 354"
    CUT_AFTER_DATA = "stored, and the connection dropped instead of the answer"
    HANG_AFTER_DATA = "stored, and no answer ever"
    CLOSING_AFTER_DATA = "accepted, and the connection dropped after the answer"


@dataclass(kw_only=True)
class Relay:
    """An aiosmtpd handler that stores what it accepts, per mailbox and in a journal."""

    root: Path
    behaviours: Mapping[str, Behaviour] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        maildir(self.journal)

    @property
    def journal(self) -> Path:
        """The Maildir with a copy of all."""
        return self.root / JOURNAL

    def stored(self, address: str) -> list[bytes]:
        """The messages in a mailbox."""
        return [path.read_bytes() for path in (self.root / address / "new").glob("*")]

    async def handle_RCPT(  # noqa: N802 (aiosmtpd names it)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.tries[address] += 1
        match self.behaviours.get(address):
            case Behaviour.GREYLIST_TWICE if self.tries[address] <= 2:
                return "450 4.7.1 greylisted, come back later"
            case Behaviour.NO_SUCH_MAILBOX:
                return "550 5.1.1 no such mailbox"
            case Behaviour.CUT_AT_RCPT:
                _cut(server)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        [address] = envelope.rcpt_tos
        assert isinstance(envelope.content, bytes)
        behaviour = self.behaviours.get(address)
        if behaviour is Behaviour.TEMPORARY_AT_DATA:
            return "451 4.3.0 try again later"
        if behaviour is Behaviour.REFUSED_AT_DATA:
            return "554 5.7.1 we do not like this"
        name = uuid4().hex
        store(self.root / address, name, envelope.content)
        store(self.journal, name, envelope.content)
        match behaviour:
            case Behaviour.CUT_AFTER_DATA:
                _cut(server)
            case Behaviour.HANG_AFTER_DATA:
                await asyncio.Event().wait()
            case Behaviour.CLOSING_AFTER_DATA:
                await server.push(f"250 2.0.0 queued as {name}")
                _cut(server)
        return f"250 2.0.0 queued as {name}"


def _cut(server: SMTP) -> None:
    assert server.transport is not None
    server.transport.close()
    raise ConnectionResetError


class _Server(SMTP):
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        relay: Relay = self.event_handler
        assert self.envelope is not None
        if Behaviour.CUT_INSIDE_DATA in map(relay.behaviours.get, self.envelope.rcpt_tos):
            await self.push("354 go on")
            _cut(self)
        await super().smtp_DATA(arg)


@contextmanager
def running(
    root: Path,
    behaviours: Mapping[str, Behaviour] | None = None,
    *,
    starttls: ssl.SSLContext | None = None,
    implicit: ssl.SSLContext | None = None,
    accounts: Mapping[str, str] | None = None,
) -> Iterator[Relay]:
    """A relay in a thread for the time of the block.

    With `accounts` (names and passwords) it takes mail only after a login.
    """
    relay = Relay(root=root, behaviours=behaviours or {})
    options: dict[str, Any] = {"hostname": "relay.example", "tls_context": starttls}
    if accounts is not None:
        options |= {
            "auth_required": True,
            "auth_require_tls": False,
            "authenticator": lambda _server, _session, _envelope, _mechanism, login: AuthResult(
                success=accounts.get(login.login.decode()) == login.password.decode(),
                handled=False,
            ),
        }

    sessions: list[_Server] = []

    def factory() -> SMTP:
        relay.connections += 1
        with warnings.catch_warnings():
            # aiosmtpd warns of a login without STARTTLS, also where the connection began with TLS.
            warnings.simplefilter("ignore")
            sessions.append(_Server(relay, loop=asyncio.get_running_loop(), **options))
        return sessions[-1]

    started: Future[Callable[[], object]] = Future()

    async def body() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        server = await loop.create_server(factory, HOST, 0, ssl=implicit)
        relay.port = server.sockets[0].getsockname()[1]
        started.set_result(lambda: loop.call_soon_threadsafe(task.cancel))
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            for session in sessions:
                if session.transport is not None:
                    session.transport.abort()

    def run() -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(body())

    thread = threading.Thread(target=run, name="relay")
    thread.start()
    stop = started.result()
    try:
        yield relay
    finally:
        stop()
        thread.join()


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """A self-signed certificate for loopback."""

    context: ssl.SSLContext
    file: Path


def certificate(folder: Path, *hosts: str) -> Certificate:
    """Make one, also for these hosts; a client trusts it by `SSL_CERT_FILE=file`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(hours=1))
        .not_valid_after(clock.now() + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address(HOST)), *map(x509.DNSName, hosts)]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, key_file = folder / "relay.pem", folder / "relay.key"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key_file)
    return Certificate(context=context, file=file)

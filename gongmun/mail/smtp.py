"""The mailer over SMTP: a sync face on aiosmtplib, the only module that knows it.

aiosmtplib's connection lives on an event loop in a private thread, so that callers need none and may
have one of their own.
"""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self, TypeVar

import aiosmtplib

from gongmun.mail.mailer import (
    Connection,
    ConnectionCut,
    Notices,
    RelayUnreachable,
    Reply,
    refusal,
)
from gongmun.settings import MailSettings, TlsMode

_T = TypeVar("_T")
# A relay may check a message for long after it has the whole of it (RFC 5321 asks for ten minutes of
# patience), and giving up there costs a person's decision. So this answer is waited for longer.
_FINAL_PATIENCE = 10
_LONGEST_PATIENCE = 600.0
_START_INPUT = 354
_CLOSING = 421


class SmtpMailer:
    """Mail over SMTP, by the settings: TLS with a verified certificate unless for a test relay."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self.connections = settings.connections

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """As the port says. The connection is reused for all messages, and made anew when it drops."""
        with _Loop() as loop:
            connection = _SmtpConnection(self._settings, loop)
            try:
                loop.run(connection.connect())
                yield connection
            finally:
                loop.run(connection.close())


class _Loop:
    """An event loop in a thread of its own; it runs while something is asked of it."""

    def __enter__(self) -> Self:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gongmun-smtp")
        self._runner = asyncio.Runner()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._thread:
            self._thread.submit(self._runner.close).result()

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self._thread.submit(self._runner.run, work).result()


class _Client(aiosmtplib.SMTP):
    def close(self) -> None:
        """Cut the connection now.

        What of a message is not on its way yet must not follow later, and a TLS connection that waits
        for the other side's farewell would outlive its loop.
        """
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        super().close()


class _SmtpConnection:
    """One connection at a time to the relay."""

    def __init__(self, settings: MailSettings, loop: _Loop) -> None:
        password = settings.password.get_secret_value() if settings.password else None
        self._timeout = settings.timeout
        self._loop = loop
        self._announced = False
        self._client = _Client(
            hostname=settings.host,
            port=settings.port,
            username=settings.username,
            password=password,
            # The name we greet with: without it the library looks this machine up in the DNS.
            local_hostname=settings.sender.rpartition("@")[2],
            timeout=settings.timeout,
            use_tls=settings.tls is TlsMode.IMPLICIT,
            start_tls=settings.tls is TlsMode.STARTTLS,
        )

    async def connect(self) -> None:
        """Connect, protect the connection, log in."""
        self._announced = False
        try:
            await self._client.connect()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:  # ValueError: a bad name
            raise RelayUnreachable(reason=_reason(error)) from error

    async def close(self) -> None:
        """Take leave politely where that is still possible."""
        if self._client.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError):
                await self._client.quit()
        self._client.close()

    def envelope(self, sender: str, recipient: str, notices: Notices | None = None) -> None:
        """As the port says."""
        self._loop.run(self._envelope(sender, recipient, notices))

    async def _envelope(self, sender: str, recipient: str, notices: Notices | None) -> None:
        try:
            await self._begin(sender, notices)
        except (aiosmtplib.SMTPException, OSError) as error:
            if isinstance(error, aiosmtplib.SMTPResponseException) and error.code != _CLOSING:
                # The relay objects to us, not to a recipient: that would hit every message alike.
                raise RelayUnreachable(reason=_reason(error)) from error
            # The connection dropped since the last message: make it anew, once.
            self._client.close()
            await self.connect()
            try:
                await self._begin(sender, notices)
            except (aiosmtplib.SMTPException, OSError) as again:
                raise RelayUnreachable(reason=_reason(again)) from again
        try:
            await self._client.rcpt(recipient, options=self._recipient_options(recipient, notices))
        except (aiosmtplib.SMTPException, OSError) as error:
            if isinstance(error, aiosmtplib.SMTPResponseException) and _is_refusal(error.code):
                raise refusal(error.code, error.message) from error
            self._client.close()
            raise ConnectionCut(reason=_reason(error)) from error

    async def _begin(self, sender: str, notices: Notices | None) -> None:
        if self._announced:
            await self._client.rset()
        if notices is not None and self._client.is_ehlo_or_helo_needed:
            # What the relay knows must be known before; one that refuses EHLO gets the HELO of `mail`.
            with suppress(aiosmtplib.SMTPHeloError):
                await self._client.ehlo()
        await self._client.mail(sender, options=self._sender_options(notices))
        self._announced = True

    def _sender_options(self, notices: Notices | None) -> Sequence[str]:
        if notices is None or not self._knows_notices():
            return ()
        return ("RET=HDRS", f"ENVID={_xtext(notices.envelope_id)}")

    def _recipient_options(self, recipient: str, notices: Notices | None) -> Sequence[str]:
        if notices is None or not self._knows_notices():
            return ()
        wanted = "SUCCESS,FAILURE,DELAY" if notices.success else "FAILURE,DELAY"
        return (f"NOTIFY={wanted}", f"ORCPT=rfc822;{_xtext(recipient)}")

    def _knows_notices(self) -> bool:
        # Without it, a 555 to an option would look like a permanent failure of a good address.
        return self._client.supports_extension("dsn")

    def data(self, message: bytes) -> Reply:
        """As the port says."""
        return self._loop.run(self._data(message))

    async def _data(self, message: bytes) -> Reply:
        self._announced = False
        try:
            reply = await self._exchange(message)
        except (aiosmtplib.SMTPException, OSError) as error:
            self._client.close()
            raise ConnectionCut(reason=_reason(error)) from error
        if _is_refusal(reply.code):
            raise refusal(reply.code, reply.text)
        return reply

    async def _exchange(self, message: bytes) -> Reply:
        """Send the message; the relay's answer, which is a 2xx or a refusal.

        aiosmtplib's own `data` normalises the line ends of the whole message by two regular
        expressions, which takes longer than all the rest; ours are CRLF already.
        """
        code, text = await self._client.execute_command(b"DATA")
        protocol = self._client.protocol
        if code == _START_INPUT and protocol is not None:
            protocol.write(_stuffed(message) + b".\r\n")
            patience = min(self._timeout * _FINAL_PATIENCE, _LONGEST_PATIENCE)
            code, text = await protocol.read_response(timeout=patience)
            if 200 <= code < 300:
                return Reply(code=code, text=text)
        if not _is_refusal(code):
            raise aiosmtplib.SMTPResponseException(code, text)
        return Reply(code=code, text=text)


def _stuffed(message: bytes) -> bytes:
    """The message with each dot at the begin of a line doubled (RFC 5321, section 4.5.2)."""
    # Ours are nearly all base64, without dots: to cut at them takes a thirtieth of a search for CRLF
    # and a dot.
    pieces = message.split(b".")
    if pieces[0] and not any(piece.endswith(b"\r\n") for piece in pieces[:-1]):
        return message
    return (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:]


def _xtext(text: str) -> str:
    """Printable ASCII as RFC 3461 (section 4) writes it in an option."""
    return "".join(f"+{ord(c):02X}" if c in "+=" else c for c in text)


def _is_refusal(code: int) -> bool:
    return 400 <= code < 600


def _reason(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"
    return f"{type(error).__name__}: {error}"

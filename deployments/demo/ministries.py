"""The demo's ministries: a mail relay on loopback that keeps what it accepts.

Each message is stored in `<root>/<address>/`, a Maildir, and in `<root>/journal`, a Maildir too,
before it is answered for. The journal serves the product as its witness. Whoever asks for it is told of
the delivery (DSN), and mail to an address with a tag (`name+tag@…`) lies in the mailbox of the name. No
mail leaves the machine.
"""

import asyncio
import os
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from deployments.demo.notices import SERVER, notice

JOURNAL = "journal"
_HOST = "127.0.0.1"
_RECIPIENT = re.compile(rb"TO:\s*<([!-.0-;=?A-\[\]-~]+@[!-.0-;=?A-\[\]-~]+)>", re.IGNORECASE)
_MAILBOX = re.compile(r"[!-.0-;=?A-\[\]-~]+@[!-.0-;=?A-\[\]-~]+")
_SENDER = re.compile(rb"FROM:\s*<([^<>\s]*)>(?:.*\bENVID=(\S+))?", re.IGNORECASE)
_WANTS_SUCCESS = re.compile(rb"\bNOTIFY=[A-Z,]*\bSUCCESS\b", re.IGNORECASE)
_LARGEST_MESSAGE = 50 * 1024 * 1024


@dataclass(kw_only=True, slots=True)
class _Envelope:
    """Of one message: whose it is, for whom, and whether its delivery is to be told."""

    sender: str = ""
    envelope_id: str | None = None
    recipient: str | None = None
    wants_success: bool = False


class Ministries:
    """What the relay stores and whom it refuses; `handle` serves one connection.

    Mail to those in `refuse` is refused at once, mail to those in `bounce` is accepted and comes back.
    """

    def __init__(
        self,
        root: Path,
        refuse: frozenset[str] = frozenset(),
        bounce: frozenset[str] = frozenset(),
    ) -> None:
        self._root = root
        self._refuse = frozenset(address.lower() for address in refuse)
        self._bounce = frozenset(address.lower() for address in bounce)
        # The journal exists before its first message: a witness must be able to look into it.
        maildir(root / JOURNAL)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak SMTP until the client leaves."""
        envelope = _Envelope()
        # A client that goes away or sends an endless line just ends its own connection.
        with suppress(ConnectionError, ValueError):
            await _answer(writer, f"220 {SERVER} ESMTP")
            while line := await reader.readline():
                verb, _, rest = line.strip().partition(b" ")
                match verb.upper():
                    case b"EHLO" | b"HELO":
                        envelope = _Envelope()
                        await _answer(writer, f"250-{SERVER}")
                        await _answer(writer, "250 DSN")
                    case b"MAIL":
                        envelope = _announced(rest)
                        await _answer(writer, "250 2.0.0 ok")
                    case b"RSET":
                        envelope = _Envelope()
                        await _answer(writer, "250 2.0.0 ok")
                    case b"NOOP":
                        await _answer(writer, "250 2.0.0 ok")
                    case b"RCPT":
                        envelope.recipient = await self._recipient(rest, writer)
                        envelope.wants_success = bool(_WANTS_SUCCESS.search(rest))
                    case b"DATA":
                        await self._data(envelope, reader, writer)
                        envelope = _Envelope()
                    case b"QUIT":
                        await _answer(writer, "221 2.0.0 goodbye")
                        break
                    case _:
                        await _answer(writer, "502 5.5.1 not implemented")
        writer.close()

    async def _recipient(self, rest: bytes, writer: asyncio.StreamWriter) -> str | None:
        """The address of a RCPT command, or None after refusing it."""
        found = _RECIPIENT.match(rest)
        if found is None:
            await _answer(writer, "553 5.1.3 not a mailbox")
            return None
        address = found[1].decode("ascii").lower()
        if address in self._refuse:
            await _answer(writer, "550 5.1.1 no such mailbox")
            return None
        await _answer(writer, "250 2.1.5 ok")
        return address

    async def _data(
        self, envelope: _Envelope, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if envelope.recipient is None:
            await _answer(writer, "503 5.5.1 no recipient")
            return
        await _answer(writer, "354 end with a dot on a line of its own")
        message = await _message(reader)
        name = f"{uuid4().hex}.ministries"
        store(self._root / JOURNAL, name, message)
        if envelope.recipient in self._bounce:
            self._tell("failed", envelope, message)
        else:
            store(self._root / mailbox_of(envelope.recipient), name, message)
            if envelope.wants_success:
                self._tell("delivered", envelope, message)
        await _answer(writer, f"250 2.0.0 queued as {name}")

    def _tell(self, action: str, envelope: _Envelope, message: bytes) -> None:
        if envelope.recipient is None or _MAILBOX.fullmatch(envelope.sender) is None:
            return  # a notice itself has no sender: nobody is told of it
        written = notice(
            action,
            sender=envelope.sender,
            recipient=envelope.recipient,
            envelope_id=envelope.envelope_id,
            message=message,
        )
        store(self._root / mailbox_of(envelope.sender), f"{uuid4().hex}.notice", written)


def _announced(rest: bytes) -> _Envelope:
    found = _SENDER.match(rest)
    if found is None:
        return _Envelope()
    envelope_id = found[2].decode("ascii", "replace") if found[2] else None
    return _Envelope(sender=found[1].decode("ascii", "replace").lower(), envelope_id=envelope_id)


def mailbox_of(address: str) -> str:
    """The mailbox that mail to `address` lies in: without the tag."""
    name, _, domain = address.rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


async def _answer(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(line.encode("ascii") + b"\r\n")
    await writer.drain()


async def _message(reader: asyncio.StreamReader) -> bytes:
    lines: list[bytes] = []
    size = 0
    while (line := await reader.readline()) != b".\r\n":
        size += len(line)
        if not line.endswith(b"\n") or size > _LARGEST_MESSAGE:
            raise ConnectionError
        lines.append(line.removeprefix(b"."))
    return b"".join(lines)


def maildir(folder: Path) -> None:
    """Make `folder` a Maildir."""
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(parents=True, exist_ok=True)


def store(folder: Path, name: str, message: bytes, *, at: datetime | None = None) -> None:
    """Add a message to the Maildir `folder`: it is there wholly or not at all. Arrived `at`, else now."""
    maildir(folder)
    written = folder / "tmp" / name
    written.write_bytes(message)
    if at is not None:
        os.utime(written, (at.timestamp(), at.timestamp()))
    written.rename(folder / "new" / name)


async def serve(ministries: Ministries, announce: Callable[[int], None]) -> None:
    """Serve on a free port of loopback until cancelled; `announce` is told the port."""
    server = await asyncio.start_server(ministries.handle, _HOST, 0)
    announce(server.sockets[0].getsockname()[1])
    try:
        await asyncio.Event().wait()
    finally:
        server.close()


@contextmanager
def running(
    root: Path, refuse: frozenset[str] = frozenset(), bounce: frozenset[str] = frozenset()
) -> Iterator[int]:
    """Serve in a thread for the time of the block; the port."""
    started: Future[tuple[int, Callable[[], object]]] = Future()

    async def body() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def stop() -> object:
            return loop.call_soon_threadsafe(task.cancel)

        await serve(Ministries(root, refuse, bounce), lambda port: started.set_result((port, stop)))

    def run() -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(body())

    thread = threading.Thread(target=run, name="ministries")
    thread.start()
    port, stop = started.result()
    try:
        yield port
    finally:
        stop()
        thread.join()


def main(
    root: Annotated[Path, typer.Option(help="Folder of the mailboxes and of the journal.")],
    port_file: Annotated[Path, typer.Option(help="Written with the port once it is open.")],
    refuse: Annotated[list[str] | None, typer.Option(help="A mailbox that does not exist.")] = None,
) -> None:
    """Serve until interrupted."""

    def announce(port: int) -> None:
        # Renamed into place, so that whoever waits for the file never reads half of it.
        written = port_file.with_suffix(".new")
        written.write_text(f"{port}\n")
        written.rename(port_file)

    with suppress(KeyboardInterrupt):
        asyncio.run(serve(Ministries(root, frozenset(refuse or ())), announce))


if __name__ == "__main__":
    typer.run(main)

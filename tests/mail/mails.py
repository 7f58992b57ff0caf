"""Mails as they come in: the samples of this folder, and ones put together from parts."""

from email.utils import format_datetime
from pathlib import Path

from gongmun.clock import SEOUL
from tests.conftest import NOW

SAMPLES = Path(__file__).with_name("samples")
INBOX = "reply@participation.example"
# The token and Message-ID that the samples name.
TOKEN = "7hq2m9d4xk3v8t1n"
MESSAGE_ID = "<4tqzk2v7w5yr3mh6bnd8xg@participation.example>"
RECIPIENT = "office@molit.example"


def sample(name: str) -> bytes:
    """The mail of this file."""
    return (SAMPLES / f"{name}.eml").read_bytes()


def samples() -> list[str]:
    """The names of all."""
    return sorted(path.stem for path in SAMPLES.glob("*.eml"))


def mail(*headers: str, body: bytes | str = "", kind: str = "text/plain; charset=utf-8") -> bytes:
    """A mail with these headers; From, To, Date and Message-ID where they do not name them."""
    given = {header.partition(":")[0].lower() for header in headers}
    usual = {
        "From": RECIPIENT,
        "To": f"reply+{TOKEN}@participation.example",
        "Subject": "Re: report",
        "Date": format_datetime(NOW.astimezone(SEOUL)),
        "Message-ID": "<answer@molit.example>",
        "MIME-Version": "1.0",
        "Content-Type": kind,
    }
    lines = [f"{name}: {value}" for name, value in usual.items() if name.lower() not in given]
    head = "\r\n".join([*headers, *lines]).encode("utf-8", "surrogateescape")
    return head + b"\r\n\r\n" + (body.encode() if isinstance(body, str) else body)


def multipart(kind: str, *parts: bytes | str, boundary: str = "b0") -> tuple[str, bytes]:
    """Content type and body of a multipart; each part brings its own headers."""
    pieces = [part.encode() if isinstance(part, str) else part for part in parts]
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + piece + b"\r\n" for piece in pieces)
    return f'multipart/{kind}; boundary="{boundary}"', body + f"--{boundary}--\r\n".encode()

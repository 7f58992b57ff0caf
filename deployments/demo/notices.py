"""Notices that a mail server writes about a mail (RFC 3464): delivered, or not."""

from email.utils import format_datetime
from uuid import uuid4

from gongmun import clock

SERVER = "ministries.example"
_WORDS = {
    "delivered": ("Successful Mail Delivery Report", "2.0.0", "smtp; 250 2.0.0 ok"),
    "failed": ("Undelivered Mail Returned to Sender", "5.1.1", "smtp; 550 5.1.1 no such mailbox"),
}


def notice(
    action: str, *, sender: str, recipient: str, envelope_id: str | None, message: bytes
) -> bytes:
    """The notice to `sender` that its `message` for `recipient` was `delivered`, or has `failed`."""
    subject, status, diagnostic = _WORDS[action]
    boundary = f"=_{uuid4().hex}"
    head = message.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    lines = [
        f"From: Mail Delivery System <MAILER-DAEMON@{SERVER}>",
        f"To: <{sender}>",
        f"Subject: {subject}",
        f"Date: {format_datetime(clock.now())}",
        f"Message-ID: <{uuid4().hex}@{SERVER}>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"',
        "",
        f"--{boundary}",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        f"{subject}: <{recipient}>",
        f"--{boundary}",
        "Content-Type: message/delivery-status",
        "",
        f"Reporting-MTA: dns; {SERVER}",
        *([f"Original-Envelope-Id: {envelope_id}"] if envelope_id else []),
        "",
        f"Final-Recipient: rfc822; {recipient}",
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: {diagnostic}",
        "",
        f"--{boundary}",
        "Content-Type: text/rfc822-headers; charset=us-ascii",
        "",
        head,
        f"--{boundary}--",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")

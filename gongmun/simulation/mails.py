"""Mails that ministries and their servers write: replies, absences, notices of non-delivery."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from gongmun.clock import SEOUL


def reply(
    *,
    sender: str,
    to: str,
    subject: str,
    text: str,
    at: datetime,
    references: str | None = None,
    automatic: bool = False,
) -> bytes:
    """A mail of an officer, or of the machine that says he is away."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(at.astimezone(SEOUL))
    # Two mails of the same words are two mails.
    message["Message-ID"] = f"<{at:%Y%m%d%H%M%S%f}.{len(text)}@{sender.rpartition('@')[2]}>"
    if references:
        message["In-Reply-To"] = references
        message["References"] = references
    if automatic:
        message["Auto-Submitted"] = "auto-replied"
    message.set_content(text, cte="base64")
    return message.as_bytes()


def bounce(*, to: str, recipient: str, message_id: str, code: str, at: datetime) -> bytes:
    """A notice of non-delivery as RFC 3464 has it."""
    server = recipient.rpartition("@")[2]
    return "\r\n".join(
        (
            "Return-Path: <>",
            f"From: Mail Delivery System <MAILER-DAEMON@{server}>",
            f"To: {to}",
            "Subject: Undelivered Mail Returned to Sender",
            f"Date: {format_datetime(at.astimezone(SEOUL))}",
            f"Message-ID: <{at:%Y%m%d%H%M%S%f}.bounce@{server}>",
            "Auto-Submitted: auto-replied",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b0"',
            "",
            "--b0",
            "Content-Type: text/plain; charset=utf-8",
            "",
            "The mail could not be delivered.",
            "--b0",
            "Content-Type: message/delivery-status",
            "",
            f"Reporting-MTA: dns; {server}",
            "",
            f"Final-Recipient: rfc822; {recipient}",
            "Action: failed",
            f"Status: {code}",
            f"Diagnostic-Code: smtp; 550 {code} no such mailbox",
            "",
            "--b0",
            "Content-Type: text/rfc822-headers",
            "",
            f"Message-ID: {message_id}",
            f"To: {recipient}",
            "",
            "--b0--",
            "",
        )
    ).encode()

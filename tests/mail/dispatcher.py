"""A dispatcher to be killed: sends what is due until nothing is, as a process of its own."""

from gongmun import clock
from gongmun.db import Database
from gongmun.mail import dispatch_due
from gongmun.mail.smtp import SmtpMailer
from gongmun.settings import MailSettings, TlsMode

CONNECTIONS = 2


def work(url: str, port: int) -> None:
    """Send all."""
    db = Database(url)
    mailer = SmtpMailer(
        MailSettings(
            host="127.0.0.1", port=port, tls=TlsMode.NONE, test_relay=True, connections=CONNECTIONS
        )
    )
    while dispatch_due(
        db, mailer=mailer, attachments=lambda _: b"", now=clock.now(), owner="killed", limit=50
    ).accepted:
        pass

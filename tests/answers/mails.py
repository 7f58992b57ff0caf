"""Mails as Korean offices write them, put into an inbox and taken up by the real services."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from gongmun.answers import reply_queries
from gongmun.answers.content import Content
from gongmun.answers.models import Channel, Reply
from gongmun.answers.replies import ReplyReport, take_replies
from gongmun.answers.scanning import Scanner
from gongmun.answers.submitting import record
from gongmun.mail import Dispatch, collecting
from gongmun.mail.mailbox import RawMail
from gongmun.mail.tokens import address_with
from gongmun.referrals.models import ResponseDecision
from tests.world import LADDER, World

OFFICER = "hong@molit.example"
INBOX = "forum@participation.example"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def reply_to(
    dispatch: Dispatch | None,
    text: str,
    *,
    sender: str = OFFICER,
    subject: str = "답장",
    tokens: Sequence[str] | None = None,
    references: Sequence[str] = (),
    files: Sequence[tuple[str, bytes]] = (),
    headers: Sequence[tuple[str, str]] = (),
    sent_at: datetime | None = None,
) -> bytes:
    """A mail of an officer; with `dispatch`, to the address with its token."""
    message = EmailMessage()
    message["From"] = f"홍길동 <{sender}>"
    codes = tokens if tokens is not None else ([dispatch.token] if dispatch else [])
    message["To"] = ", ".join(address_with(code) or INBOX for code in codes) or INBOX
    message["Subject"] = subject
    if sent_at:
        message["Date"] = format_datetime(sent_at)
    if references:
        message["In-Reply-To"] = references[-1]
        message["References"] = " ".join(references)
    for name, value in headers:
        message[name] = value
    message.set_content(text, cte="base64")
    for name, content in files:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


def answered(world: World, referral_id: int) -> None:
    """The ministry has refused, by telephone."""
    content = Content(decision=ResponseDecision.NOT_ACCEPTED, reason="다른 제도와 중복됩니다.")
    record(world.db, referral_id, content=content, channel=Channel.COORDINATOR, now=world.now)


@dataclass
class Inbox:
    """The inbox of an installation: what is posted is collected, read and taken up."""

    world: World
    scanner: Scanner | None = None
    name: str = "test"
    mails: list[bytes] = field(default_factory=list)
    # Since when the mailbox has a mail, where it says so.
    arrivals: dict[bytes, datetime] = field(default_factory=dict)

    def new(self, is_known: Callable[[str, str], bool]) -> Iterator[RawMail]:
        """See `Mailbox`."""
        for number, content in enumerate(self.mails):
            if not is_known("1", str(number)):
                arrived_at = self.arrivals.get(content)
                yield RawMail(
                    uid_validity="1", uid=str(number), content=content, arrived_at=arrived_at
                )

    def take(self, *mails: bytes, now: datetime | None = None) -> ReplyReport:
        """One sweep, after these mails have come in."""
        now = now or self.world.now
        self.mails += mails
        store = self.world.store
        collecting.collect(self.world.db, mailbox=self, keep=store.put, now=now)
        collecting.read(self.world.db, raw=store.get, keep=store.put, now=now)
        return take_replies(
            self.world.db, store=store, scanner=self.scanner, ladder=LADDER, now=now
        )

    def reply(self, *mails: bytes, now: datetime | None = None) -> Reply:
        """The one reply that these mails became."""
        report = self.take(*mails, now=now)
        assert report.problems == ()
        (reply_id,) = (*report.filed, *report.held)
        return self.read(reply_id)

    def read(self, reply_id: int) -> Reply:
        """A reply as it is now."""
        with self.world.db.reading() as session:
            return reply_queries.by_id(session, reply_id)

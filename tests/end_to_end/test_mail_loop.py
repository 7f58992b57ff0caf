"""The whole way of a mail, by a real relay and a real IMAP server: out, back, and what becomes of it.

The ministries' officers are played by a plain SMTP client. Everything of ours is real, except that the
pages are printed by the fake printer.
"""

import smtplib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from sqlalchemy import select

from gongmun.answers import reply_queries
from gongmun.answers.files import files_of
from gongmun.answers.models import ReplyStatus
from gongmun.answers.replies import ReplyReport, take_replies
from gongmun.db import Database
from gongmun.documents import LocalStore
from gongmun.mail import Dispatch, OutgoingMessage, enqueue, queries
from gongmun.mail.collecting import collect, read
from gongmun.mail.delivering import DeliveryReport, note_notices
from gongmun.mail.imap import ImapMailbox
from gongmun.mail.life import Status
from gongmun.mail.models import IncomingKind, IncomingMail, Proof
from gongmun.mail.proving import note_proofs
from gongmun.mail.relay_log import RelayLog
from gongmun.mail.smtp import SmtpMailer
from gongmun.organisations import ContactHealth, ContactRole, set_contact
from gongmun.organisations.models import Contact
from gongmun.referrals.life import Status as ReferralStatus
from gongmun.referrals.models import Referral
from gongmun.settings import settings
from tests import mail_servers
from tests.answers.samples import pdf
from tests.mail_servers import (
    BACKUP,
    FULL,
    GONE,
    GREYLISTED,
    OFFICE,
    OURS,
    REPLIES,
    UNKNOWN,
    MailServers,
)
from tests.smtp_servers import HOST
from tests.world import LADDER, World

_reason = mail_servers.why_not()
pytestmark = [pytest.mark.long, pytest.mark.skipif(_reason is not None, reason=_reason or "")]
FILE = "회신 공문(통계 제안 검토 결과).pdf"
_PARSER = BytesParser(policy=policy.default)


@pytest.fixture(scope="module")
def _servers() -> Iterator[MailServers]:
    with mail_servers.running() as servers:
        yield servers


@pytest.fixture
def servers(_servers: MailServers, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServers]:
    """The servers, with empty mailboxes; the settings of an installation that uses them."""
    inbox, mail = _servers.inbox, _servers.mail
    assert inbox.password is not None
    for name, value in {
        "MAIL__SENDER": mail.sender,
        "INBOX__HOST": inbox.host,
        "INBOX__USERNAME": inbox.username,
        "INBOX__PASSWORD": inbox.password.get_secret_value(),
        "INBOX__TLS": "none",
        "INBOX__TEST_SERVER": "true",
        "INBOX__ADDRESS": inbox.address,
    }.items():
        monkeypatch.setenv(f"GONGMUN_{name}", str(value))
    settings.cache_clear()
    yield _servers
    monkeypatch.undo()
    settings.cache_clear()
    _servers.empty()


@dataclass
class Loop:
    """An installation of ours on the servers, and the officers at the other end."""

    servers: MailServers
    world: World
    referrals: Sequence[int] = field(default=())

    @property
    def db(self) -> Database:
        return self.world.db

    def send(self, *, to: str = OFFICE, topics: Sequence[str] = ("statistics",)) -> list[Dispatch]:
        """Outcomes to ministries whose contact is `to`; their dispatches."""
        with self.db.transaction() as session:
            for contact in session.scalars(select(Contact)):
                contact.email = to if contact.role is ContactRole.PRIMARY else BACKUP
        self.referrals = self.world.dispatched(*topics)
        return self.mails()

    def mails(self) -> list[Dispatch]:
        """All dispatches."""
        with self.db.reading() as session:
            return list(session.scalars(select(Dispatch).order_by(Dispatch.id)))

    def collect(self, count: int) -> Sequence[IncomingMail]:
        """Collect, once the inbox holds `count` mails; what was read."""
        self.servers.wait_for(REPLIES, count)
        store, now = self._received(), self.world.now
        mailbox = ImapMailbox(self.servers.inbox)
        collect(self.db, mailbox=mailbox, keep=store.put, now=now)
        read(self.db, raw=store.get, keep=store.put, now=now)
        assert collect(self.db, mailbox=mailbox, keep=store.put, now=now).new == 0
        with self.db.reading() as session:
            return session.scalars(select(IncomingMail).order_by(IncomingMail.id)).all()

    def _received(self) -> LocalStore:
        return LocalStore(self.world.folder / "received", ending="")

    def note(self, now: datetime | None = None) -> DeliveryReport:
        """Take up the notices."""
        return note_notices(self.db, now=now or self.world.now)

    def take(self) -> ReplyReport:
        """Take up the replies."""
        return take_replies(
            self.db, store=self._received(), scanner=None, ladder=LADDER, now=self.world.now
        )

    def at_the_ministry(self, address: str = OFFICE, count: int = 1) -> EmailMessage:
        """The newest of `count` mails that an officer finds."""
        message = _PARSER.parsebytes(self.servers.wait_for(address, count)[-1])
        assert isinstance(message, EmailMessage)
        return message

    def write(self, message: EmailMessage, to: str) -> None:
        """Mail of an officer."""
        with smtplib.SMTP(HOST, self.servers.smtp) as client:
            client.send_message(message, from_addr=OFFICE, to_addrs=[to])

    def referral(self) -> Referral:
        """The one referral."""
        [referral_id] = self.referrals
        return self.world.referral(referral_id)


@pytest.fixture
def loop(servers: MailServers, sqlite_db: Database, tmp_path: Path, now: datetime) -> Loop:
    world = World(db=sqlite_db, folder=tmp_path, now=now)
    world.mailer = SmtpMailer(servers.mail)  # type: ignore[assignment]
    return Loop(servers=servers, world=world)


def _reply(mail: EmailMessage, text: str, *, to: str | None = None) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"홍길동 <{OFFICE}>"
    message["To"] = to or str(mail["Reply-To"])
    message["Subject"] = f"RE: {mail['Subject']}"
    message["In-Reply-To"] = message["References"] = mail["Message-ID"]
    message.set_content(text)
    return message


def _address(mail: EmailMessage) -> str:
    address: str = mail["Reply-To"].addresses[0].addr_spec
    return address


def test_there_and_back_again(loop: Loop) -> None:
    """Sent, delivered, proved, answered with a file, collected, filed, acknowledged."""
    [dispatch] = loop.send()
    mail = loop.at_the_ministry()
    assert _address(mail) == f"reply+{dispatch.token}@{OURS}"
    assert str(mail["Return-Path"]) == f"<{_address(mail)}>"
    [attached] = [p for p in mail.iter_attachments() if p.get_content_type() == "application/pdf"]
    assert attached.get_filename()
    answer = _reply(
        mail, "접수번호 통계정책과-1234 로 접수하였습니다.\n검토 결과를 붙임과 같이 보냅니다."
    )
    answer.add_attachment(pdf(), maintype="application", subtype="pdf", filename=FILE)
    loop.write(answer, _address(mail))

    incoming = {one.kind: one for one in loop.collect(2)}
    assert set(incoming) == {IncomingKind.DELIVERED, IncomingKind.REPLY}
    assert loop.note() == DeliveryReport(delivered=1)
    [arrived] = loop.mails()
    assert (arrived.status, arrived.proof) == (Status.DELIVERED, Proof.DSN)

    reply = incoming[IncomingKind.REPLY]
    assert reply.tokens == [dispatch.token]
    assert dispatch.message_id in reply.references
    [file] = reply.attachments
    assert file["filename"] == FILE
    report = loop.take()
    assert (len(report.filed), report.held, report.problems) == (1, (), ())
    with loop.db.reading() as session:
        filed = reply_queries.by_id(session, report.filed[0])
        assert filed.document_id == dispatch.document_id
        assert [one.filename for one in files_of(session, loop.referrals[0])] == [FILE]
    # A mail never decides: it acknowledges, and opens the draft.
    referral = loop.referral()
    assert referral.status is ReferralStatus.ACKNOWLEDGED
    assert referral.registration_number == "통계정책과-1234"


def test_a_hard_bounce_reaches_the_backup_contact(loop: Loop) -> None:
    [dispatch] = loop.send(to=GONE)
    assert dispatch.status is Status.ACCEPTED
    loop.collect(1)
    assert loop.note() == DeliveryReport(bounced=1, replaced=1)
    later = loop.world.now + timedelta(minutes=10)
    assert loop.world.dispatch(later).accepted == 1
    mail = loop.at_the_ministry(BACKUP)
    first, backup = loop.mails()
    assert (first.status, first.last_error) == (Status.BOUNCED, "5.1.1")
    assert mail["Message-ID"] == backup.message_id
    assert loop.referral().dispatched_at == later
    loop.collect(2)
    assert loop.note() == DeliveryReport(delivered=1)
    assert loop.mails()[1].status is Status.DELIVERED
    with loop.db.reading() as session:
        broken = session.scalars(select(Contact).where(Contact.email == GONE)).first()
        assert broken is not None
        assert broken.health is ContactHealth.HARD


def test_a_full_mailbox_is_noted_and_left_to_a_person(loop: Loop) -> None:
    loop.send(to=FULL)
    loop.collect(1)
    assert loop.note() == DeliveryReport(bounced=1)
    [dispatch] = loop.mails()
    assert (dispatch.status, dispatch.last_error) == (Status.BOUNCED, "5.2.2")


def test_a_greylisted_mail_is_tried_again_and_arrives(loop: Loop) -> None:
    [dispatch] = loop.send(to=GREYLISTED)
    assert (dispatch.status, dispatch.attempts) == (Status.QUEUED, 1)
    assert loop.referral().status is ReferralStatus.APPROVED
    soon = loop.world.now + timedelta(minutes=4)
    assert loop.world.dispatch(soon).accepted == 0
    later = loop.world.now + timedelta(minutes=15)
    assert loop.world.dispatch(later).accepted == 1
    assert loop.at_the_ministry(GREYLISTED)
    assert loop.referral().dispatched_at == later


def test_what_the_relay_refuses_with_a_550_goes_to_the_backup_at_once(loop: Loop) -> None:
    dispatch, backup = loop.send(to=UNKNOWN)
    assert dispatch.status is Status.FAILED
    assert (dispatch.last_error or "").startswith("550 5.1.1")
    assert (backup.status, backup.instead_of_id) == (Status.QUEUED, dispatch.id)
    assert loop.referral().status is ReferralStatus.APPROVED
    assert loop.world.dispatch().accepted == 1
    assert loop.at_the_ministry(BACKUP)
    assert loop.referral().status is ReferralStatus.DISPATCHED
    with loop.db.reading() as session:
        assert queries.needing_a_person(session) == []


def test_an_absence_note_stops_nothing_and_is_not_answered(loop: Loop) -> None:
    loop.send()
    mail = loop.at_the_ministry()
    absent = _reply(mail, "부재중입니다. 10월 20일에 복귀합니다.")
    absent.replace_header("Subject", "자동 회신: 부재중")
    absent["Auto-Submitted"] = "auto-replied"
    loop.write(absent, _address(mail))
    kinds = {one.kind for one in loop.collect(2)}
    assert kinds == {IncomingKind.DELIVERED, IncomingKind.AUTO_REPLY}
    before = loop.referral()
    report = loop.take()
    assert (report.noted, report.filed, report.held) == (1, (), ())
    after = loop.referral()
    assert (after.status, after.answer_due) == (ReferralStatus.DISPATCHED, before.answer_due)
    assert loop.world.dispatch().accepted == 0
    assert len(loop.servers.stored(OFFICE)) == 1


def test_a_mail_with_three_tokens_waits_in_the_holding_pen(loop: Loop) -> None:
    dispatches = loop.send(topics=("statistics", "housing", "finance"))
    assert len({dispatch.document_id for dispatch in dispatches}) == 3
    loop.at_the_ministry(count=len(loop.mails()))
    addresses = [f"reply+{dispatch.token}@{OURS}" for dispatch in dispatches]
    message = EmailMessage()
    message["From"] = OFFICE
    message["To"] = ", ".join(addresses)
    message["Subject"] = "세 건에 대한 회신"
    message.set_content("세 건을 함께 회신합니다.")
    loop.write(message, addresses[0])
    incoming = loop.collect(len(loop.mails()) + 1)
    [reply] = [one for one in incoming if one.kind is IncomingKind.REPLY]
    assert set(reply.tokens) == {dispatch.token for dispatch in dispatches}
    report = loop.take()
    assert (report.filed, len(report.held)) == ((), 1)
    with loop.db.reading() as session:
        held = reply_queries.by_id(session, report.held[0])
        assert held.status is ReplyStatus.HELD
        assert set(held.candidates) >= {dispatch.document_id for dispatch in dispatches}


def test_an_address_typed_from_paper_is_understood(loop: Loop) -> None:
    [dispatch] = loop.send()
    # Nobody can choose a token: this one gets characters that look like others.
    with loop.db.transaction() as session:
        session.get_one(Dispatch, dispatch.id).token = "0123456789abcde1"
    message = EmailMessage()
    message["From"] = OFFICE
    message["Subject"] = "회신"
    message["To"] = typed = f"Reply+Ol23456789ABCDEI@{OURS}"
    message.set_content("접수하였습니다.")
    loop.write(message, typed)
    loop.collect(2)
    report = loop.take()
    assert (len(report.filed), report.held) == (1, ())


def test_the_log_of_a_real_relay_proves_the_same(loop: Loop) -> None:
    [dispatch] = loop.send()
    with loop.db.transaction() as session:
        enqueue(
            session,
            OutgoingMessage(
                key="second",
                intent="chase",
                organisation_code=dispatch.organisation_code,
                address=GONE,
                subject="x",
                body="y",
            ),
            loop.world.now,
        )
    assert loop.world.dispatch().accepted == 1
    loop.servers.wait_for(REPLIES, 2)
    log = RelayLog(loop.servers.log, domain=OURS)
    assert log.saw(dispatch.message_id)
    assert not log.saw("<never@participation.example>")
    report = note_proofs(loop.db, journal=None, relay_log=log, now=loop.world.now)
    assert report == DeliveryReport(delivered=1, bounced=1)
    delivered, bounced = loop.mails()
    assert (delivered.status, delivered.proof) == (Status.DELIVERED, Proof.RELAY_LOG)
    assert (bounced.status, bounced.last_error) == (Status.BOUNCED, "5.1.1")
    # The notices tell the same, a little later, and change nothing.
    loop.collect(2)
    assert loop.note() == DeliveryReport(unmatched=2)
    assert [mail.status for mail in loop.mails()] == [Status.DELIVERED, Status.BOUNCED]


def test_a_coordinator_corrects_the_contact_and_the_next_mail_arrives(loop: Loop) -> None:
    [dispatch] = loop.send(to=GONE)
    loop.collect(1)
    loop.note()
    set_contact(loop.db, dispatch.organisation_code, ContactRole.PRIMARY, OFFICE, loop.world.now)
    with loop.db.reading() as session:
        contact = session.scalars(select(Contact).where(Contact.email == OFFICE)).one()
    assert contact.health is ContactHealth.OK

"""The parts of this installation, made from its settings: one place for flows, CLI and demo.

Each part is made once a process. Nothing is opened before its first use.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from gongmun.answers.scanning import ClamdScanner, Scanner
from gongmun.db import Database
from gongmun.db.schema import load_models
from gongmun.documents import FileStore, LocalStore, RenderPool
from gongmun.documents.bucket_store import bucket_store
from gongmun.documents.signing import Signer
from gongmun.mail import JournalWitness, Witness
from gongmun.mail.imap import ImapMailbox
from gongmun.mail.mailbox import Mailbox
from gongmun.mail.maildir import MaildirMailbox
from gongmun.mail.message import id_domain
from gongmun.mail.relay_log import RelayLog
from gongmun.mail.smtp import SmtpMailer
from gongmun.referrals import ladder as ladders
from gongmun.settings import settings


@lru_cache(maxsize=1)
def database() -> Database:
    """The database of the settings.

    A process may need few rooms, but SQLAlchemy writes a row only where it knows every table that the
    row's table refers to.
    """
    load_models()
    return Database(settings().database_url)


def file_store() -> FileStore:
    """Where rendered documents lie."""
    return _store(settings().document_store, ending=".pdf")


def received_store() -> FileStore:
    """Where what came in lies: files of answers, and mails as they were received."""
    return _store(settings().received_store, ending="")


def _store(place: Path | str, *, ending: str) -> FileStore:
    if isinstance(place, Path):
        return LocalStore(place, ending=ending)
    return bucket_store(place, ending=ending)


def scanner() -> Scanner | None:
    """clamd, where the settings name one; files are not scanned without."""
    where = settings().portal.clamd
    return ClamdScanner(where) if where else None


@contextmanager
def renderer() -> Iterator[RenderPool]:
    """Render workers, for the block."""
    with RenderPool(workers=settings().render_workers, timeout=settings().render_timeout) as pool:
        yield pool


@lru_cache(maxsize=1)
def signer() -> Signer | None:
    """The agency's key, where the settings name one; documents are not signed without.

    Raises:
        SigningKeyUnusable: the settings name one that cannot be used.
    """
    # pyHanko is imported only where something is signed.
    from gongmun.documents import pades

    refused_pin = settings().var / "signing-pin-refused"
    return pades.from_settings(settings().signing, refused_pin=refused_pin)


def mailer() -> SmtpMailer:
    """The relay of the settings."""
    return SmtpMailer(settings().mail)


def inbox() -> Mailbox | None:
    """The mailbox that replies come to, where the settings name one."""
    where = settings().inbox
    if where.maildir:
        return MaildirMailbox(where.maildir)
    return ImapMailbox(where) if where.host else None


@lru_cache(maxsize=1)
def journal() -> Witness | None:
    """The journal of what the relay accepted, where the settings name one."""
    maildir = settings().mail.journal
    return JournalWitness(maildir) if maildir else None


@lru_cache(maxsize=1)
def relay_log() -> RelayLog | None:
    """The relay's log, where the settings name one."""
    mail = settings().mail
    return RelayLog(mail.relay_log, domain=id_domain(mail.sender)) if mail.relay_log else None


def witness() -> Witness | None:
    """Who is asked about a mail whose answer was lost: the journal, which keeps everything, or the log."""
    return journal() or relay_log()


def ladder() -> ladders.Ladder:
    """The ladder of this installation."""
    return ladders.load(settings().ladder or ladders.DEFAULT)

"""The parts of this installation, made from its settings: one place for flows, CLI and demo.

Each part is made once a process. Nothing is opened before its first use.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from gongmun.db import Database
from gongmun.documents import LocalStore, RenderPool
from gongmun.documents.signing import Signer
from gongmun.mail import JournalWitness, Witness
from gongmun.mail.smtp import SmtpMailer
from gongmun.referrals import ladder as ladders
from gongmun.settings import settings


@lru_cache(maxsize=1)
def database() -> Database:
    """The database of the settings."""
    return Database(settings().database_url)


def file_store() -> LocalStore:
    """Where rendered documents lie."""
    return LocalStore(settings().document_store)


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


@lru_cache(maxsize=1)
def witness() -> Witness | None:
    """The journal of what the relay accepted, where the settings name one."""
    journal = settings().mail.journal
    return JournalWitness(journal) if journal else None


def ladder() -> ladders.Ladder:
    """The ladder of this installation."""
    return ladders.load(settings().ladder or ladders.DEFAULT)

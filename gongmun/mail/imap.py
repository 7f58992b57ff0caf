"""The inbox over IMAP, by imap-tools: the only module that knows it.

The folder is opened for reading only and mails are fetched with BODY.PEEK: nobody who shares the
mailbox finds a mail marked as read, and nothing here depends on what they have read.
"""

import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from imaplib import IMAP4

from imap_tools import (
    BaseMailBox,
    ImapToolsError,
    MailBox,
    MailboxFetchError,
    MailBoxStartTls,
    MailBoxUnencrypted,
)

from gongmun.mail.mailbox import LONGEST_NAME, InboxUnavailable, IsKnown, RawMail
from gongmun.settings import InboxSettings, TlsMode

# ValueError: a host name or an answer that cannot be.
_TROUBLE = (ImapToolsError, IMAP4.error, OSError, ValueError)
_LONGEST_REASON = 200
_INTERNAL_DATE = re.compile(rb'\bINTERNALDATE "([^"]{1,40})"', re.IGNORECASE)


class ImapMailbox:
    """A folder of an IMAP account, by the settings; certificates are verified."""

    def __init__(self, settings: InboxSettings) -> None:
        self._settings = settings
        host = (settings.host or "").lower()
        # Without the port: another door to the same mailbox.
        self.name = f"imap:{settings.username}@{host}/{settings.folder}"[:LONGEST_NAME]

    def new(self, is_known: IsKnown) -> Iterator[RawMail]:
        """As the port says. One connection, for as long as the mails are taken."""
        refused = 0
        with self._opened() as box:
            validity = _uid_validity(box)
            uids = sorted(box.uids("ALL", charset=None), key=int)
            for uid in uids:
                if is_known(validity, uid):
                    continue
                try:
                    mail = _mail(box, validity, uid)
                except IMAP4.abort:
                    raise
                except (MailboxFetchError, IMAP4.error):
                    refused += 1
                    continue
                if mail is not None:
                    yield mail
        if refused:
            raise InboxUnavailable(reason=f"{refused} mails cannot be fetched")

    @contextmanager
    def _opened(self) -> Iterator[BaseMailBox]:
        """Connected, logged in, and the folder opened for reading."""
        box: BaseMailBox | None = None
        try:
            box = self._connected()
            self._log_in(box)
            box.folder.set(self._settings.folder, readonly=True)
            yield box
        except _TROUBLE as error:
            if box is not None:
                # A farewell would be waited for once more.
                with suppress(*_TROUBLE):
                    box.client.shutdown()
            raise InboxUnavailable(reason=_reason(error)) from error
        except BaseException:
            with suppress(*_TROUBLE):
                box.logout() if box is not None else None
            raise
        else:
            with suppress(*_TROUBLE):
                box.logout()

    def _connected(self) -> BaseMailBox:
        host, port, timeout = (
            self._settings.host or "",
            self._settings.port,
            self._settings.timeout,
        )
        if self._settings.tls is TlsMode.NONE:
            return MailBoxUnencrypted(host, port, timeout=timeout)
        # imaplib's own context would verify nothing.
        context = ssl.create_default_context()
        if self._settings.tls is TlsMode.STARTTLS:
            return MailBoxStartTls(host, port, timeout=timeout, ssl_context=context)
        return MailBox(host, port, timeout=timeout, ssl_context=context)

    def _log_in(self, box: BaseMailBox) -> None:
        username = self._settings.username or ""
        password = self._settings.password.get_secret_value() if self._settings.password else ""
        # LOGIN is ASCII only.
        log_in = box.login if (username + password).isascii() else box.login_utf8
        log_in(username, password, initial_folder=None)


def _uid_validity(box: BaseMailBox) -> str:
    _, values = box.client.response("UIDVALIDITY")
    if not values or not isinstance(values[0], bytes):
        raise InboxUnavailable(reason="the server tells no UIDVALIDITY")
    return values[0].decode("ascii", "replace")


def _mail(box: BaseMailBox, validity: str, uid: str) -> RawMail | None:
    """The whole mail, and since when the server has it; None if it is gone."""
    status, answer = box.client.uid("FETCH", uid, "(INTERNALDATE BODY.PEEK[])")
    if status != "OK":
        raise MailboxFetchError((status, answer), "OK")
    # A literal comes as a pair: what stood before it, and its bytes. Only the server's own words are
    # searched for the date: a mail may hold anything.
    content = next((bytes(part[1]) for part in answer if isinstance(part, tuple)), None)
    if content is None:
        return None
    said = [part[0] if isinstance(part, tuple) else part for part in answer]
    return RawMail(
        uid_validity=validity,
        uid=uid,
        content=content,
        arrived_at=_internal_date([part for part in said if isinstance(part, bytes)]),
    )


def _internal_date(said: Sequence[bytes]) -> datetime | None:
    """When the server took the mail (INTERNALDATE, RFC 3501); None where it says nothing readable."""
    found = next(filter(None, map(_INTERNAL_DATE.search, said)), None)
    if found is None:
        return None
    try:
        moment = parsedate_to_datetime(found[1].decode("ascii", "replace").strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _reason(error: Exception) -> str:
    line = " ".join(f"{type(error).__name__}: {error}".encode("ascii", "replace").decode().split())
    return line[:_LONGEST_REASON]

"""The inbox over IMAP, by imap-tools: the only module that knows it.

The folder is opened for reading only and mails are fetched with BODY.PEEK: nobody who shares the
mailbox finds a mail marked as read, and nothing here depends on what they have read.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
                    content = _content(box, uid)
                except IMAP4.abort:
                    raise
                except (MailboxFetchError, IMAP4.error):
                    refused += 1
                    continue
                if content is not None:
                    yield RawMail(uid_validity=validity, uid=uid, content=content)
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


def _content(box: BaseMailBox, uid: str) -> bytes | None:
    """The whole mail; None if it is gone."""
    status, answer = box.client.uid("FETCH", uid, "(BODY.PEEK[])")
    if status != "OK":
        raise MailboxFetchError((status, answer), "OK")
    # A literal comes as a pair: what stood before it, and its bytes.
    parts = (part[1] for part in answer if isinstance(part, tuple))
    return next((bytes(part) for part in parts), None)


def _reason(error: Exception) -> str:
    line = " ".join(f"{type(error).__name__}: {error}".encode("ascii", "replace").decode().split())
    return line[:_LONGEST_REASON]

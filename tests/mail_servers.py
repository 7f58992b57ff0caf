"""A real Postfix on loopback, and our inbox at a real Dovecot: the relay and the ministries' mailboxes.

All their files lie in a folder of their own, and nothing leaves the machine: whatever is not one of the
mailboxes here is refused. They need root and Debian's packages; `why_not` tells what is missing.
"""

import pwd
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from gongmun.settings import InboxSettings, MailSettings, TlsMode
from tests.mail import dovecot
from tests.mail.dovecot import Dovecot
from tests.smtp_servers import HOST

OURS, THEIRS = "participation.example", "ministry.example"
REPLIES = f"reply@{OURS}"
OFFICE, BACKUP, AWAY = (f"{name}@{THEIRS}" for name in ("office", "backup", "away"))
# Known to the relay, but nobody takes the mail: it comes back, for good or for now.
GONE, FULL = f"gone@{THEIRS}", f"full@{THEIRS}"
GREYLISTED = f"greylisted@{THEIRS}"  # the first time only
UNKNOWN = f"unknown@{THEIRS}"  # 550 at once
_REFUSED = {GONE: "550 5.1.1 no such mailbox", FULL: "552 5.2.2 mailbox full"}
_MAILBOXES = (REPLIES, OFFICE, BACKUP, AWAY, GREYLISTED, *_REFUSED)
_PATIENCE = 20.0

_MAIN = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
meta_directory = /etc/postfix
maillog_file = {root}/log/mail.log
maillog_file_prefixes = {root}
myhostname = relay.example
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
# Nothing leaves the machine.
default_transport = error:5.1.2 no mail leaves this test
relay_transport = error:5.1.2 no mail leaves this test
recipient_delimiter = +
virtual_mailbox_domains = {domains}
virtual_mailbox_base = /
virtual_mailbox_maps = texthash:{root}/etc/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
transport_maps = texthash:{root}/etc/transport
smtpd_recipient_restrictions =
  check_policy_service inet:127.0.0.1:{policy}, permit_mynetworks, reject
smtpd_peername_lookup = no
notify_classes =
"""

_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{refusing} inet n - n - - smtpd
  -o myhostname=mx.ministry.example
  -o {{ smtpd_recipient_restrictions = check_recipient_access texthash:{root}/etc/refused, reject }}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def why_not() -> str | None:
    """What these servers lack on this machine; None where they can run."""
    if shutil.which("postfix") is None:
        return "postfix is not installed (apt-get install postfix)"
    return dovecot.reason() or None


@dataclass(kw_only=True)
class MailServers:
    """The servers, and what a test looks at."""

    root: Path
    smtp: int
    refusing: int  # a server of a ministry, which has no mailboxes
    dovecot: Dovecot
    tries: Counter[str] = field(default_factory=Counter)

    @property
    def log(self) -> Path:
        """The log of the relay."""
        return self.root / "log" / "mail.log"

    @property
    def mail(self) -> MailSettings:
        """Settings that send over this relay."""
        return MailSettings(
            host=HOST, port=self.smtp, tls=TlsMode.NONE, test_relay=True, sender=f"forum@{OURS}"
        )

    @property
    def inbox(self) -> InboxSettings:
        """Settings that collect our inbox by IMAP."""
        return InboxSettings(
            host=HOST,
            port=self.dovecot.port,
            username=dovecot.USER,
            password=SecretStr(dovecot.PASSWORD),
            tls=TlsMode.NONE,
            test_server=True,
            address=REPLIES,
        )

    def folder(self, address: str) -> Path:
        """The Maildir of a mailbox."""
        return self.dovecot.maildir if address == REPLIES else self.root / "mail" / address

    def stored(self, address: str) -> list[bytes]:
        """What lies in a mailbox, in the order in which it came."""
        files = [
            path for part in ("new", "cur") for path in (self.folder(address) / part).glob("*")
        ]
        return [
            path.read_bytes() for path in sorted(files, key=lambda path: path.stat().st_mtime_ns)
        ]

    def wait_for(self, address: str, count: int) -> list[bytes]:
        """The mails of a mailbox, once there are `count` of them."""
        give_up = time.monotonic() + _PATIENCE
        while len(found := self.stored(address)) < count:
            if time.monotonic() > give_up:
                raise AssertionError(
                    f"{address} has {len(found)} of {count}\n{self.log.read_text()}"
                )
            time.sleep(0.02)
        return found

    def empty(self) -> None:
        """All mailboxes as they were at first, and nobody is known to the greylisting."""
        for address in _MAILBOXES:
            for part in ("new", "cur"):
                for path in (self.folder(address) / part).glob("*"):
                    path.unlink()
        self.tries.clear()


@contextmanager
def running() -> Iterator[MailServers]:
    """Both servers, for the time of the block."""
    # Their own users must get in: not the temporary folder of pytest, which is root's alone.
    with tempfile.TemporaryDirectory(prefix="gongmun-mail-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        with dovecot.running() as inbox:
            servers = MailServers(
                root=root, smtp=_free_port(), refusing=_free_port(), dovecot=inbox
            )
            with _greylisting(servers) as policy:
                _configure(servers, policy)
                with _postfix(servers):
                    yield servers


def _configure(servers: MailServers, policy: int) -> None:
    root, nobody = servers.root, pwd.getpwnam("nobody")
    for name in ("etc", "queue", "data", "mail", "log"):
        (root / name).mkdir()
    shutil.chown(root / "data", "postfix")
    shutil.chown(root / "mail", "nobody")
    values = {
        "root": root,
        "uid": nobody.pw_uid,
        "gid": nobody.pw_gid,
        "domains": f"{OURS}, {THEIRS}",
        "policy": policy,
        "port": servers.smtp,
        "refusing": servers.refusing,
    }
    files = {
        "main.cf": _MAIN.format(**values),
        "master.cf": _MASTER.format(**values),
        "mailboxes": "".join(
            f"{address} {str(servers.folder(address)).lstrip('/')}/\n" for address in _MAILBOXES
        ),
        "transport": "".join(
            f"{address} smtp:[{HOST}]:{servers.refusing}\n" for address in _REFUSED
        ),
        "refused": "".join(f"{address} {answer}\n" for address, answer in _REFUSED.items()),
    }
    for name, text in files.items():
        (root / "etc" / name).write_text(text)


@contextmanager
def _postfix(servers: MailServers) -> Iterator[None]:
    command = ["postfix", "-c", str(servers.root / "etc")]
    subprocess.run([*command, "start"], check=True, capture_output=True)
    try:
        _wait_for_port(servers.smtp)
        yield
    finally:
        subprocess.run([*command, "stop"], check=True, capture_output=True)


@contextmanager
def _greylisting(servers: MailServers) -> Iterator[int]:
    """A policy server of Postfix that puts off the first try of one recipient; its port."""

    class Policy(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked: dict[str, str] = {}
            for line in self.rfile:
                name, _, value = line.decode().strip().partition("=")
                if name:
                    asked[name] = value
                    continue
                recipient = asked.get("recipient", "")
                servers.tries[recipient] += 1
                put_off = recipient == GREYLISTED and servers.tries[recipient] == 1
                action = "defer_if_permit 4.7.1 greylisted, try again later" if put_off else "dunno"
                self.wfile.write(f"action={action}\n\n".encode())
                asked = {}

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server((HOST, 0), Policy) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="greylisting")
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for_port(port: int) -> None:
    give_up = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return

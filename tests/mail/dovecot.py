"""A real Dovecot on loopback, with directories of its own, for the time of a block.

It runs as root only, and where dovecot-imapd is installed; elsewhere `reason()` says what is missing.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.smtp_servers import HOST, certificate

PATIENCE = 20.0
USER, PASSWORD = "replies", "열려라 참깨 12"
_CONFIG = """
base_dir = {run}
state_dir = {run}
protocols = imap
listen = {host}
log_path = {root}/dovecot.log
mail_location = maildir:{maildir}
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
first_valid_gid = 1
disable_plaintext_auth = no
auth_mechanisms = plain
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
# Nobody waits for having given a wrong password.
auth_failure_delay = 0 secs
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dovecot:
    """A running server: its two ports, the Maildir it shows as INBOX, its certificate."""

    port: int
    tls_port: int
    maildir: Path
    certificate: Path


def reason() -> str:
    """Why there is no Dovecot here; empty where there is one."""
    if shutil.which("dovecot") is None:
        return "dovecot is not installed (apt-get install dovecot-imapd)"
    return "" if os.geteuid() == 0 else "dovecot is started as root only"


@contextmanager
def running() -> Iterator[Dovecot]:
    """Start it, and stop it at the end of the block."""
    # Its sockets need a short path.
    root = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))
    root.chmod(0o755)
    maildir = root / "inbox"
    # It serves no mail of root.
    owner = pwd.getpwnam("nobody")
    for name in ("", "cur", "new", "tmp"):
        (maildir / name).mkdir()
        os.chown(maildir / name, owner.pw_uid, owner.pw_gid)
    (root / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
    made = certificate(root)
    ports = [_free_port(), _free_port()]
    config = _CONFIG.format(
        run=root / "run",
        root=root,
        host=HOST,
        maildir=maildir,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        certificate=made.file,
        key=root / "relay.key",
        port=ports[0],
        tls_port=ports[1],
    )
    (root / "dovecot.conf").write_text(config, encoding="utf-8")
    server = subprocess.Popen(["dovecot", "-F", "-c", str(root / "dovecot.conf")])
    try:
        _wait(ports, server, root / "dovecot.log")
        yield Dovecot(port=ports[0], tls_port=ports[1], maildir=maildir, certificate=made.file)
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(PATIENCE)
        server.kill()
        server.wait()
        shutil.rmtree(root, ignore_errors=True)


def _free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port


def _wait(ports: list[int], server: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            for port in ports:
                with socket.create_connection((HOST, port), timeout=1) as connection:
                    if port == ports[0]:
                        assert connection.recv(4) == b"* OK"
            return
        except (OSError, AssertionError):
            if server.poll() is not None or time.monotonic() > give_up:
                text = log.read_text() if log.exists() else "no log"
                raise RuntimeError(f"dovecot does not start: {text}") from None
            time.sleep(0.02)

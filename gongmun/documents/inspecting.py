"""What a PDF file says of itself: its signatures, and the document that it claims to be.

A file from outside is read in a process of its own with limits of memory and time, and what that process
answers is taken as data only; see `inspector.py`.
"""

import subprocess
import sys
import threading
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from gongmun.documents.signing import SigningFileUnreadable

# Starting the process takes one of them on a free core.
SECONDS = 60.0
MEMORY = 1024**3
# The exit code of an inspector that cannot read the authorities it was given.
TRUST_UNREADABLE = 3
# Files that are read at the same time; others wait their turn.
AT_ONCE = 2
_turns = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """One signature of a file."""

    subject: str
    issuer: str
    serial: str  # of the certificate, hexadecimal
    # The certificate vouches for itself: it proves that nothing was changed, not who signed.
    is_self_issued: bool
    # An authority of the settings vouches for the certificate.
    is_trusted: bool
    # As the signer claims.
    signed_at: datetime | None
    # What it signed is unchanged.
    is_intact: bool
    # It signed everything: nothing was appended.
    covers_file: bool


class Refusal(StrEnum):
    """Why a file could not be read."""

    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """What a file says of itself, or why it could not be read.

    `keywords` are those of its metadata; ours are the number and the short URL.
    """

    signatures: tuple[Signature, ...] = ()
    keywords: str = ""
    refusal: Refusal | None = None


_DAMAGED = Inspection(refusal=Refusal.DAMAGED)
_ADAPTER = TypeAdapter(Inspection)


def inspect(content: bytes, *, trust: Path | None = None, is_ours: bool = False) -> Inspection:
    """Read a file; `trust` is a PEM file of authorities.

    One that is known to be ours is read here, at once. Any other may be hostile, and is told as damaged
    if it takes too long, too much memory or the reader down.

    Raises:
        SigningFileUnreadable: `trust` holds no certificates.
    """
    return _here(content, trust) if is_ours else _apart(content, trust)


def _here(content: bytes, trust: Path | None) -> Inspection:
    # pyHanko is imported only where a file is read.
    from gongmun.documents import inspector

    try:
        trusted = inspector.authorities(str(trust) if trust else None)
    except (OSError, ValueError) as error:
        raise _without_certificates(trust) from error
    return _ADAPTER.validate_python(inspector.inspect(content, trusted))


def _apart(content: bytes, trust: Path | None) -> Inspection:
    program = Path(__file__).with_name("inspector.py")
    limits = [str(MEMORY), str(int(SECONDS))]
    with _turns:
        try:
            ran = subprocess.run(  # noqa: S603
                # -P: the modules of this room are not to be taken for libraries of the same name.
                [sys.executable, "-P", str(program), *limits, *([str(trust)] if trust else [])],
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return _DAMAGED
    if ran.returncode == TRUST_UNREADABLE:
        raise _without_certificates(trust)
    try:
        return _ADAPTER.validate_json(ran.stdout)
    except ValidationError:
        return _DAMAGED


def _without_certificates(trust: Path | None) -> SigningFileUnreadable:
    return SigningFileUnreadable(
        setting="GONGMUN_SIGNING__TRUST", file=trust, reason="no certificates"
    )

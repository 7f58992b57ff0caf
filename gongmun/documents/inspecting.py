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

from gongmun.documents.environment import harmless
from gongmun.documents.signing import SigningFileUnreadable
from gongmun.errors import GongmunError

_PROGRAM = Path(__file__).with_name("inspector.py")
MEMORY = 1024**3
# The exit code of an inspector that cannot read the authorities it was given.
TRUST_UNREADABLE = 3
# Files that are read at the same time; others wait their turn.
AT_ONCE = 2
_turns = threading.BoundedSemaphore(AT_ONCE)


class CheckingBusy(GongmunError):
    """More files to check than can be read at the same time."""

    code = "documents.checking_busy"
    ko = "지금은 확인할 파일이 많아 처리하지 못했습니다. 잠시 뒤 다시 시도해 주십시오."
    en = "Too many files are being checked at the moment. Try again in a while."
    retryable = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """What one file may take, in whole seconds.

    `cpu` is the processor's time, of which starting the reader takes one. `turn` is how long a file
    waits until others are read.
    """

    cpu: int
    turn: int


# A colleague's own files, one after the other.
OFFICE = Patience(cpu=60, turn=600)
# A visitor waits for an answer, and the next visitor for his turn.
PUBLIC = Patience(cpu=5, turn=15)
# A machine that does other things as well gives a reader its time later.
_SHARE = 3


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


def inspect(
    content: bytes,
    *,
    trust: Path | None = None,
    is_ours: bool = False,
    patience: Patience = OFFICE,
) -> Inspection:
    """Read a file; `trust` is a PEM file of authorities.

    One that is known to be ours is read here, at once. Any other may be hostile, and is told as damaged
    if it takes too long, too much memory or the reader down.

    Raises:
        CheckingBusy: the machine has no time for it now.
        SigningFileUnreadable: `trust` holds no certificates.
    """
    return _here(content, trust) if is_ours else _apart(content, trust, patience)


def _here(content: bytes, trust: Path | None) -> Inspection:
    # pyHanko is imported only where a file is read.
    from gongmun.documents import inspector

    try:
        trusted = inspector.authorities(str(trust) if trust else None)
    except (OSError, ValueError) as error:
        raise _without_certificates(trust) from error
    return _ADAPTER.validate_python(inspector.inspect(content, trusted))


def _apart(content: bytes, trust: Path | None, patience: Patience) -> Inspection:
    limits = [str(MEMORY), str(patience.cpu)]
    if not _turns.acquire(timeout=patience.turn):
        raise CheckingBusy()
    try:
        ran = subprocess.run(  # noqa: S603
            # -P: the modules of this room are not to be taken for libraries of the same name.
            [sys.executable, "-P", str(_PROGRAM), *limits, *([str(trust)] if trust else [])],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=harmless(),
            timeout=_SHARE * patience.cpu,
            check=False,
        )
    except subprocess.TimeoutExpired:
        # It did not get its time: nothing is known against the file.
        raise CheckingBusy() from None
    finally:
        _turns.release()
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

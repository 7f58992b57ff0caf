"""Key files (열쇠 파일): 32 random bytes, apart from the database, for nobody's eyes but this user's.

They lie in `GONGMUN_SURVEY_KEYS`, `survey-keys` under `GONGMUN_VAR` where none is named. The folder belongs into a
backup of its own; several machines share it.
"""

import os
import secrets
from pathlib import Path

from gongmun.settings import settings

_BYTES = 32


def path_of(name: str) -> Path:
    """Where the key of this name lies."""
    return settings().survey_keys / f"{name}.key"


def make(name: str) -> None:
    """Make the key file of this name, if there is none; nobody but this user may read it."""
    path = path_of(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written whole under another name first: a key that was cut off would be taken for a good one.
    draft = path.with_suffix(f".{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        # Of two that make it at once, the second one keeps what the first has made.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def read(name: str) -> bytes | None:
    """The key of this name; None where there is no whole one."""
    try:
        key = path_of(name).read_bytes()
    except OSError:
        return None
    return key if len(key) == _BYTES else None

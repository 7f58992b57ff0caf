"""Files named by the SHA-256 of what is in them: found without following a link, and hashed while they are copied."""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

_CHUNK = 1 << 20
# As stores keep them; and the folder above, which stands for its files where it cannot be looked into.
_NAME = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{62}(\.pdf)?")
_HOLDER = re.compile(r"[0-9a-f]{2}")


class Unreadable(OSError):
    """The file that is copied cannot be read: the one that is written has no part in it."""


def is_kept(relative: Path) -> bool:
    """Whether a store keeps files under such a name: `ab/abcdef…`, with `.pdf` or without."""
    return _NAME.fullmatch(relative.as_posix()) is not None


def is_ours(relative: Path) -> bool:
    """Whether it is such a file, or a folder of them that cannot be looked into."""
    return is_kept(relative) or _HOLDER.fullmatch(relative.as_posix()) is not None


def entries(folder: Path) -> Sequence[Path]:
    """All in a folder, and below it, that is no folder: files, links as they are, folders that cannot be looked into.

    Nothing where there is no such folder.

    Raises:
        OSError: the folder itself cannot be looked into.
    """
    found: list[Path] = []

    def note(error: OSError) -> None:
        if error.filename == os.fspath(folder):
            raise error
        found.append(Path(error.filename))

    if not folder.exists():
        return found
    for where, folders, names in os.walk(folder, onerror=note):
        found += [Path(where, name) for name in names]
        found += [path for name in folders if (path := Path(where, name)).is_symlink()]
    return sorted(found)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file.

    Raises:
        Unreadable: there is no file of this name, or it cannot be read. A link is none.
    """
    digest = hashlib.sha256()
    for part in parts_of(path):
        digest.update(part)
    return digest.hexdigest()


def copy(source: Path, target: Path) -> str:
    """Copy a file; the SHA-256 of what was copied.

    Raises:
        Unreadable: there is no file of this name, or it cannot be read. A link is none.
        OSError: it cannot be written.
    """
    digest = hashlib.sha256()
    with target.open("wb") as written:
        for part in parts_of(source):
            digest.update(part)
            written.write(part)
    return digest.hexdigest()


def parts_of(path: Path) -> Iterator[bytes]:
    """The content of a file, a megabyte at a time.

    Raises:
        Unreadable: there is no file of this name, or it cannot be read. A link is none.
    """
    try:
        # Not to be waited for either: a pipe that nobody writes to.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            while part := file.read(_CHUNK):
                yield part
    except OSError as error:
        raise Unreadable(error.errno, error.strerror, os.fspath(path)) from error


def said(error: OSError) -> str:
    """What the machine says of a file: its name, and what is wrong."""
    return ": ".join(filter(None, (error.filename, error.strerror))) or type(error).__name__

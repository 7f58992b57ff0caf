"""A Maildir of this machine as the inbox: a mail server delivers there, this reads."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from gongmun.mail.mailbox import LONGEST_NAME, InboxUnavailable, IsKnown, RawMail

# A file keeps its unique name for as long as it exists; nothing in a Maildir is ever renumbered.
_VALIDITY = "maildir"
_LONGEST_UID = 255


class MaildirMailbox:
    """The mails in `new` and `cur` of a Maildir, by their unique names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = f"maildir:{folder}"[:LONGEST_NAME]

    def new(self, is_known: IsKnown) -> Iterator[RawMail]:
        """As the port says."""
        refused = 0
        for since, uid, path in self._files():
            if is_known(_VALIDITY, uid):
                continue
            try:
                content = self._content(uid, path)
            except OSError:
                refused += 1
                continue
            if content is not None:
                yield RawMail(
                    uid_validity=_VALIDITY,
                    uid=uid,
                    content=content,
                    # Written when it was delivered; a reader only renames the file.
                    arrived_at=datetime.fromtimestamp(since / 1e9, UTC),
                )
        if refused:
            raise InboxUnavailable(reason=f"{refused} files cannot be read")

    def _files(self) -> list[tuple[int, str, Path]]:
        """Since when in nanoseconds, unique name and file, oldest first."""
        found: dict[str, tuple[int, Path]] = {}
        try:
            # `new` first: what moves to `cur` meanwhile is seen there.
            for folder in (self._folder / "new", self._folder / "cur"):
                for path in folder.iterdir():
                    uid = path.name.partition(":")[0]
                    if path.name.startswith(".") or len(uid) > _LONGEST_UID:
                        continue
                    with suppress(FileNotFoundError):
                        if path.is_file():
                            found[uid] = (path.stat().st_mtime_ns, path)
        except OSError as error:
            raise InboxUnavailable(reason=error.strerror or type(error).__name__) from error
        return sorted((since, uid, path) for uid, (since, path) in found.items())

    def _content(self, uid: str, path: Path) -> bytes | None:
        """The mail; None if it is gone. A reader may move it or change its flags meanwhile."""
        with suppress(FileNotFoundError):
            return path.read_bytes()
        for moved in (self._folder / "cur").iterdir():
            if moved.name.partition(":")[0] == uid:
                with suppress(FileNotFoundError):
                    return moved.read_bytes()
        return None

"""Where rendered documents lie: files named by the SHA-256 of their content."""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from gongmun.documents.printing import NotPrinted
from gongmun.errors import GongmunError


class StoredFileMissing(GongmunError):
    """No file with this hash is in the store."""

    code = "documents.file_missing"
    ko = "보관된 문서 파일이 없습니다: {sha256}. 백업에서 복원해 주십시오."
    en = "No stored file has the hash {sha256}. Restore it from a backup."


class StoredFileChanged(GongmunError):
    """The file does not have the content it was stored with."""

    code = "documents.file_changed"
    ko = "보관된 문서 파일이 변경되었습니다: {sha256}. 사용하지 마시고 백업에서 복원해 주십시오."
    en = "The stored file {sha256} was changed. Do not use it; restore it from a backup."


class StoreUnavailable(NotPrinted):
    """The store cannot be used: full, gone, or not ours to read or write."""

    code = "documents.store_unavailable"
    ko = "문서 보관소를 사용할 수 없습니다({reason}). 남은 용량과 접근 권한을 확인해 주십시오."
    en = "The document store cannot be used ({reason}). Check its free space and permissions."
    retryable = True


class FileStore(Protocol):
    """Keeps contents by their hash."""

    def put(self, content: bytes) -> str:
        """Keep `content`; its SHA-256. Keeping the same content again changes nothing.

        Raises:
            StoreUnavailable: it is not kept.
        """

    def get(self, sha256: str) -> bytes:
        """The content, checked against its hash.

        Raises:
            StoredFileMissing: there is none.
            StoredFileChanged: it does not have this hash any more.
            StoreUnavailable: it cannot be read.
        """

    def remove(self, sha256: str) -> None:
        """Keep this content no longer; quiet if there is none.

        Raises:
            StoreUnavailable: it is still there.
        """


class LocalStore:
    """A FileStore in a folder of this machine, `ab/abcdef….pdf`, or with another ending or none."""

    def __init__(self, folder: Path, *, ending: str = ".pdf") -> None:
        self._folder = folder
        self._ending = ending

    def path(self, sha256: str) -> Path:
        """The file that holds this content, whether it exists or not."""
        return self._folder / sha256[:2] / f"{sha256}{self._ending}"

    def put(self, content: bytes) -> str:
        """See FileStore. A crash leaves either the whole file under its name or none."""
        sha256 = hashlib.sha256(content).hexdigest()
        # A file that was changed is written again: its content is at hand.
        with suppress(StoredFileMissing, StoredFileChanged):
            self.get(sha256)
            return sha256
        try:
            self._write(self.path(sha256), content)
        except OSError as error:
            raise StoreUnavailable(reason=error.strerror) from error
        return sha256

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".new", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        # The rename itself must survive a power cut too.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def get(self, sha256: str) -> bytes:
        """See FileStore."""
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise StoredFileMissing(sha256=sha256) from None
        except OSError as error:
            raise StoreUnavailable(reason=error.strerror) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoredFileChanged(sha256=sha256)
        return content

    def remove(self, sha256: str) -> None:
        """See FileStore."""
        try:
            self.path(sha256).unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnavailable(reason=error.strerror) from error

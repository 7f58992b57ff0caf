"""Files that are named on the command line."""

from pathlib import Path

from gongmun.errors import GongmunError


class FileNotSaved(GongmunError):
    """The file that was named cannot be written."""

    code = "cli.file_not_saved"
    ko = "파일을 저장할 수 없습니다: {path}({reason}). 다른 파일을 --output 으로 지정해 주십시오."
    en = "The file cannot be saved: {path} ({reason}). Name another one by --output."


class FileNotRead(GongmunError):
    """The file that was named cannot be read."""

    code = "cli.file_not_read"
    ko = "파일을 읽을 수 없습니다: {path}({reason}). 파일 이름과 읽기 권한을 확인해 주십시오."
    en = "The file cannot be read: {path} ({reason}). Check its name and its permissions."


def save(content: bytes, path: Path) -> None:
    """Write a file, and the folders that it lies in.

    Raises:
        FileNotSaved: it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise FileNotSaved(path=path, reason=error.strerror) from error


def read(path: Path, limit: int) -> bytes:
    """The first `limit` bytes of a file.

    Raises:
        FileNotRead: it is not there, is a folder, or is not ours to read.
    """
    try:
        with path.open("rb") as opened:
            return opened.read(limit)
    except OSError as error:
        raise FileNotRead(path=path, reason=error.strerror) from error

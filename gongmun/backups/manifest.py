"""What a backup says of itself, so that it can be checked before it is needed."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from gongmun.errors import GongmunError

FORMAT = 1
MANIFEST = "manifest.json"
# What a backup may have files of; of those that lie in a bucket it has none.
STORES = ("documents", "received")


class BackupUnusable(GongmunError):
    """A folder that is no backup, or one that is not whole any more."""

    code = "backups.unusable"
    ko = (
        "백업을 사용할 수 없습니다({folder}): {reason}. 아무것도 바꾸지 않았습니다. 다른 백업을 지정해 "
        "주십시오."
    )
    en = "The backup {folder} cannot be used: {reason}. Nothing was changed; name another one."


class FilesDamaged(GongmunError):
    """A backup was made, without files that are damaged here."""

    code = "backups.files_damaged"
    ko = (
        "백업은 만들었으나 손상된 파일 {count}개가 들어 있지 않습니다: {names}. 이전 백업의 같은 파일로 되살린 뒤 다시 "
        "백업해 주십시오."
    )
    en = (
        "The backup was made, but {count} damaged files are not in it: {names}. Put the same files of an earlier "
        "backup in their place, then make another backup."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One table: rows, and the SHA-256 of its file."""

    rows: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What is in a backup.

    `revision` is that of the database; `events` and `head` are the length and the last hash of its ledger; `files`
    says how many each store has. `damaged` are files of the stores that were not as their names say, or could not be
    read, and `left_out` what is no file of ours: neither is in it.
    """

    made_at: datetime
    version: str
    revision: str
    events: int
    head: str
    tables: Mapping[str, Table]
    files: Mapping[str, int]
    damaged: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def written(self) -> str:
        """As JSON, for the file."""
        return json.dumps(
            {"format": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()},
            ensure_ascii=False,
            indent=1,
        )

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """That of a backup.

        Raises:
            BackupUnusable: there is none, or one of another format.
        """
        try:
            told = json.loads((folder / MANIFEST).read_text("utf-8"))
            if told.pop("format") != FORMAT:
                raise BackupUnusable(folder=folder, reason=f"{MANIFEST}: format")
            return _MANIFEST.validate_python(told)
        except OSError as error:
            raise BackupUnusable(folder=folder, reason=f"{MANIFEST}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupUnusable(folder=folder, reason=MANIFEST) from error


_MANIFEST = TypeAdapter(Manifest)

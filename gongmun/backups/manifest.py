"""What a backup says of itself, so that it can be checked before it is needed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from gongmun.errors import GongmunError

FORMAT = 1
MANIFEST = "manifest.json"
_CHUNK = 1 << 20


class BackupUnusable(GongmunError):
    """A folder that is no backup, or one that is not whole any more."""

    code = "backups.unusable"
    ko = (
        "백업을 사용할 수 없습니다({folder}): {reason}. 아무것도 바꾸지 않았습니다. 다른 백업을 지정해 "
        "주십시오."
    )
    en = "The backup {folder} cannot be used: {reason}. Nothing was changed; name another one."


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One table: rows, and the SHA-256 of its file."""

    rows: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What is in a backup.

    `revision` is that of the database; `events` and `head` are the length and the last hash of its ledger; `files`
    says how many each store has.
    """

    made_at: datetime
    version: str
    revision: str
    events: int
    head: str
    tables: Mapping[str, Table]
    files: Mapping[str, int]

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
            told["made_at"] = datetime.fromisoformat(told["made_at"])
            told["tables"] = {name: Table(**each) for name, each in told["tables"].items()}
            return cls(**told)
        except OSError as error:
            raise BackupUnusable(folder=folder, reason=f"{MANIFEST}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupUnusable(folder=folder, reason=MANIFEST) from error


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            digest.update(part)
    return digest.hexdigest()

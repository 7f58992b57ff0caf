"""Save: rows of one moment, then the files that they name; what is damaged or none of ours is left out, and named."""

import errno
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection

from gongmun import ledger
from gongmun.backups import rows
from gongmun.backups.files import Unreadable, copy, entries, is_ours, said, sha256_of
from gongmun.backups.manifest import MANIFEST, Manifest, Table
from gongmun.db import Base, Database
from gongmun.db.schema import (
    SchemaOutdated,
    current_revision,
    load_models,
    newest_revision,
)
from gongmun.errors import GongmunError

_UNFINISHED = ".part"


class BackupExists(GongmunError):
    """There is something of that name already."""

    code = "backups.exists"
    ko = "이미 있는 폴더에는 백업하지 않습니다: {folder}. 새 이름을 지정해 주십시오."
    en = "There is something at {folder} already. Name a new folder for the backup."


class BackupFailed(GongmunError):
    """The disk of the backup cannot be written to, or is full."""

    code = "backups.failed"
    ko = "백업하지 못했습니다({folder}): {reason}. 남은 용량과 쓰기 권한을 확인해 주십시오."
    en = "Not saved ({folder}): {reason}. Check the free space there, and who may write."
    retryable = True


def save(db: Database, stores: Mapping[str, Path], folder: Path, *, now: datetime) -> Manifest:
    """Save the database and the `stores` (folders of files by their SHA-256) to the new `folder`.

    It may run beside all other work: the rows are those of one moment, and a file is there before a row names it.
    Under its name there is a whole backup or none; whatever stops it, no half of one is left behind. A file that is
    damaged is no reason for having no backup at all: it is left out, and the manifest names it.

    Raises:
        BackupExists: there is something of that name.
        BackupFailed: it cannot be written there.
        SchemaOutdated: the database is not that of this version.
    """
    load_models()
    current, newest = current_revision(db), newest_revision()
    if current != newest:
        raise SchemaOutdated(current=current or "-", newest=newest)
    if folder.exists():
        raise BackupExists(folder=folder)
    unfinished = folder.with_name(folder.name + _UNFINISHED)
    try:
        # What a killed backup has left.
        shutil.rmtree(unfinished, ignore_errors=True)
        manifest = _saved(db, stores, unfinished, now)
        unfinished.rename(folder)
        _sync(folder.parent)
    except BaseException as error:
        # It holds what citizens wrote.
        shutil.rmtree(unfinished, ignore_errors=True)
        if not isinstance(error, OSError):
            raise
        raise BackupFailed(folder=folder, reason=said(error)) from error
    return manifest


def _saved(db: Database, stores: Mapping[str, Path], folder: Path, now: datetime) -> Manifest:
    folder.mkdir(mode=0o700, parents=True)
    (folder / "tables").mkdir()
    tables = {}
    with _one_moment(db) as (connection, (events, head)):
        for table in Base.metadata.sorted_tables:
            path = folder / "tables" / f"{table.name}.jsonl.gz"
            count = rows.write(connection, table, path)
            tables[table.name] = Table(rows=count, sha256=sha256_of(path))
    files = {name: _copied(store, folder / "files" / name) for name, store in stores.items()}
    manifest = Manifest(
        made_at=now,
        version=version("gongmun"),
        revision=newest_revision(),
        events=events,
        head=head,
        tables=tables,
        files={name: each.count for name, each in files.items()},
        damaged=tuple(f"{name}/{path}" for name, each in files.items() for path in each.damaged),
        left_out=tuple(f"{name}/{path}" for name, each in files.items() for path in each.left_out),
    )
    (folder / MANIFEST).write_text(manifest.written(), "utf-8")
    _settle(folder)
    return manifest


@contextmanager
def _one_moment(db: Database) -> Iterator[tuple[Connection, tuple[int, str]]]:
    """A reading transaction that sees one moment, on both kinds of database, and where the ledger stands in it."""
    with db.reading() as session:
        if not db.is_sqlite:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session.connection(), ledger.head(session)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Files:
    """What became of the files of one store: how many were copied, and the names of those that were not."""

    count: int
    damaged: Sequence[str]
    left_out: Sequence[str]


def _copied(store: Path, to: Path) -> _Files:
    """Copy the files of a store. Each is named by its hash, which is that of what was copied or it is left out."""
    count = 0
    damaged: list[str] = []
    left_out: list[str] = []
    for path in entries(store):
        # A file that is being written has another name.
        if path.suffix == ".new":
            continue
        relative = path.relative_to(store)
        # Whoever left a file there may have named it in bytes that are no text.
        name = relative.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        if not is_ours(relative):
            left_out.append(name)
            continue
        target = to / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            is_whole = copy(path, target) == path.stem
        except Unreadable as error:
            # Its days were over, and it has just been deleted: no damage.
            if error.errno == errno.ENOENT:
                target.unlink()
                continue
            is_whole = False
        if is_whole:
            count += 1
            continue
        target.unlink()
        damaged.append(name)
    return _Files(count=count, damaged=damaged, left_out=left_out)


def _settle(folder: Path) -> None:
    """A backup that a power cut may take is none."""
    for path in [*folder.rglob("*"), folder]:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

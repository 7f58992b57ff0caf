"""Save: rows of one moment, then the files that they name."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection

from gongmun import ledger
from gongmun.backups import rows
from gongmun.backups.manifest import MANIFEST, BackupUnusable, Manifest, Table, sha256_of
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
    Under its name there is a whole backup or none.

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
        unfinished.mkdir(mode=0o700, parents=True)
        (unfinished / "tables").mkdir()
        tables = {}
        with _one_moment(db) as (connection, (events, head)):
            for table in Base.metadata.sorted_tables:
                path = unfinished / "tables" / f"{table.name}.jsonl.gz"
                count = rows.write(connection, table, path)
                tables[table.name] = Table(rows=count, sha256=sha256_of(path))
        manifest = Manifest(
            made_at=now,
            version=version("gongmun"),
            revision=newest,
            events=events,
            head=head,
            tables=tables,
            files={
                name: _copied(store, unfinished / "files" / name) for name, store in stores.items()
            },
        )
        (unfinished / MANIFEST).write_text(manifest.written(), "utf-8")
        _settle(unfinished)
        unfinished.rename(folder)
        _sync(folder.parent)
    except OSError as error:
        raise BackupFailed(folder=folder, reason=error.strerror or type(error).__name__) from error
    return manifest


@contextmanager
def _one_moment(db: Database) -> Iterator[tuple[Connection, tuple[int, str]]]:
    """A reading transaction that sees one moment, on both kinds of database, and where the ledger stands in it."""
    with db.reading() as session:
        if not db.is_sqlite:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session.connection(), ledger.head(session)


def _copied(store: Path, to: Path) -> int:
    """Copy the files of a store; how many they are. Each is named by its hash, and checked on the way."""
    count = 0
    for path in sorted(store.rglob("*")):
        # A file that is being written has another name.
        if not path.is_file() or path.suffix == ".new":
            continue
        target = to / path.relative_to(store)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        if sha256_of(target) != path.stem:
            raise BackupUnusable(folder=store, reason=f"{path.name} SHA-256")
        count += 1
    return count


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

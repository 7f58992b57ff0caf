"""Restore: into an installation that has nothing yet, and only what proves to be whole."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, select, text, update

from gongmun import ledger
from gongmun.backups import rows
from gongmun.backups.manifest import BackupUnusable, Manifest, sha256_of
from gongmun.db import Base, Database
from gongmun.db.restored import Restoration
from gongmun.db.schema import load_models, newest_revision, upgrade
from gongmun.documents import FileStore
from gongmun.errors import GongmunError
from gongmun.mail.doubting import doubt_unsent


class BackupOfAnotherVersion(GongmunError):
    """Its tables are not those of this version."""

    code = "backups.another_version"
    ko = (
        "다른 버전에서 만든 백업입니다(백업 {theirs}, 이 프로그램 {ours}). Gongmun {version} 버전으로 복원한 뒤 "
        "새 버전으로 올려 주십시오."
    )
    en = (
        "The backup was made by another version (its schema {theirs}, ours {ours}). Restore it with Gongmun "
        "{version}, then upgrade."
    )


class InstallationNotEmpty(GongmunError):
    """There is something here that a restore would mix with the backup."""

    code = "backups.not_empty"
    ko = (
        "이미 자료가 있는 곳에는 복원하지 않습니다({table}: {count}건). 비어 있는 데이터베이스를 "
        "GONGMUN_DATABASE_URL 또는 GONGMUN_VAR 로 지정해 주십시오."
    )
    en = (
        "Not restored: there are rows here already ({table}: {count}). Name an empty database by "
        "GONGMUN_DATABASE_URL or GONGMUN_VAR."
    )


def checked(folder: Path) -> Manifest:
    """What is in a backup, after every file of it was read and compared with its hash.

    Raises:
        BackupUnusable: something is missing or was changed.
    """
    manifest = Manifest.read(folder)
    for name, table in manifest.tables.items():
        path = folder / "tables" / f"{name}.jsonl.gz"
        if not path.is_file() or sha256_of(path) != table.sha256:
            raise BackupUnusable(folder=folder, reason=path.name)
    for store, count in manifest.files.items():
        files = _files(folder / "files" / store)
        if len(files) != count:
            raise BackupUnusable(folder=folder, reason=f"{store}: {len(files)}/{count}")
        for path in files:
            if sha256_of(path) != path.stem:
                raise BackupUnusable(folder=folder, reason=path.name)
    return manifest


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What was restored, and how many mails that waited in it may have left since it was made."""

    manifest: Manifest
    doubted: int


def restore(
    db: Database,
    stores: Mapping[str, Path | FileStore],
    folder: Path,
    *,
    now: datetime,
    moved: bool = False,
) -> Restored:
    """Restore the backup in `folder` into the empty database, and its files into the `stores`.

    The rows go in together or not at all, and only if the ledger then verifies and ends where the backup says.
    With them goes in that the restore waits for a person: nothing is numbered or sent before. `moved` says that
    nothing happened after the backup was made, because the old installation had been stopped: then it goes on.

    Raises:
        BackupUnusable: it is not whole.
        BackupOfAnotherVersion: its tables are not those of this version.
        InstallationNotEmpty: there are rows here.
        LedgerBroken: the ledger in it does not verify; nothing was restored.
    """
    manifest = checked(folder)
    load_models()
    ours = newest_revision()
    if manifest.revision != ours or set(manifest.tables) != set(Base.metadata.tables):
        raise BackupOfAnotherVersion(theirs=manifest.revision, ours=ours, version=manifest.version)
    upgrade(db)
    with db.transaction() as session:
        connection = session.connection()
        _require_empty(connection)
        for table in Base.metadata.sorted_tables:
            _load(connection, table, folder / "tables" / f"{table.name}.jsonl.gz")
        ledger.verify(session)
        if ledger.head(session) != (manifest.events, manifest.head):
            raise BackupUnusable(folder=folder, reason="ledger")
        # A file that no row names does no harm; a row whose file is missing does.
        for name, store in stores.items():
            _copy(folder / "files" / name, store)
        doubted = 0
        if not moved:
            session.add(Restoration(backup_at=manifest.made_at, restored_at=now))
            doubted = doubt_unsent(session, now)
            ledger.record(
                session,
                "installation.restored",
                subject=("ledger_event", manifest.events),
                now=now,
                backup_at=manifest.made_at.isoformat(),
            )
    return Restored(manifest=manifest, doubted=doubted)


def _require_empty(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        count = connection.scalar(select(func.count()).select_from(table))
        if count:
            raise InstallationNotEmpty(table=table.name, count=count)


def _load(connection: Connection, table: Table, path: Path) -> None:
    """Insert the rows of a table. What names a row of the same table is set when all are there."""
    (key, *_) = table.primary_key
    own = [each.parent for each in table.foreign_keys if each.column.table is table]
    later: list[dict[str, Any]] = []
    for some in rows.read(table, path):
        if own:
            later += [
                {"row": row[key.name], **{f"to_{column.name}": row[column.name] for column in own}}
                for row in some
                if any(row[column.name] is not None for column in own)
            ]
            some = [row | {column.name: None for column in own} for row in some]
        connection.execute(rows.insertion(table), some)
    if later:
        named: dict[str, Any] = {column.name: bindparam(f"to_{column.name}") for column in own}
        connection.execute(update(table).where(key == bindparam("row")).values(named), later)
    if connection.dialect.name == "postgresql":
        _set_sequence(connection, table)


def _set_sequence(connection: Connection, table: Table) -> None:
    """Ids go on after those that were restored."""
    for column in table.primary_key:
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"),
            {"table": table.name, "column": column.name},
        )
        highest = connection.scalar(select(func.max(column))) if sequence else None
        if highest is not None:
            connection.execute(select(func.setval(sequence, highest)))


def _copy(source: Path, store: Path | FileStore) -> None:
    for path in _files(source):
        if not isinstance(store, Path):
            store.put(path.read_bytes())
            continue
        target = store / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.new")
        shutil.copyfile(path, draft)
        draft.replace(target)


def _files(folder: Path) -> Sequence[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())

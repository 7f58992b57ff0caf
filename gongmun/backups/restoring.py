"""Restore: into an installation that has nothing of its own yet, and only what proves to be whole."""

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, select, text, update
from sqlalchemy.exc import StatementError

from gongmun import ledger
from gongmun.backups import rows
from gongmun.backups.emptying import make_empty
from gongmun.backups.files import Unreadable, copy, entries, is_kept, parts_of, said, sha256_of
from gongmun.backups.manifest import MANIFEST, STORES, BackupUnusable, Manifest
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


class RestoreFailed(GongmunError):
    """The place for the files cannot be written to, or is full."""

    code = "backups.restore_failed"
    ko = (
        "복원하지 못했습니다({reason}). 데이터베이스는 바꾸지 않았습니다. 남은 용량과 쓰기 권한을 확인한 뒤 다시 복원해 "
        "주십시오."
    )
    en = (
        "Not restored ({reason}). The database was not changed. Check the free space there and who may write, then "
        "restore again."
    )
    retryable = True


def checked(folder: Path) -> Manifest:
    """What is in a backup, after every file of it was read and compared with its hash.

    Raises:
        BackupUnusable: something is missing, was changed, or is there and not named by the manifest.
    """
    manifest = Manifest.read(folder)
    load_models()
    try:
        flaw = _flaw_of_tables(folder, manifest) or _flaw_of_files(folder / "files", manifest)
    except OSError as error:
        raise BackupUnusable(folder=folder, reason=said(error)) from error
    if flaw:
        raise BackupUnusable(folder=folder, reason=flaw)
    return manifest


# Of a backup nothing is followed out of it: neither a link nor a name with a way in it.
_TABLE = re.compile(r"[a-z0-9_]+")


def _flaw_of_tables(folder: Path, manifest: Manifest) -> str | None:
    ours = manifest.revision == newest_revision()
    if ours and set(manifest.tables) != set(Base.metadata.tables):
        return f"{MANIFEST}: tables"
    if (folder / "tables").is_symlink():
        return "tables"
    for name, table in manifest.tables.items():
        path = folder / "tables" / f"{name}.jsonl.gz"
        if not _TABLE.fullmatch(name) or sha256_of(path) != table.sha256:
            return path.name
    return None


def _flaw_of_files(folder: Path, manifest: Manifest) -> str | None:
    there = {path.name for path in folder.iterdir()} if folder.exists() else set()
    unlisted = (there - set(manifest.files)) | (set(manifest.files) - set(STORES))
    if folder.is_symlink() or unlisted:
        return " ".join(["files", *sorted(unlisted)])
    for name, count in manifest.files.items():
        store = folder / name
        files = entries(store)
        if store.is_symlink() or len(files) != count:
            return f"{name}: {len(files)}/{count}"
        for path in files:
            if not is_kept(path.relative_to(store)) or sha256_of(path) != path.stem:
                return f"{name}/{path.name}"
    return None


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
    """Restore the backup in `folder` into the database, and its files into the `stores`.

    The database is empty, or has nothing but what `gongmun setup` loads, which goes.

    The rows go in together or not at all, and only if the ledger then verifies and ends where the backup says.
    With them goes in that the restore waits for a person: nothing is numbered or sent before. `moved` says that
    nothing happened after the backup was made, because the old installation had been stopped: then it goes on.

    Raises:
        BackupUnusable: it is not whole, or its rows are not as its own schema wants them.
        RestoreFailed: the files cannot be written; the database is as it was.
        BackupOfAnotherVersion: its tables are not those of this version.
        InstallationNotEmpty: there are rows here that somebody made.
        LedgerBroken: the ledger in it does not verify; nothing was restored.
    """
    manifest = checked(folder)
    ours = newest_revision()
    if manifest.revision != ours:
        raise BackupOfAnotherVersion(theirs=manifest.revision, ours=ours, version=manifest.version)
    upgrade(db)
    try:
        doubted = _restored(db, stores, folder, manifest, now=now, moved=moved)
    except (rows.Malformed, StatementError) as error:
        # Never its text: that holds the row.
        reason = str(error) if isinstance(error, rows.Malformed) else type(error).__name__
        raise BackupUnusable(folder=folder, reason=reason) from error
    except Unreadable as error:
        raise BackupUnusable(folder=folder, reason=said(error)) from error
    except OSError as error:
        raise RestoreFailed(reason=said(error)) from error
    return Restored(manifest=manifest, doubted=doubted)


def _restored(
    db: Database,
    stores: Mapping[str, Path | FileStore],
    folder: Path,
    manifest: Manifest,
    *,
    now: datetime,
    moved: bool,
) -> int:
    """Everything in one transaction; how many mails may have left."""
    with db.transaction() as session:
        connection = session.connection()
        make_empty(connection)
        for table in Base.metadata.sorted_tables:
            count = _load(connection, table, folder / "tables" / f"{table.name}.jsonl.gz")
            if count != manifest.tables[table.name].rows:
                raise BackupUnusable(folder=folder, reason=f"{table.name}: {count}")
        ledger.verify(session)
        if ledger.head(session) != (manifest.events, manifest.head):
            raise BackupUnusable(folder=folder, reason="ledger")
        # A file that no row names does no harm; a row whose file is missing does.
        for name, store in stores.items():
            _copy(folder, name, store)
        if moved:
            return 0
        session.add(Restoration(backup_at=manifest.made_at, restored_at=now))
        doubted = doubt_unsent(session, now)
        ledger.record(
            session,
            "installation.restored",
            subject=("ledger_event", manifest.events),
            now=now,
            backup_at=manifest.made_at.isoformat(),
        )
        return doubted


def _load(connection: Connection, table: Table, path: Path) -> int:
    """Insert the rows of a table; how many. What names a row of the same table is set when all are there."""
    count = 0
    (key, *_) = table.primary_key
    own = [each.parent for each in table.foreign_keys if each.column.table is table]
    later: list[dict[str, Any]] = []
    for some in rows.read(table, path):
        count += len(some)
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
    return count


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


def _copy(folder: Path, name: str, store: Path | FileStore) -> None:
    """Copy the files of one store: each of them whole under its name, or not at all, whatever was checked before."""
    source = folder / "files" / name
    for path in entries(source):
        relative = path.relative_to(source)
        if not is_kept(relative):
            raise BackupUnusable(folder=folder, reason=f"{name}/{path.name}")
        kept = _copied(path, store / relative) if isinstance(store, Path) else _put(path, store)
        if not kept:
            raise BackupUnusable(folder=folder, reason=f"{name}/{path.name}")


def _put(path: Path, store: FileStore) -> bool:
    content = b"".join(parts_of(path))
    is_whole = hashlib.sha256(content).hexdigest() == path.stem
    if is_whole:
        store.put(content)
    return is_whole


def _copied(path: Path, target: Path) -> bool:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.new")
    try:
        is_whole = copy(path, draft) == path.stem
        if is_whole:
            draft.replace(target)
        return is_whole
    finally:
        with suppress(OSError):
            draft.unlink()

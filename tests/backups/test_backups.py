"""A backup holds everything, is refused where it is not whole, and goes from one kind of database to the other."""

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import JSON, Boolean, Date, Enum, Float, Integer, String, Text, func, select, text

from gongmun import ledger
from gongmun.backups import Manifest, checked, restore, save
from gongmun.backups.manifest import MANIFEST, BackupUnusable
from gongmun.backups.restoring import BackupOfAnotherVersion, InstallationNotEmpty
from gongmun.backups.saving import BackupExists, BackupFailed
from gongmun.db import Base, Database
from gongmun.db.models import UtcDateTime
from gongmun.db.schema import SchemaOutdated, upgrade
from gongmun.documents.bucket_store import bucket_store
from gongmun.forums.models import Forum
from gongmun.ledger import LedgerBroken
from gongmun.referrals.models import Referral
from tests.documents.object_store import BUCKET, running_object_store
from tests.postgresql import fresh_database
from tests.world import World

NOW = datetime(2026, 10, 12, 0, 30, tzinfo=UTC)
KNOWN = (Boolean, Date, Enum, Float, Integer, JSON, String, Text, UtcDateTime)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    """Makes an empty database of SQLite."""
    databases: list[Database] = []

    def made(name: str) -> Database:
        databases.append(Database(f"sqlite:///{tmp_path / name}.db"))
        return databases[-1]

    yield made
    for each in databases:
        each.dispose()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An installation with issued documents and sent mail."""
    folder = tmp_path_factory.mktemp("origin")
    db = Database(f"sqlite:///{folder / 'origin.db'}")
    upgrade(db)
    world = World(db=db, folder=folder, now=NOW)
    world.dispatched("housing", "education")
    yield world
    db.dispose()


def stores(folder: Path) -> dict[str, Path]:
    return {"documents": folder / "documents", "received": folder / "received"}


def moved(db: Database, to: Path, backup: Path) -> Manifest:
    """Restore what was stopped before it was saved, so that nothing is in doubt."""
    return restore(db, stores(to), backup, now=NOW, moved=True).manifest


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def backup(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backups") / "backup"
    manifest = save(world.db, stores(world.folder), folder, now=NOW)
    assert manifest.events > 10
    assert manifest.tables["referrals"].rows >= 2
    assert manifest.files["documents"] >= 2
    return folder


@pytest.fixture
def saved(backup: Path, tmp_path: Path) -> Path:
    """A backup of it that may be damaged."""
    return shutil.copytree(backup, tmp_path / "backup")


def test_every_type_of_our_columns_was_thought_of() -> None:
    for table in Base.metadata.tables.values():
        for column in table.columns:
            assert isinstance(column.type, KNOWN), (table.name, column.name)


def test_a_restored_installation_is_the_same_and_goes_on(
    world: World, saved: Path, fresh: Callable[[str], Database], tmp_path: Path
) -> None:
    db = fresh("restored")
    manifest = moved(db, tmp_path / "restored", saved)
    again = save(db, stores(tmp_path / "restored"), tmp_path / "again", now=NOW)
    assert again == manifest
    with db.reading() as session:
        assert ledger.verify(session) == manifest.events
    assert names(tmp_path / "restored" / "documents") == names(world.folder / "documents")
    later = World(db=db, folder=tmp_path / "restored", now=NOW)
    with db.reading() as session:
        referral_id = session.scalars(select(Referral.id)).first()
    assert referral_id is not None
    assert later.respond(referral_id, NOW).id
    with db.reading() as session:
        assert ledger.verify(session) > manifest.events


def test_the_files_of_a_backup_are_restored_into_a_bucket(
    saved: Path, fresh: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_object_store() as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        bucket = bucket_store(f"s3://{BUCKET}/documents")
        restore(fresh("there"), {"documents": bucket}, saved, now=NOW, moved=True)
        files = [path for path in (saved / "files" / "documents").rglob("*") if path.is_file()]
        assert files
        for path in files:
            assert bucket.get(path.stem) == path.read_bytes()


def test_from_sqlite_to_postgresql_and_back_nothing_changes(
    saved: Path,
    postgresql_url: str,
    fresh: Callable[[str], Database],
    tmp_path: Path,
) -> None:
    with fresh_database(postgresql_url) as there:
        manifest = moved(there, tmp_path / "there", saved)
        with there.transaction() as session:
            # Ids go on after those that came.
            highest = max(session.scalars(select(Referral.id)))
            next_id = session.scalar(text("SELECT nextval('referrals_id_seq')"))
            assert next_id == highest + 1
            session.rollback()
        from_there = save(there, stores(tmp_path / "there"), tmp_path / "from_there", now=NOW)
    assert from_there == manifest
    back = moved(fresh("back"), tmp_path / "back", tmp_path / "from_there")
    assert back == manifest


def test_nothing_is_restored_where_something_is(world: World, saved: Path, tmp_path: Path) -> None:
    before = list(tmp_path.glob("elsewhere"))
    with pytest.raises(InstallationNotEmpty):
        moved(world.db, tmp_path / "elsewhere", saved)
    assert list(tmp_path.glob("elsewhere")) == before


def test_an_existing_folder_is_left_alone(world: World, saved: Path) -> None:
    before = (saved / MANIFEST).read_bytes()
    with pytest.raises(BackupExists):
        save(world.db, stores(world.folder), saved, now=NOW)
    assert (saved / MANIFEST).read_bytes() == before


def test_a_place_that_cannot_be_written_to_is_named(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BackupFailed):
        save(world.db, stores(world.folder), tmp_path / "file" / "backup", now=NOW)


def test_what_a_killed_backup_has_left_is_no_backup_and_in_nobodys_way(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Manifest, "written", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            save(world.db, stores(world.folder), tmp_path / "backup", now=NOW)
    assert not (tmp_path / "backup").exists()
    save(world.db, stores(world.folder), tmp_path / "backup", now=NOW)
    assert checked(tmp_path / "backup").events > 10
    assert not (tmp_path / "backup.part").exists()


def changed_table(folder: Path) -> None:
    path = folder / "tables" / "referrals.jsonl.gz"
    lines = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(lines.replace(b"MOLIT", b"MOLI7") + b"\n"))


def missing_table(folder: Path) -> None:
    (folder / "tables" / "referrals.jsonl.gz").unlink()


def changed_document(folder: Path) -> None:
    path = next((folder / "files" / "documents").rglob("*.pdf"))
    path.write_bytes(path.read_bytes() + b" ")


def missing_document(folder: Path) -> None:
    next((folder / "files" / "documents").rglob("*.pdf")).unlink()


def no_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def half_a_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_text((folder / MANIFEST).read_text()[:200])


@pytest.mark.parametrize(
    "damage",
    [
        changed_table,
        missing_table,
        changed_document,
        missing_document,
        no_manifest,
        half_a_manifest,
    ],
)
def test_a_damaged_backup_is_refused_before_anything_is_written(
    saved: Path, fresh: Callable[[str], Database], tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    damage(saved)
    with pytest.raises(BackupUnusable):
        checked(saved)
    with pytest.raises(BackupUnusable):
        moved(fresh("restored"), tmp_path / "restored", saved)
    assert not (tmp_path / "restored.db").exists()
    assert not (tmp_path / "restored").exists()


def rewritten(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Change the ledger's file, and the manifest with it, as someone would who wants not to be seen."""
    from gongmun.backups.manifest import sha256_of

    path = folder / "tables" / "ledger_events.jsonl.gz"
    lines = change(gzip.decompress(path.read_bytes()).decode().splitlines())
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))
    told = json.loads((folder / MANIFEST).read_text())
    told["tables"]["ledger_events"]["sha256"] = sha256_of(path)
    (folder / MANIFEST).write_text(json.dumps(told))


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [line.replace('"system"', '"ministry"') for line in lines],
        lambda lines: lines[:5] + lines[6:],
        lambda lines: lines[:-1],
    ],
    ids=["changed", "removed", "cut off"],
)
def test_a_ledger_that_was_tampered_with_is_not_restored(
    saved: Path,
    fresh: Callable[[str], Database],
    tmp_path: Path,
    change: Callable[[list[str]], list[str]],
) -> None:
    rewritten(saved, change)
    db = fresh("restored")
    with pytest.raises((LedgerBroken, BackupUnusable)):
        moved(db, tmp_path / "restored", saved)
    with db.reading() as session:
        assert session.scalars(select(Referral.id)).all() == []
    assert not (tmp_path / "restored").exists()


def test_one_of_another_version_is_refused_by_name(
    saved: Path, fresh: Callable[[str], Database], tmp_path: Path
) -> None:
    told = json.loads((saved / MANIFEST).read_text())
    (saved / MANIFEST).write_text(json.dumps({**told, "revision": "0001", "version": "0.0.9"}))
    with pytest.raises(BackupOfAnotherVersion) as refused:
        moved(fresh("restored"), tmp_path / "restored", saved)
    assert "0.0.9" in refused.value.message_ko


def test_a_database_of_another_version_is_not_saved(sqlite_db: Database, tmp_path: Path) -> None:
    # That of the tests is made from the models, and no migration has seen it.
    with pytest.raises(SchemaOutdated):
        save(sqlite_db, {}, tmp_path / "backup", now=NOW)
    assert not (tmp_path / "backup").exists()


def test_rows_are_those_of_one_moment(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is committed while the tables are read is in none of them."""
    from gongmun.backups import rows, saving

    with fresh_database(postgresql_url) as db:
        upgrade(db)
        world = World(db=db, folder=tmp_path / "origin", now=NOW)
        write, told = rows.write, iter([True])

        def meanwhile(*arguments: object) -> int:
            if next(told, False):
                world.forum("OCF-2026-99")
            return write(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(saving.rows, "write", meanwhile)
        manifest = save(db, {}, tmp_path / "backup", now=NOW)
        with db.reading() as session:
            assert session.scalar(select(func.count(Forum.id))) == 1
    assert manifest.tables["forums"].rows == 0
    assert manifest.tables["ledger_events"].rows == manifest.events

"""A backup holds everything, is refused where it is not whole, and goes from one kind of database to the other."""

import gzip
import json
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import JSON, Boolean, Date, Enum, Float, Integer, String, Text, func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.backups import Manifest, checked, restore, save
from gongmun.backups.emptying import InstallationNotEmpty
from gongmun.backups.files import sha256_of
from gongmun.backups.manifest import MANIFEST, BackupUnusable
from gongmun.backups.restoring import BackupOfAnotherVersion, RestoreFailed
from gongmun.backups.saving import BackupExists, BackupFailed
from gongmun.briefing.models import Alarm
from gongmun.briefing.raising import raise_alarms
from gongmun.db import Base, Database
from gongmun.db.models import UtcDateTime
from gongmun.db.schema import SchemaOutdated, upgrade
from gongmun.db.sweeps import lease
from gongmun.documents import LocalStore
from gongmun.documents.bucket_store import bucket_store
from gongmun.forums.models import Forum
from gongmun.ledger import LedgerBroken
from gongmun.organisations import load
from gongmun.organisations.contacts import set_contact
from gongmun.organisations.models import ContactRole, Topic
from gongmun.referrals.models import Referral
from tests.documents.object_store import BUCKET, running_object_store
from tests.postgresql import fresh_database
from tests.world import World

pytestmark = pytest.mark.long

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


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_setup_loads_and_idle_sweeps_note_makes_room_and_what_a_person_did_does_not(
    world: World,
    saved: Path,
    fresh: Callable[[str], Database],
    postgresql_url: str,
    tmp_path: Path,
    kind: str,
) -> None:
    with fresh_database(postgresql_url) as there:
        db = there if kind == "postgresql" else fresh("restored")
        upgrade(db)
        load(db, NOW)
        with lease(db, "chase"):
            pass
        set_contact(db, "MOE", ContactRole.PRIMARY, "somebody@moe.example", NOW)
        with pytest.raises(InstallationNotEmpty, match="ledger_events: 1"):
            moved(db, tmp_path / "restored", saved)
        with db.reading() as session:
            assert session.scalar(select(func.count(Topic.code)))
            assert ledger.verify(session) > 100

    with fresh_database(postgresql_url) as there:
        db = there if kind == "postgresql" else fresh("again")
        upgrade(db)
        load(db, NOW)
        with lease(db, "chase"):
            pass
        raise_alarms(db, NOW, silent=lambda _: {"chase": NOW})
        with db.reading() as session:
            assert session.scalar(select(func.count(Alarm.key))) == 1
        manifest = moved(db, tmp_path / "restored", saved)
        assert save(db, stores(tmp_path / "restored"), tmp_path / "again", now=NOW) == manifest
        # The ledger is guarded as before.
        for change in ("DELETE FROM ledger_events", "UPDATE ledger_events SET actor = 'x'"):
            with pytest.raises(DatabaseError, match="append-only"), db.transaction() as session:
                session.execute(text(change))


def test_a_restore_that_fails_leaves_what_was_loaded(
    saved: Path, fresh: Callable[[str], Database], tmp_path: Path
) -> None:
    rewritten(saved, lambda lines: lines[:-1])
    db = fresh("restored")
    upgrade(db)
    load(db, NOW)
    with db.reading() as session:
        before = ledger.head(session)
    with pytest.raises((LedgerBroken, BackupUnusable)):
        moved(db, tmp_path / "restored", saved)
    with db.reading() as session:
        assert ledger.head(session) == before
        assert ledger.verify(session) == before[0]
    with pytest.raises(DatabaseError, match="append-only"), db.transaction() as session:
        session.execute(text("DELETE FROM ledger_events"))


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
        patched.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(ZeroDivisionError):
            save(world.db, stores(world.folder), tmp_path / "backup", now=NOW)
    assert (tmp_path / "backup.part").exists()
    assert not (tmp_path / "backup").exists()
    save(world.db, stores(world.folder), tmp_path / "backup", now=NOW)
    assert checked(tmp_path / "backup").events > 10
    assert not (tmp_path / "backup.part").exists()


def test_a_backup_that_fails_leaves_nothing_of_what_citizens_wrote(
    world: World, tmp_path: Path
) -> None:
    # A file where the folder of a store should be made, once the rows are written.
    with pytest.raises(BackupFailed):
        save(world.db, {"x" * 300: world.folder / "documents"}, tmp_path / "backup", now=NOW)
    assert list(tmp_path.iterdir()) == []


def test_of_a_store_with_damage_all_the_rest_is_saved_and_the_damage_named(
    world: World, fresh: Callable[[str], Database], tmp_path: Path
) -> None:
    folder = shutil.copytree(world.folder / "documents", tmp_path / "documents")
    LocalStore(folder).put(b"%PDF-1.7 a third one")
    good, changed, linked, *_ = sorted(folder.rglob("*.pdf"))
    changed.write_bytes(b"half of i")
    linked.rename(tmp_path / "elsewhere.pdf")
    linked.symlink_to(tmp_path / "elsewhere.pdf")
    (folder / "notes.txt").write_text("x")
    (folder / good.parent.name / "copy of it.pdf").write_bytes(good.read_bytes())
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff")).write_text("x")
    (folder / good.parent.name / "tmp123.new").write_text("x")
    received = tmp_path / "received"
    name = "ab" + "0" * 62
    (received / "ab").mkdir(parents=True)
    os.mkfifo(received / "ab" / name)

    where = {"documents": folder, "received": received}
    manifest = save(world.db, where, tmp_path / "backup", now=NOW)
    assert manifest.files == {"documents": len(names(folder)) - 6, "received": 0}
    assert set(manifest.damaged) == {
        *(f"documents/{path.relative_to(folder)}" for path in (changed, linked)),
        f"received/ab/{name}",
    }
    assert set(manifest.left_out) == {
        "documents/notes.txt",
        f"documents/{good.parent.name}/copy of it.pdf",
        "documents/\ufffd",
    }
    assert checked(tmp_path / "backup") == manifest
    assert moved(fresh("restored"), tmp_path / "restored", tmp_path / "backup") == manifest
    assert good.name in names(tmp_path / "restored")


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


def retold(folder: Path, **told: object) -> None:
    """Change the manifest, as someone would who wants files to be believed."""
    known = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(known | told))


def files_that_the_manifest_does_not_list(folder: Path) -> None:
    shutil.rmtree(folder / "files" / "received", ignore_errors=True)
    retold(folder, files={})


def a_store_that_nobody_knows(folder: Path) -> None:
    (folder / "files" / "more").mkdir()
    counts = json.loads((folder / MANIFEST).read_text())["files"]
    retold(folder, files=counts | {"more": 0})


def no_tables(folder: Path) -> None:
    retold(folder, tables={})


def a_table_of_another_folder(folder: Path) -> None:
    shutil.copy(folder / "tables" / "referrals.jsonl.gz", folder / "x.jsonl.gz")
    tables = json.loads((folder / MANIFEST).read_text())["tables"]
    retold(folder, tables=tables | {"../x": tables["referrals"]}, revision="0001")


def a_link_for_a_document(folder: Path) -> None:
    path = next((folder / "files" / "documents").rglob("*.pdf"))
    path.rename(folder / "elsewhere.pdf")
    path.symlink_to(folder / "elsewhere.pdf")


def a_link_for_the_documents(folder: Path) -> None:
    (folder / "files" / "documents").rename(folder / "elsewhere")
    (folder / "files" / "documents").symlink_to(folder / "elsewhere")


def a_document_in_another_folder(folder: Path) -> None:
    path = next((folder / "files" / "documents").rglob("*.pdf"))
    path.rename(folder / "files" / "documents" / path.name)


def an_unreadable_count(folder: Path) -> None:
    retold(folder, files={"documents": "many"})


@pytest.mark.parametrize(
    "damage",
    [
        files_that_the_manifest_does_not_list,
        a_store_that_nobody_knows,
        no_tables,
        a_table_of_another_folder,
        a_link_for_a_document,
        a_link_for_the_documents,
        a_document_in_another_folder,
        an_unreadable_count,
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


def rewritten(
    folder: Path, change: Callable[[list[str]], list[str]], table: str = "ledger_events"
) -> None:
    """Change the file of a table, and the manifest with it, as someone would who wants not to be seen."""
    path = folder / "tables" / f"{table}.jsonl.gz"
    lines = change(gzip.decompress(path.read_bytes()).decode().splitlines())
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))
    told = json.loads((folder / MANIFEST).read_text())
    told["tables"][table]["sha256"] = sha256_of(path)
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


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[0].replace('"id"', '"it"'), *lines[1:]],
        lambda lines: [
            lines[0].replace('"id",', ""),
            *(line.split(",", 1)[1] for line in lines[1:]),
        ],
        lambda lines: ["{", *lines[1:]],
        lambda lines: [],
        lambda lines: [*lines, "[1]"],
        lambda lines: [*lines, "7"],
        lambda lines: [*lines, lines[-1]],
        lambda lines: lines[:-1],
        lambda lines: [
            lines[0],
            lines[1].replace('"MOLIT"', "null").replace('"', '"x'),
            *lines[2:],
        ],
    ],
    ids=[
        "another column",
        "a column less",
        "no JSON",
        "nothing",
        "a short row",
        "no row",
        "a row twice",
        "a row less",
        "other values",
    ],
)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_table_that_is_none_is_not_restored_whatever_its_hash(
    saved: Path,
    fresh: Callable[[str], Database],
    postgresql_url: str,
    tmp_path: Path,
    kind: str,
    change: Callable[[list[str]], list[str]],
) -> None:
    # A row of referrals begins with its number, so that a column can be cut off.
    assert json.loads(lines_of(saved, "referrals")[0])[0] == "id"
    rewritten(saved, change, "referrals")
    with fresh_database(postgresql_url) as there:
        db = there if kind == "postgresql" else fresh("restored")
        with pytest.raises(BackupUnusable) as refused:
            moved(db, tmp_path / "restored", saved)
        with db.reading() as session:
            assert session.scalar(select(func.count(Forum.id))) == 0
    assert "\n" not in refused.value.message_ko
    assert not (tmp_path / "restored").exists()


def lines_of(folder: Path, table: str) -> list[str]:
    packed = (folder / "tables" / f"{table}.jsonl.gz").read_bytes()
    return gzip.decompress(packed).decode().splitlines()


def test_what_changes_after_it_was_checked_does_not_get_in(
    saved: Path,
    fresh: Callable[[str], Database],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verify = ledger.verify

    def meanwhile(session: Session) -> int:
        changed_document(saved)
        return verify(session)

    monkeypatch.setattr(ledger, "verify", meanwhile)
    db = fresh("restored")
    with pytest.raises(BackupUnusable):
        moved(db, tmp_path / "restored", saved)
    with db.reading() as session:
        assert session.scalar(select(func.count(Forum.id))) == 0
    for path in (tmp_path / "restored").rglob("*"):
        assert path.is_dir() or sha256_of(path) == path.stem


def test_files_that_cannot_be_written_are_a_sentence_and_leave_the_database_empty(
    saved: Path, fresh: Callable[[str], Database], tmp_path: Path
) -> None:
    (tmp_path / "restored").write_text("in the way")
    db = fresh("restored")
    with pytest.raises(RestoreFailed) as refused:
        moved(db, tmp_path / "restored", saved)
    assert "restored" in refused.value.message_ko
    with db.reading() as session:
        assert session.scalar(select(func.count(Forum.id))) == 0
    (tmp_path / "restored").unlink()
    moved(db, tmp_path / "restored", saved)


def test_a_full_disk_is_a_sentence(saved: Path, fresh: Callable[[str], Database]) -> None:
    # A document of any size meets the limit for files of this process, as it would meet the end of the disk.
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    db = fresh("restored")
    upgrade(db)
    room = Path(str(db.url.database)).stat().st_size + 2**23
    large = saved / "files" / "documents" / "large"
    large.write_bytes(b" " * (room + 1))
    name = sha256_of(large)
    large.parent.joinpath(name[:2]).mkdir(exist_ok=True)
    large.rename(large.parent / name[:2] / f"{name}.pdf")
    counts = json.loads((saved / MANIFEST).read_text())["files"]
    retold(saved, files=counts | {"documents": counts["documents"] + 1})
    store = saved.parent / "store"
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(RestoreFailed):
            moved(db, store, saved)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(store.rglob("*.new"))
    with db.reading() as session:
        assert session.scalar(select(func.count(Forum.id))) == 0


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

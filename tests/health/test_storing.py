"""The database, its folders, and who may read them."""

import os
from pathlib import Path

import pytest

from gongmun import prefect_login
from gongmun.db import Database
from gongmun.db.schema import upgrade
from gongmun.health import Check, Standing, storing
from gongmun.settings import Settings
from tests.documents.object_store import BUCKET, running_object_store


def by_code(checks: object) -> dict[str, Check]:
    return {check.code: check for check in checks}  # type: ignore[attr-defined]


def test_a_database_that_no_migration_has_seen_is_not_taken_for_a_good_one(db: Database) -> None:
    # The tests' database is made from the models, without a version.
    checks = by_code(storing.database(db))
    assert checks["database"].standing is Standing.WELL
    assert checks["migrations"].standing is Standing.WRONG


def test_one_that_was_set_up_is_well_and_an_older_one_is_not(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'gongmun.db'}")
    upgrade(db)
    checks = by_code(storing.database(db))
    assert checks["database"].standing is checks["migrations"].standing is Standing.WELL
    with db.transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    older = by_code(storing.database(db))["migrations"]
    assert older.standing is Standing.WRONG
    assert "0001" in older.found.ko
    assert older.remedy is not None
    assert "gongmun setup" in older.remedy.en
    db.dispose()


def test_a_database_that_is_not_there_is_named(tmp_path: Path) -> None:
    (check,) = storing.database(Database(f"sqlite:///{tmp_path / 'none.db'}"))
    assert check.standing is Standing.WRONG
    assert "none.db" in check.found.ko
    assert not (tmp_path / "none.db").exists()


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    url = "postgresql+psycopg://gongmun:secret@127.0.0.1:1/gongmun?connect_timeout=2"
    (check,) = storing.database(Database(url))
    assert check.standing is Standing.WRONG
    assert "secret" not in str(check)


@pytest.mark.parametrize(
    ("least", "too_few", "standing"),
    [
        (0, 0, Standing.WELL),
        (10**18, 0, Standing.CARE),
        (10**18, 10**18, Standing.WRONG),
    ],
)
def test_a_disk_that_fills_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int, too_few: int, standing: Standing
) -> None:
    monkeypatch.setattr(storing, "FEW_BYTES", least)
    monkeypatch.setattr(storing, "TOO_FEW_BYTES", too_few)
    checks = list(storing.disk(Settings(var=tmp_path / "not" / "made", _env_file=None)))
    assert {check.standing for check in checks} == {standing}


def test_a_folder_that_cannot_be_looked_into_is_a_check_with_a_remedy(tmp_path: Path) -> None:
    # As one without the right to, and alike for root.
    var = tmp_path / ("x" * 300)
    db = Database(f"sqlite:///{var / 'gongmun.db'}")
    (database,) = storing.database(db)
    assert database.standing is Standing.WRONG
    assert "GONGMUN_VAR" in database.found.ko
    settings = Settings(var=var, _env_file=None)
    assert {check.code for check in storing.disk(settings)} == {"disk"}
    assert [check.code for check in storing.private_files(settings)] == ["private_files"]


def test_a_folder_that_nobody_may_write_to_is_named_once(tmp_path: Path) -> None:
    # A file where the folder should be: closed to root as well.
    (tmp_path / "var").touch()
    settings = Settings(var=tmp_path / "var", _env_file=None)
    (check,) = storing.disk(settings)
    assert check.standing is Standing.WRONG


def test_a_bucket_that_is_there_and_one_that_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_object_store() as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        places = {"document_store": f"s3://{BUCKET}/documents", "received_store": "s3://no-bucket"}
        settings = Settings(var=tmp_path, _env_file=None, **places)
        there, missing = storing.buckets(settings)
    assert (there.standing, missing.standing) == (Standing.WELL, Standing.WRONG)
    assert BUCKET in there.found.ko
    assert "no-bucket" in missing.found.en
    # A bucket is no disk of this machine, and where none is named none is examined.
    assert len(list(storing.disk(settings))) == 1
    assert list(storing.buckets(Settings(var=tmp_path, _env_file=None))) == []


def test_private_files_are_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = tmp_path / "settings.env"
    env.write_text("GONGMUN_MAIL__PASSWORD=secret")
    monkeypatch.setenv("GONGMUN_ENV_FILE", str(env))
    settings = Settings(var=tmp_path, _env_file=None)
    for folder in tmp_path.parents:
        # Where the folder of the tests is closed, nothing in it is open to others.
        if not folder.stat().st_mode & 0o001:
            monkeypatch.setattr(storing, "_is_behind_a_private_folder", lambda _: False)
    env.chmod(0o644)
    (check,) = storing.private_files(settings)
    assert check.standing is Standing.CARE
    assert str(env) in check.found.en
    assert check.remedy is not None
    assert os.system(check.remedy.en) == 0
    (check,) = storing.private_files(settings)
    assert check.standing is Standing.WELL


def test_the_folder_of_the_installation_and_the_login_are_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "_is_behind_a_private_folder", lambda _: False)
    monkeypatch.setenv("GONGMUN_ENV_FILE", "")
    var, login = tmp_path / "var", tmp_path / "login"
    settings = Settings(var=var, prefect_login=login, _env_file=None)
    prefect_login.ensure(var / "prefect-login", {})
    prefect_login.ensure(login, {})
    (check,) = storing.private_files(settings)
    assert check.standing is Standing.WELL
    for too_open in (var, login):
        too_open.chmod(0o755)
        (check,) = storing.private_files(settings)
        assert check.standing is Standing.CARE
        assert str(too_open) in check.found.ko
        assert check.remedy is not None
        assert os.system(check.remedy.ko) == 0
    (check,) = storing.private_files(settings)
    assert check.standing is Standing.WELL

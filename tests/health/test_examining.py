"""All that is examined together: what cannot be read takes nothing else with it."""

from datetime import datetime
from pathlib import Path

from gongmun.db import Database
from gongmun.db.schema import upgrade
from gongmun.health import Standing
from gongmun.health.examining import examine
from gongmun.settings import Settings


def test_a_table_that_is_damaged_hides_nothing_else(tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "gongmun.db"
    db = Database(f"sqlite:///{file}")
    upgrade(db)
    with db.migrating() as connection:
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
        page = connection.exec_driver_sql(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sweeps'"
        ).scalar_one()
    with db.engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.dispose()
    content = bytearray(file.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    file.write_bytes(content)
    db = Database(f"sqlite:///{file}")
    checks = examine(Settings(var=tmp_path, _env_file=None), db, now)
    db.dispose()
    assert {check.code for check in checks} >= {"database", "migrations", "disk"}
    (wrong,) = [c for c in checks if c.standing is Standing.WRONG and c.code != "relay"]
    assert wrong.code == "database"
    assert "gongmun restore" in wrong.found.ko

"""The schema: all rooms' tables, and the migrations that bring a database to it."""

from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from gongmun.db.engine import Database
from gongmun.errors import GongmunError

# An arbitrary number: the name of a lock in PostgreSQL.
_UPGRADE_LOCK = 20261121
_MIGRATIONS = Path(__file__).parent / "migrations"
_ROOMS = Path(__file__).parent.parent


def load_models() -> None:
    """Import every room's `models` module, so that the metadata knows every table."""
    import_module("gongmun.db.restored")
    import_module("gongmun.db.sweeps")
    # Found by their files: to look into each package would import it, and the portal brings a web framework with it.
    for path in sorted(_ROOMS.rglob("models.py")):
        import_module(".".join(("gongmun", *path.relative_to(_ROOMS).with_suffix("").parts)))


def upgrade(db: Database) -> None:
    """Bring the database to the newest schema; harmless where it is there already.

    Raises:
        DatabaseUnavailable: locked, or gone.
        SchemaNewer: it stands at a revision that this version does not know; nothing was changed.
    """
    _run(db, "upgrade")


class SchemaOutdated(GongmunError):
    """The database does not stand where this version of the program needs it."""

    code = "db.schema_outdated"
    ko = (
        "데이터베이스는 {current} 버전, 이 프로그램은 {newest} 버전입니다. 'gongmun setup'을 먼저 실행하거나 맞는 버전의 "
        "프로그램을 사용해 주십시오."
    )
    en = (
        "The database stands at {current}, this program needs {newest}. Run `gongmun setup` first, or use the "
        "version of the program that fits."
    )


class SchemaNewer(GongmunError):
    """A newer version has brought the database further: the way back is a backup, because rows would be lost."""

    code = "db.schema_newer"
    ko = (
        "데이터베이스가 이 프로그램({newest} 버전)보다 새로운 버전({current})입니다. 바꾸지 않았습니다. 새 프로그램을 다시 "
        "설치하거나, 올리기 전에 만든 백업을 비어 있는 데이터베이스에 이 프로그램으로 복원해 주십시오."
    )
    en = (
        "The database stands at {current}, which is newer than this program ({newest}). Nothing was changed. Install "
        "the newer program again, or restore with this one the backup from before the upgrade into an empty database."
    )


def newest_revision() -> str:
    """Where this version of the program needs a database to stand."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None
    return newest


def current_revision(db: Database) -> str | None:
    """Where the database stands; None where it was not set up.

    Raises:
        DatabaseUnavailable: it is gone.
    """
    with db.reading() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def revise(db: Database, message: str) -> None:
    """Write a new migration from the difference between the models and `db` (for developers)."""
    _run(db, "revision", message)


def _require_known(connection: Connection) -> None:
    """Raise SchemaNewer where the database stands at a revision that is not among ours."""
    current = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(_config())
    if current and current not in {each.revision for each in script.walk_revisions()}:
        raise SchemaNewer(current=current, newest=newest_revision())


def _run(db: Database, what: str, message: str = "") -> None:
    load_models()
    config = _config()
    with db.migrating() as connection:
        if not db.is_sqlite:
            # Two machines that are started together take turns; SQLite's writers do so anyway.
            connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        config.attributes["connection"] = connection
        if what == "upgrade":
            _require_known(connection)
            command.upgrade(config, "head")
        else:
            command.revision(config, message=message, autogenerate=True)

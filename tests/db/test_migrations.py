"""Migrations on data: with rows in every table each step loses nothing going forward, and can be taken back.

An operator goes back by a backup, because a step back drops what the newer version has written; an older
program leaves a newer database alone.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from gongmun.db import Database
from gongmun.db.schema import (
    _MIGRATIONS,
    SchemaNewer,
    current_revision,
    newest_revision,
    upgrade,
)
from tests.db.rows import EACH, Rows, content, fill
from tests.postgresql import fresh_database

pytestmark = pytest.mark.long


def adds(_before: Rows, _after: Rows) -> None:
    """Only adds tables, columns, indexes or triggers: no value has to be made for a row that is there."""


def answers(_before: Rows, after: Rows) -> None:
    """A token of its own for each dispatch; what was sent before is to be proved, and contacts are well."""
    tokens = {row["token"] for row in after["dispatches"]}
    assert len(tokens) == EACH
    assert all(len(token) == 16 for token in tokens)
    assert {row["wants_proof"] for row in after["dispatches"]} == {True}
    assert {row["health"] for row in after["contacts"]} == {"ok"}


def deadlines(before: Rows, after: Rows) -> None:
    """Of a day that was named, when it begins and is over in Seoul; of a mail, since when we have it."""
    for old, new in zip(by_id(before, "referrals"), by_id(after, "referrals"), strict=True):
        midnight = datetime.fromisoformat(f"{old['answer_due']} 00:00+00:00")
        assert in_utc(new["answer_counted_since"]) == midnight - timedelta(hours=9)
        assert in_utc(new["answer_due_at"]) == midnight + timedelta(hours=15)
        assert new["answer_counted_in"] == "working_days"
    for mail in after["incoming_mails"]:
        assert mail["arrived_at"] == mail["collected_at"]
    assert {row["stale"] for row in after["notices"]} == {False}


# What each migration makes for rows that are there: one that is not written down here fails.
MADE: Mapping[str, Callable[[Rows, Rows], None]] = {
    "0001": adds,
    "0002": answers,
    "0003": deadlines,
    "0004": adds,
    "0005": adds,
    "0006": adds,
    "0007": adds,
    "0008": adds,
    "0009": adds,
    "0010": adds,
}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a table, of both kinds."""
    if request.param == "postgresql":
        with fresh_database(request.getfixturevalue("postgresql_url")) as database:
            yield database
        return
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    yield database
    database.dispose()


def test_each_step_keeps_every_row_and_can_be_taken_back(empty: Database) -> None:
    before = rows_of(empty)
    for revision in revisions():
        assert revision in MADE, f"say in MADE what {revision} makes of rows that are there"
        go(empty, command.upgrade, revision)
        after = rows_of(empty)
        assert kept(before, after) == before, f"{revision} loses or changes rows"
        MADE[revision](before, after)
        go(empty, command.downgrade, "-1")
        assert rows_of(empty) == before, f"the way back from {revision} loses or changes rows"
        go(empty, command.upgrade, revision)
        with empty.migrating() as connection:
            fill(connection)
        before = rows_of(empty)
        assert {len(rows) for rows in before.values()} == {EACH}
    assert current_revision(empty) == newest_revision()


def test_from_the_first_revision_to_the_newest_at_once(empty: Database) -> None:
    first, *_ = revisions()
    go(empty, command.upgrade, first)
    with empty.migrating() as connection:
        fill(connection)
    before = rows_of(empty)
    upgrade(empty)
    assert kept(before, rows_of(empty)) == before
    go(empty, command.downgrade, first)
    assert rows_of(empty) == before


def test_a_program_that_is_older_than_the_database_leaves_it_alone(empty: Database) -> None:
    upgrade(empty)
    with empty.migrating() as connection:
        fill(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = rows_of(empty)
    with pytest.raises(SchemaNewer) as refused:
        upgrade(empty)
    assert "백업" in refused.value.message_ko
    assert "backup" in refused.value.message_en
    assert (current_revision(empty), rows_of(empty)) == ("9999", before)


def revisions() -> list[str]:
    script = ScriptDirectory.from_config(config())
    return [each.revision for each in script.walk_revisions()][::-1]


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(_MIGRATIONS))
    return made


def go(db: Database, direction: Callable[[Config, str], None], revision: str) -> None:
    with db.migrating() as connection:
        run = config()
        run.attributes["connection"] = connection
        direction(run, revision)


def rows_of(db: Database) -> Rows:
    with db.migrating() as connection:
        return content(connection)


def kept(before: Rows, after: Rows) -> Rows:
    """What stands after in the tables and columns of before."""
    return {
        table: sorted(
            ({name: row.get(name, "no such column") for name in rows[0]} for row in after[table]),
            key=lambda row: str(list(row.values())),
        )
        for table, rows in before.items()
    }


def by_id(rows: Rows, table: str) -> list[Mapping[str, object]]:
    return sorted(rows[table], key=lambda row: row["id"])


def in_utc(stored: object) -> datetime:
    """A moment as the driver has it: in SQLite a text without its zone, which is UTC."""
    moment = datetime.fromisoformat(str(stored))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

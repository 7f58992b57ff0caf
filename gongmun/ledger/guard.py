"""The guard of the ledger: its table takes new events and refuses every other change, whoever asks.

Whoever owns the table can take the guard away. Therefore the chain, which shows it, and a role for the work that
owns nothing (deployments/postgresql_roles.sql).
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Table, delete, event

from gongmun.ledger.models import LedgerEvent, LedgerHead

_REFUSED = "the ledger is append-only"
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION ledger_events_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$
"""
_TRIGGER = """
CREATE TRIGGER ledger_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_events
FOR EACH STATEMENT EXECUTE FUNCTION ledger_events_append_only()
"""
# By the name of the dialect. The migration that brings it to an older database has its own copy of these.
GUARD: Mapping[str, Sequence[str]] = {
    "sqlite": [
        *(
            f"CREATE TRIGGER ledger_events_no_{change.lower()} BEFORE {change} ON ledger_events "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            for change in ("UPDATE", "DELETE")
        ),
        # INSERT OR REPLACE removes the row in its way without asking the trigger of DELETE.
        (
            "CREATE TRIGGER ledger_events_no_replace BEFORE INSERT ON ledger_events "
            "WHEN EXISTS (SELECT 1 FROM ledger_events WHERE seq = NEW.seq) "
            "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        ),
    ],
    "postgresql": [_FUNCTION, _TRIGGER],
}


@event.listens_for(cast(Table, LedgerEvent.__table__), "after_create")
def _guard(_table: Table, connection: Connection, **_: Any) -> None:
    for statement in GUARD[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def begin_anew(connection: Connection) -> None:
    """Take all events out, for another ledger to take their place whole: for a restore, as the owner of the table.

    The guard is away in this transaction only.
    """
    connection.execute(delete(LedgerHead))
    events = delete(LedgerEvent)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TRIGGER ledger_events_no_delete")
        connection.execute(events)
        connection.exec_driver_sql(GUARD["sqlite"][1])
        return
    guard = "TRIGGER ledger_events_append_only"
    connection.exec_driver_sql(f"ALTER TABLE ledger_events DISABLE {guard}")
    connection.execute(events)
    connection.exec_driver_sql(f"ALTER TABLE ledger_events ENABLE {guard}")

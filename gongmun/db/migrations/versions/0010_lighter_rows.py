"""A row of a mail, of a link and of the ledger carries no index entry that nobody looks up.

That of the ledger's hash goes: the chain says more than that it is there once. In those of documents, organisations
and suggestions only the rows that have one remain.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_REFUSED = "the ledger is append-only"
_HASH = "uq_ledger_events_hash"
_MOSTLY_NULL = (
    ("dispatches", "document_id"),
    ("access_links", "organisation_id"),
    ("access_links", "suggestion_id"),
)


def upgrade() -> None:
    """To this revision."""
    _open_guard()
    with op.batch_alter_table("ledger_events") as batch_op:
        batch_op.drop_constraint(_HASH, type_="unique")
    _close_guard("EXISTS (SELECT 1 FROM ledger_events WHERE seq = NEW.seq)")
    for table, column in _MOSTLY_NULL:
        op.drop_index(f"ix_{table}_{column}", table)
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_{table}_{column}", table, [column], sqlite_where=given, postgresql_where=given
        )


def downgrade() -> None:
    """Back to the revision before."""
    for table, column in reversed(_MOSTLY_NULL):
        op.drop_index(f"ix_{table}_{column}", table)
        op.create_index(f"ix_{table}_{column}", table, [column])
    _open_guard()
    with op.batch_alter_table("ledger_events") as batch_op:
        batch_op.create_unique_constraint(_HASH, ["hash"])
    _close_guard("EXISTS (SELECT 1 FROM ledger_events WHERE seq = NEW.seq OR hash = NEW.hash)")


def _open_guard() -> None:
    """SQLite makes the table anew to change it: its triggers would go with the old one, without a word."""
    if op.get_bind().dialect.name == "sqlite":
        for change in ("update", "delete", "replace"):
            op.execute(f"DROP TRIGGER ledger_events_no_{change}")


def _close_guard(is_there: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER ledger_events_no_{change.lower()} BEFORE {change} ON ledger_events "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )
    op.execute(
        f"CREATE TRIGGER ledger_events_no_replace BEFORE INSERT ON ledger_events WHEN {is_there} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    )

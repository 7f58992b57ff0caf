"""The ledger's table refuses changes and removals of events."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_REFUSED = "the ledger is append-only"


def upgrade() -> None:
    """To this revision."""
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER ledger_events_no_{change.lower()} BEFORE {change} ON ledger_events "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )
        op.execute(
            "CREATE TRIGGER ledger_events_no_replace BEFORE INSERT ON ledger_events "
            "WHEN EXISTS (SELECT 1 FROM ledger_events WHERE seq = NEW.seq OR hash = NEW.hash) "
            "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION ledger_events_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER ledger_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_events_append_only()"
    )


def downgrade() -> None:
    """Back to the one before."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER ledger_events_no_update")
        op.execute("DROP TRIGGER ledger_events_no_delete")
        op.execute("DROP TRIGGER ledger_events_no_replace")
        return
    op.execute("DROP TRIGGER ledger_events_append_only ON ledger_events")
    op.execute("DROP FUNCTION ledger_events_append_only()")

"""Facts of which coordinators are told, and mails whose raw bytes were deleted."""

import sqlalchemy as sa
from alembic import op

import gongmun.db.models

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KINDS = (
    "referral.overdue",
    "dispatch.uncertain",
    "dispatch.undeliverable",
    "contact.bounced",
    "approval.overdue",
    "survey_report.waiting",
    "sweep.missed",
)


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "alarms",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*_KINDS, name="alarmkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("raised_at", gongmun.db.models.UtcDateTime(), nullable=False),
        sa.Column("emitted_at", gongmun.db.models.UtcDateTime(), nullable=True),
        sa.Column("told_at", gongmun.db.models.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alarms")),
    )
    for name, columns, column in (
        ("ix_alarms_unsent", ["key"], "emitted_at"),
        ("ix_alarms_untold", ["kind", "key"], "told_at"),
    ):
        where = sa.text(f"{column} IS NULL")
        op.create_index(name, "alarms", columns, sqlite_where=where, postgresql_where=where)
    with op.batch_alter_table("incoming_mails") as table:
        table.add_column(
            sa.Column("raw_deleted_at", gongmun.db.models.UtcDateTime(), nullable=True)
        )


def downgrade() -> None:
    """Back to the revision before."""
    with op.batch_alter_table("incoming_mails") as table:
        table.drop_column("raw_deleted_at")
    op.drop_table("alarms")

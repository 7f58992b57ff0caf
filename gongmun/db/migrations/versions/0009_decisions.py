"""Who settled a dispatch or sent it again, and who replaced a mailbox, when and why."""

import sqlalchemy as sa
from alembic import op

import gongmun.db.models

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "dispatch_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispatch_id", sa.Integer(), nullable=False),
        sa.Column(
            "event",
            sa.Enum("confirmed", "denied", "released", name="event", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("at", gongmun.db.models.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispatch_id"],
            ["dispatches.id"],
            name=op.f("fk_dispatch_decisions_dispatch_id_dispatches"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_decisions")),
    )
    op.create_index(
        op.f("ix_dispatch_decisions_dispatch_id"), "dispatch_decisions", ["dispatch_id"]
    )
    op.create_table(
        "contact_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("at", gongmun.db.models.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
            name=op.f("fk_contact_decisions_contact_id_contacts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_decisions")),
    )
    op.create_index(op.f("ix_contact_decisions_contact_id"), "contact_decisions", ["contact_id"])


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_index(op.f("ix_contact_decisions_contact_id"), table_name="contact_decisions")
    op.drop_table("contact_decisions")
    op.drop_index(op.f("ix_dispatch_decisions_dispatch_id"), table_name="dispatch_decisions")
    op.drop_table("dispatch_decisions")

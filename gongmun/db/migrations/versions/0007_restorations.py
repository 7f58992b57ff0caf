"""Restores that wait for a person, before anything is numbered or sent again."""

import sqlalchemy as sa
from alembic import op

import gongmun.db.models

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "restorations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("backup_at", gongmun.db.models.UtcDateTime(), nullable=False),
        sa.Column("restored_at", gongmun.db.models.UtcDateTime(), nullable=False),
        sa.Column("settled_at", gongmun.db.models.UtcDateTime(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restorations")),
    )


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("restorations")

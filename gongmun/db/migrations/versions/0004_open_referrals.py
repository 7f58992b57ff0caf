"""Referrals that wait for their document to go out, or for the ministry to have it, are found without a scan."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WAITING = {"ix_referrals_approved": "approved", "ix_referrals_dispatched": "dispatched"}


def upgrade() -> None:
    """To this revision."""
    for name, status in _WAITING.items():
        condition = sa.text(f"status = '{status}'")
        op.create_index(
            name, "referrals", ["id"], sqlite_where=condition, postgresql_where=condition
        )


def downgrade() -> None:
    """Back to the revision before."""
    for name in reversed(_WAITING):
        op.drop_index(name, "referrals")

"""Reminders of a morning in one message; what is due is found in the index alone"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import storage.instants

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "remindermanner",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_gathered", sa.Boolean(), nullable=False),
        sa.Column("at", storage.instants.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.add_column("outgoingmessage", sa.Column("gathered_in", sa.Integer(), nullable=True))
    op.add_column("outgoingmessage", sa.Column("gathered_body", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column("reminderresponse", sa.Column("arranged_on", sa.Date(), nullable=True))
    op.drop_index("ix_talkyear_due", "talkyear")
    op.create_index("ix_talkyear_due", "talkyear", ["next_stage_on", "status"])


def downgrade() -> None:
    """Bring the tables back to the version before."""
    op.drop_index("ix_talkyear_due", "talkyear")
    op.create_index("ix_talkyear_due", "talkyear", ["next_stage_on"])
    with op.batch_alter_table("reminderresponse", schema=None) as batch_op:
        batch_op.drop_column("arranged_on")
    with op.batch_alter_table("outgoingmessage", schema=None) as batch_op:
        batch_op.drop_column("gathered_body")
        batch_op.drop_column("gathered_in")
    op.drop_table("remindermanner")

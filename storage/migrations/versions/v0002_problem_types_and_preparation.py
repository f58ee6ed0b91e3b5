"""Problem types of findings; the checklist before a talk"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import storage.instants

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this version."""
    op.add_column(
        "finding",
        sa.Column("problem_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""),
    )
    op.add_column("talk", sa.Column("prepared_at", storage.instants.Instant(timezone=True), nullable=True))
    op.create_table(
        "preparation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("item", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", storage.instants.Instant(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("on_behalf_of", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["person.id"]),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("talk_id", "item"),
    )


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("preparation")
    op.drop_column("talk", "prepared_at")
    op.drop_column("finding", "problem_type")

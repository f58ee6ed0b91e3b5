"""Look-backs called off and analyses voided, each kept with its reason"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
TABLES = ("lookback", "meetinganalysis")


def upgrade() -> None:
    """Bring the tables to this version."""
    for table in TABLES:
        op.add_column(
            table, sa.Column("void_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )


def downgrade() -> None:
    """Bring the tables back to the version before."""
    for table in TABLES:
        op.drop_column(table, "void_reason")

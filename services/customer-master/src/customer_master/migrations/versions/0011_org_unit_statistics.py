"""How many records the org units have, told to the planner, which cannot see it in the name of the source.

Without it a page of a list for a dealer is found by looking at all records there are: of a dealer with 100,000
customers, measured, 2.5 s a page instead of 0.07 s.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The expression is that of the statements which restrict a caller to their org units.
    op.execute("CREATE STATISTICS records_org_unit ON (substring(source FROM '^(.*):')) FROM records")
    op.execute("ANALYZE records")


def downgrade() -> None:
    op.execute("DROP STATISTICS records_org_unit")

"""What keeps the record in order by itself: planning, sealing the audit log, forgetting what channels need no more."""

from datetime import datetime

from jobs.planning import plan_in_rounds
from storage import audit
from storage.channels.actions import drop_outdated
from storage.database import Database, one_at_a_time

SEALING = 7_302


def plan_now(database: Database, now: datetime) -> int:
    """Run every reminder rule; gives the number of new messages. One process at a time, in short transactions."""
    return plan_in_rounds(database, now=now)


def seal_audit(database: Database) -> int:
    """Chain the audit lines written since the last time; gives how many."""
    with database.transaction() as session:
        one_at_a_time(session.connection(), SEALING)
        return audit.seal(session)


def tidy_channels(database: Database, now: datetime) -> None:
    """Forget what channels remembered and nobody needs any more."""
    with database.transaction() as session:
        drop_outdated(session, now=now)

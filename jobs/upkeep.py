"""What keeps the record in order by itself: sealing the audit log, forgetting what channels need no more."""

from datetime import datetime

from storage import audit
from storage.channels.actions import drop_outdated
from storage.database import Database, one_at_a_time

SEALING = 7_302


def seal_audit(database: Database) -> int:
    """Chain the audit lines written since the last time; gives how many."""
    with database.transaction() as session:
        one_at_a_time(session.connection(), SEALING)
        return audit.seal(session)


def tidy_channels(database: Database, now: datetime) -> None:
    """Forget what channels remembered and nobody needs any more."""
    with database.transaction() as session:
        drop_outdated(session, now=now)

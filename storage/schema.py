"""Every table there is: importing this module fills SQLModel.metadata."""

from sqlmodel import SQLModel

import storage.audit
import storage.channels.tables
import storage.conversations.tables
import storage.documents.tables
import storage.duties.tables
import storage.enquiries.tables
import storage.findings.tables
import storage.outbox.tables
import storage.people.tables
import storage.rulebooks.tables
import storage.talks.tables  # noqa: F401

metadata = SQLModel.metadata

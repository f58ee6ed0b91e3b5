"""Units, persons, postings, roles, accounts (单位、人员、任职、角色、账号)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.instants import Instant


class Unit(SQLModel, table=True):
    """单位: a place in the tree. `path` holds the ids from the root down, '/1/5/'; statistics use `counted_level`."""

    __table_args__ = (Index("ix_unit_path", "path"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    level: str
    counted_level: str = ""
    parent_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    path: str = ""


class Person(SQLModel, table=True):
    """人员: one human being, whatever posts they hold."""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str


class Posting(SQLModel, table=True):
    """任职: a person in a post of a unit, from–until. Duties belong to the person in the post.

    `talking_unit_id` (谈话单位) makes a yearly talk owed; `talker_id` (谈话人) is this person's own talker, with or
    without a duty; `liaison_id` (联络员) acts for the person; `position` is the unit's order of its people.
    """

    __table_args__ = (
        Index("ix_posting_open", "person_id", "until_on"),
        Index("ix_posting_ended", "until_on"),
        CheckConstraint("until_on IS NULL OR from_on IS NULL OR until_on >= from_on", name="posting_in_order"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    unit_id: int = Field(foreign_key="unit.id", index=True)
    title: str = ""
    category: str = ""
    is_principal: bool = False
    position: int = 0
    talking_unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    talker_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    liaison_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    from_on: date | None = None
    until_on: date | None = None


class RoleGrant(SQLModel, table=True):
    """角色授予: a role over a unit and all units below it."""

    __table_args__ = (UniqueConstraint("person_id", "role", "unit_id"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: str
    unit_id: int = Field(foreign_key="unit.id", index=True)


class ChannelAccount(SQLModel, table=True):
    """渠道账号: an address of a person on a channel. Closed when the platform says it is gone."""

    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    channel: str
    external_id: str
    bound_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_reason: str = ""


class BindingCode(SQLModel, table=True):
    """绑定码: ties an account to a person; only its digest is kept; single use, expiring, revocable."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    digest: str = Field(unique=True)
    issued_by: int | None = Field(default=None, foreign_key="person.id")
    issued_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class BindingAttempt(SQLModel, table=True):
    """绑定尝试: a wrong code typed by an account; too many in a row and it must wait."""

    id: int | None = Field(default=None, primary_key=True)
    account: str = Field(index=True)
    at: datetime = Field(sa_type=Instant)


class ImportedValue(SQLModel, table=True):
    """导入值: what the workbook last said of a record, as JSON: a value changed since in the bot is not overwritten."""

    __table_args__ = (UniqueConstraint("sheet", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    sheet: str
    code: str
    cells: str


class WebSession(SQLModel, table=True):
    """网页会话: a browser signed in as a person; the cookie holds a random token, here is only its digest."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    digest: str = Field(unique=True)
    created_at: datetime = Field(sa_type=Instant)
    last_seen_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class Delegation(SQLModel, table=True):
    """委托: somebody acts for an official from–until: reports and plans, never acknowledges, reviews or approves."""

    __table_args__ = (Index("ix_delegation_delegate", "delegate_id", "until_on"),)

    id: int | None = Field(default=None, primary_key=True)
    principal_id: int = Field(foreign_key="person.id", index=True)
    delegate_id: int = Field(foreign_key="person.id")
    from_on: date
    until_on: date
    note: str = ""
    at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class Absence(SQLModel, table=True):
    """外出: a person is away from–until (both days included); their stand-in is reminded meanwhile."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    from_on: date
    until_on: date
    note: str = ""
    at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)

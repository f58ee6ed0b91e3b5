"""Levels, roles and who may see what: values only, no database."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """层级 of a unit. A department (部门) counts at the level of the nearest unit above it that has one."""

    PROVINCE = "省"
    CITY = "市"
    COUNTY = "县"
    TOWNSHIP = "乡"
    DEPARTMENT = "部门"


LEVEL_KEYS = {Level.PROVINCE: "province", Level.CITY: "city", Level.COUNTY: "county", Level.TOWNSHIP: "township"}


class Role(StrEnum):
    """角色: what a person may do over a unit and all units below it."""

    OFFICIAL = "干部"
    ORGANISATION = "组织部门"
    DISCIPLINE = "纪检机关"
    ADMINISTRATOR = "管理员"


STAFF = frozenset({Role.ORGANISATION, Role.DISCIPLINE})
"""Roles that see talks, findings and statistics of their subtree. Administrators see counts, not contents."""


@dataclass(frozen=True)
class Grant:
    """A role over a unit and its subtree; `path` is the unit's materialised path."""

    role: Role
    unit_id: int
    path: str


@dataclass(frozen=True)
class Actor:
    """The person on whose behalf something is read or changed."""

    person_id: int
    code: str
    name: str
    grants: tuple[Grant, ...] = ()
    unit_ids: frozenset[int] = frozenset()
    unit_paths: tuple[str, ...] = ()
    principals: frozenset[int] = frozenset()
    """Officials this person is the liaison (联络员) of."""

    @property
    def staff_paths(self) -> tuple[str, ...]:
        """Paths of the units over which this person is organisation or discipline staff."""
        return tuple(grant.path for grant in self.grants if grant.role in STAFF)

    @property
    def is_staff(self) -> bool:
        """Whether this person is organisation or discipline staff anywhere."""
        return bool(self.staff_paths)

    @property
    def administrator_paths(self) -> tuple[str, ...]:
        """Paths of the units this person administers."""
        return tuple(grant.path for grant in self.grants if grant.role is Role.ADMINISTRATOR)

    @property
    def acts_for(self) -> frozenset[int]:
        """Persons whose duties this person may report on: themselves and the officials they are liaison of."""
        return self.principals | {self.person_id}


def is_within(path: str, above: str) -> bool:
    """Whether the unit at `path` is the unit at `above` or below it."""
    return path.startswith(above)

"""What a console page was asked for: year, unit, level and list, as read from an address and written into one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from sqlmodel import Session, select
from starlette.requests import Request

from storage.errors import NotFound
from storage.people.rules import LEVEL_KEYS, Actor
from storage.people.tables import Unit
from storage.talks.lists import Part, scope_of

FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Look:
    """A year and a part of the whole. `type`: of findings, one problem type. `unit` is a 编号, with all below it; `only`: that unit without those below."""

    year: int
    unit: str = ""
    only: bool = False
    level: str = ""
    kind: str = ""
    type: str = ""
    page: int = 1

    def address(self, path: str) -> str:
        """The address of `path` for this look."""
        asked = {
            "year": self.year,
            "unit": self.unit,
            "only": "1" if self.only else "",
            "level": self.level,
            "kind": self.kind,
            "type": self.type,
            "page": self.page if self.page > 1 else "",
        }
        return f"{path}?{urlencode({name: value for name, value in asked.items() if value != ''})}"

    def of(self, **changes: object) -> "Look":
        """This look with some of it changed, from the first page."""
        return replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]


def read_look(asked: Mapping[str, str], this_year: int) -> Look:
    """The look an address names. NotFound for anything that is none."""
    year, page = asked.get("year", ""), asked.get("page", "")
    level = asked.get("level", "")
    if (year and not year.isdecimal()) or (page and not page.isdecimal()):
        raise NotFound()
    look = Look(
        int(year[:4]) if year else this_year,
        asked.get("unit", ""),
        asked.get("only", "") == "1",
        level,
        asked.get("kind", ""),
        asked.get("type", ""),
        max(1, int(page[:6]) if page else 1),
    )
    if not FIRST_YEAR <= look.year <= LAST_YEAR or level not in ("", *LEVEL_KEYS.values(), "other"):
        raise NotFound()
    return look


def part_of(session: Session, actor: Actor, look: Look) -> Part:
    """The part of the whole a look is at. NotFound for a unit outside the person's scope, and without a scope."""
    scope = scope_of(actor)
    if not scope:
        raise NotFound()
    if not look.unit:
        return Part("", False, look.level)
    path = session.exec(select(Unit.path).where(Unit.code == look.unit)).first()
    if path is None or not any(path.startswith(above) for above in scope):
        raise NotFound()
    return Part(path, look.only, look.level)


def whole(request: Request, name: str) -> int:
    """A whole number of the address, at most six digits; 0 where there is none."""
    text = request.query_params.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= 6 else 0

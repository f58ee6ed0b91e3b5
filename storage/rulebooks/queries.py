"""Which rulebooks there are, and which is in force where."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from storage.people.tables import Unit
from storage.rulebooks.reading import DEFAULT, preset_rulebooks, preset_texts, read_rulebook
from storage.rulebooks.rules import Rulebook
from storage.rulebooks.tables import RulebookAdoption, RulebookVersion


def all_rulebooks(session: Session) -> dict[str, Rulebook]:
    """Every version by name: the presets and what this organisation has added."""
    added = {row.name: read_rulebook(row.text) for row in session.exec(select(RulebookVersion))}
    return {**preset_rulebooks(), **added}


def rulebook_texts(session: Session) -> dict[str, str]:
    """The TOML of every version by name."""
    added = {row.name: row.text for row in session.exec(select(RulebookVersion))}
    return {**preset_texts(), **added}


def default_rulebook() -> Rulebook:
    """The rulebook new duties start with unless the organisation has adopted another."""
    return preset_rulebooks()[DEFAULT]


@dataclass(frozen=True)
class InForce:
    """The rulebooks in force on one day: by the path of the unit that adopted them, "" for everywhere."""

    by_path: Mapping[str, Rulebook]
    paths: Mapping[int, str]

    def for_unit(self, unit_id: int) -> Rulebook:
        """The rulebook a case of this unit starts with: the nearest adopted at the unit or above it."""
        if not self.by_path:
            return default_rulebook()
        path = self.paths.get(unit_id, "")
        reaching = [above for above in self.by_path if path.startswith(above)]
        return self.by_path[max(reaching, key=len)] if reaching else default_rulebook()

    @property
    def all(self) -> tuple[Rulebook, ...]:
        """Every rulebook a new case may start with."""
        return (*self.by_path.values(), default_rulebook())


def rulebooks_in_force(session: Session, on: date, units: Collection[int] | None = None) -> InForce:
    """What is adopted on a day; `units`: those that will be asked about (None: any)."""
    rows = session.exec(
        select(RulebookAdoption, Unit.path)
        .join(Unit, col(Unit.id) == col(RulebookAdoption.unit_id), isouter=True)
        .where(
            col(RulebookAdoption.valid_from) <= on,
            col(RulebookAdoption.valid_until).is_(None) | (col(RulebookAdoption.valid_until) >= on),
        )
        .order_by(col(RulebookAdoption.valid_from), col(RulebookAdoption.id))  # the latest adoption wins
    ).all()
    if not rows:
        return InForce({}, {})
    rulebooks = all_rulebooks(session)
    adopted = {path or "": rulebooks.get(row.rulebook, default_rulebook()) for row, path in rows}
    wanted = select(Unit.id, Unit.path)
    if units is not None and len(units) < 500:
        wanted = wanted.where(col(Unit.id).in_(units))
    return InForce(adopted, {unit_id or 0: path for unit_id, path in session.exec(wanted)})


@dataclass(frozen=True)
class AdoptionView:
    """One adoption as staff see it."""

    rulebook: str
    unit: str
    valid_from: date
    valid_until: date | None


def adoptions(session: Session) -> list[AdoptionView]:
    """Every adoption there is or was, oldest first."""
    rows = session.exec(
        select(RulebookAdoption, Unit.name)
        .join(Unit, col(Unit.id) == col(RulebookAdoption.unit_id), isouter=True)
        .order_by(col(RulebookAdoption.id))
    )
    return [AdoptionView(row.rulebook, unit or "", row.valid_from, row.valid_until) for row, unit in rows]

"""Which rulebooks there are and which is in force."""

from sqlmodel import Session, select

from storage.rulebooks.reading import DEFAULT, preset_rulebooks, read_rulebook
from storage.rulebooks.rules import Rulebook
from storage.rulebooks.tables import RulebookVersion


def all_rulebooks(session: Session) -> dict[str, Rulebook]:
    """Every version by name: the presets and what this organisation has added."""
    added = {row.name: read_rulebook(row.text) for row in session.exec(select(RulebookVersion))}
    return {**preset_rulebooks(), **added}


def default_rulebook() -> Rulebook:
    """The rulebook new duties start with unless the organisation has adopted another."""
    return preset_rulebooks()[DEFAULT]

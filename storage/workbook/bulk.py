"""One import being written: rows in bulk, and the audit line each record leaves."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, SQLModel, select

from storage import audit
from storage.instants import shanghai_date
from storage.workbook.comparing import Difference


@dataclass
class Import:
    """One import being written: where, when and by whom, and the audit lines it leaves."""

    session: Session
    now: datetime
    actor_id: int | None
    audit_lines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day of the import in Shanghai."""
        return shanghai_date(self.now)

    def ids(self, table: type[Any]) -> dict[str, int]:
        """{编号: id} of a whole table."""
        return dict(self.session.exec(select(table.code, table.id)).all())

    def insert(self, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
        """Insert rows in bulk; nothing when there are none."""
        if rows:
            self.session.execute(insert(table), rows)

    def update(self, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
        """Update rows by primary key in bulk; rows with nothing but the key are left out."""
        by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row in rows:
            if len(row) > 1:
                by_columns.setdefault(tuple(sorted(row)), []).append(row)
        for same in by_columns.values():
            self.session.execute(update(table), same)

    def log(self, one: Difference, subject: str, subject_id: int) -> None:
        """One audit line for one record."""
        before = one.before or {}
        fields = {name: (before.get(name, ""), cell) for name, cell in one.changes.items() if name != "编号"}
        self.audit_lines.append(
            audit.line_values(
                action=f"{subject}.import" if one.is_new else f"{subject}.reimport",
                subject=subject,
                subject_id=subject_id,
                actor_id=self.actor_id,
                now=self.now,
                fields=fields,
            )
        )


def day_of(text: str) -> date | None:
    """The date of a canonical cell; None when it is blank."""
    return date.fromisoformat(text) if text else None


def codes_of(text: str) -> list[str]:
    """The several 编号 of a canonical cell."""
    return [code for code in text.split("、") if code]

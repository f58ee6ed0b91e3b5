"""A backup written while the bot runs comes back whole, on either engine."""

import errno
import hashlib
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage import audit
from storage.attachments.folder import keep_own, path_of
from storage.backup import check_backup, restore_backup, write_backup
from storage.database import Database
from storage.errors import Conflict, Refused
from storage.people.tables import Person
from storage.rulebooks.tables import CalendarDay
from storage.schema import metadata
from tests.cast import Cast


def counts(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def seal(database: Database) -> None:
    with database.transaction() as session:
        audit.seal(session)


@pytest.fixture
def backup(database: Database, cast: Cast, tmp_path: Path) -> Path:
    seal(database)
    keep_own(tmp_path / "data", "会议照片".encode())
    out = tmp_path / "backup.zip"
    done = write_backup(database, tmp_path / "data", out)
    assert (done.rows["person"], done.files) == (len(cast.persons), 1)
    return out


def test_what_was_backed_up_comes_back(
    database: Database, second_database: Database, backup: Path, tmp_path: Path
) -> None:
    restore_backup(backup, second_database, tmp_path / "again")
    assert counts(second_database) == counts(database)
    with second_database.transaction() as session:
        assert audit.verify(session).broken_line is None
        session.add(Person(code="NEW", name="新人"))  # ids go on behind the restored ones
    digest = next(path.name for path in (tmp_path / "data" / "attachments").rglob("*") if path.is_file())
    assert path_of(tmp_path / "again", digest).read_text() == "会议照片"


def test_one_engine_s_backup_is_the_other_s(
    backup: Path, database: Database, sqlite_database: Database, tmp_path: Path
) -> None:
    if database.is_sqlite:
        pytest.skip("the other case: from PostgreSQL to SQLite")
    restore_backup(backup, sqlite_database, tmp_path / "again")
    assert counts(sqlite_database) == counts(database)


def test_nothing_is_restored_over_records(backup: Path, database: Database, tmp_path: Path) -> None:
    with pytest.raises(Conflict):
        restore_backup(backup, database, tmp_path / "again")


def test_a_damaged_backup_is_refused(backup: Path, second_database: Database, tmp_path: Path) -> None:
    whole = backup.read_bytes()
    for broken in (b"not a zip", whole[: len(whole) // 2]):
        backup.write_bytes(broken)
        with pytest.raises(Refused):
            check_backup(backup)
        with pytest.raises(Refused):
            restore_backup(backup, second_database, tmp_path / "again")
    assert counts(second_database)["person"] == 0


def _rewritten(backup: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Change the archive's members by name (None: leave out), and make the manifest agree with the new tables."""
    with zipfile.ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    kept = {name: new for name, old in members.items() if (new := change(name, old)) is not None}
    manifest = json.loads(kept["manifest.json"])
    if isinstance(manifest, dict):
        for table in manifest["rows"]:
            lines = kept.get(f"tables/{table}.jsonl", b"")
            manifest["rows"][table] = lines.count(b"\n")
            manifest["digests"][table] = hashlib.sha256(lines).hexdigest()
    with zipfile.ZipFile(backup, "w") as archive:
        for name, content in kept.items():
            archive.writestr(name, json.dumps(manifest) if name == "manifest.json" else content)


TAMPERED: dict[str, Callable[[str, bytes], bytes | None]] = {
    "a manifest that is a list": lambda name, old: b"[]" if name == "manifest.json" else old,
    "a table left out": lambda name, old: None if name == "tables/person.jsonl" else old,
    "people nobody knows": lambda name, old: b"" if name == "tables/person.jsonl" else old,
    "a row too long": lambda name, old: old.replace(b"]\n", b", 1]\n") if name == "tables/unit.jsonl" else old,
    "no rows": lambda name, old: old.replace(b"[", b"{") if name == "tables/unit.jsonl" else old,
    "another file": lambda name, old: b"forged" if name.startswith("attachments/") else old,
    "a file left out": lambda name, old: None if name.startswith("attachments/") else old,
}


@pytest.mark.parametrize("tampering", TAMPERED.values(), ids=TAMPERED)
def test_a_tampered_backup_is_refused_and_leaves_nothing(
    backup: Path, second_database: Database, tmp_path: Path, tampering: Callable[[str, bytes], bytes | None]
) -> None:
    _rewritten(backup, tampering)
    with pytest.raises(Refused):
        restore_backup(backup, second_database, tmp_path / "again")
    assert not sum(counts(second_database).values())
    assert not (tmp_path / "again").exists()


def test_rewriting_alone_spoils_nothing(backup: Path, second_database: Database, tmp_path: Path) -> None:
    _rewritten(backup, lambda _, old: old)
    assert restore_backup(backup, second_database, tmp_path / "again").files == 1


def test_records_other_than_people_are_not_written_over(
    backup: Path, second_database: Database, tmp_path: Path
) -> None:
    with second_database.transaction() as session:
        session.add(CalendarDay(day=date(2027, 1, 1), is_working=False, note="元旦"))
    with pytest.raises(Conflict):
        restore_backup(backup, second_database, tmp_path / "again")
    assert counts(second_database)["calendarday"] == 1


def test_a_place_that_cannot_be_written_is_named(database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Refused, match=r"b\.zip"):
        write_backup(database, tmp_path / "data", tmp_path / "file" / "b.zip")


def test_a_full_disk_leaves_nothing_half_written(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(Refused, match="磁盘空间"):
        write_backup(database, tmp_path / "data", tmp_path / "b.zip")
    assert not list(tmp_path.glob("b.zip*"))

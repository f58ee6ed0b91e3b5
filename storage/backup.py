"""Backup and restore (备份、恢复): every row and every kept file in one ZIP that either engine can be restored from.

The rows are read in one snapshot while the bot runs; files are named by their content, never change, and are copied
afterwards, so every file a row names is there. The policy index is not in it: it is rebuilt from the rows.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Table, insert, literal, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from storage.database import Database, after_copied_ids
from storage.errors import Conflict, Refused
from storage.migrations import HEAD, bring_up_to_date
from storage.schema import metadata

BATCH = 1_000
MANIFEST = "manifest.json"
FOLDER = "attachments"
STATES = {"channelstate", "modeluse", "planningmark", "registerrevision"}
"""Tables of what a program notes for itself by merely running: their rows are no records."""


@dataclass(frozen=True)
class Backup:
    """What a backup holds: rows by table, and kept files."""

    rows: dict[str, int]
    files: int

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.rows.values())


def write_backup(database: Database, data: Path, out: Path) -> Backup:
    """Write a backup to `out` and prove it by restoring it into memory. Refused when that or the proof fails."""
    partial = out.with_name(out.name + ".part")
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        done = _write_all(database, data, partial)
        check_backup(partial)
        partial.replace(out)
    except OSError as error:
        raise Refused(f"无法写入备份 {out}，请核对文件夹、磁盘空间和权限。") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return done


def _write_all(database: Database, data: Path, partial: Path) -> Backup:
    rows: dict[str, int] = {}
    digests: dict[str, str] = {}
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        with database.reading() as session:
            for table in metadata.sorted_tables:
                rows[table.name], digests[table.name] = _write_table(session, table, archive)
        files = [
            path for path in sorted((data / FOLDER).rglob("*")) if path.is_file() and not path.name.startswith("tmp")
        ]
        for path in files:
            archive.write(path, str(PurePosixPath(FOLDER, path.relative_to(data / FOLDER).as_posix())))
        manifest = {"schema": HEAD, "rows": rows, "digests": digests, "files": len(files)}
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return Backup(rows, len(files))


def _write_table(session: Session, table: Table, archive: zipfile.ZipFile) -> tuple[int, str]:
    count, digest = 0, hashlib.sha256()
    with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as out:
        rows = session.execute(table.select().order_by(*_parents_first(table)).execution_options(yield_per=BATCH))
        for row in rows.mappings():
            line = (json.dumps([_plain(value) for value in row.values()], ensure_ascii=False) + "\n").encode()
            out.write(line)
            digest.update(line)
            count += 1
    return count, digest.hexdigest()


def _parents_first(table: Table) -> list[Any]:
    return [table.c.path] if table.name == "unit" else list(table.primary_key)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def check_backup(path: Path) -> Backup:
    """Restore into memory and compare with what the manifest says. Refused when anything differs."""
    from storage.database import memory_database

    manifest = _manifest(path)
    trial = memory_database()
    try:
        metadata.create_all(trial.engine)
        restored = _restore_rows(path, trial)
        _check_files(path, manifest["files"])
    except (KeyError, ValueError, TypeError, AttributeError, OSError, zipfile.BadZipFile, DBAPIError) as error:
        raise Refused("备份已损坏：内容读不出来，或前后不一致。请改用其他备份。") from error
    finally:
        trial.close()
    if restored != manifest["rows"]:
        raise Refused("备份校验未通过：记录数与清单不一致，请重新备份。")
    return Backup(restored, manifest["files"])


def _check_files(path: Path, expected: int) -> None:
    """Every file is what its name says: the digest of its content."""
    found = 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            place = PurePosixPath(name)
            if place.parts[0] != FOLDER:
                continue
            digest = hashlib.sha256(archive.read(name)).hexdigest()
            if place != PurePosixPath(FOLDER, digest[:2], digest):
                raise Refused("备份已损坏：附件的内容与备份时不同。")
            found += 1
    if found != expected:
        raise Refused("备份已损坏：附件数与清单不一致。")


def restore_backup(path: Path, database: Database, data: Path) -> Backup:
    """Restore into an empty database and its data folder, all or nothing.

    Errors: Refused for a damaged or foreign file, Conflict when the database already holds records.
    """
    manifest = _manifest(path)
    check_backup(path)
    bring_up_to_date(database)
    with database.reading() as session:
        records = (table for table in metadata.sorted_tables if table.name not in STATES)
        if any(session.execute(select(literal(1)).select_from(table).limit(1)).first() for table in records):
            raise Conflict("数据库中已有记录。请恢复到空的数据目录或空的数据库。")
    _restore_files(path, data)
    return Backup(_restore_rows(path, database), manifest["files"])


def _restore_rows(path: Path, database: Database) -> dict[str, int]:
    restored: dict[str, int] = {}
    digests = _manifest(path)["digests"]
    with zipfile.ZipFile(path) as archive, database.transaction() as session:
        for table in reversed(metadata.sorted_tables):
            session.execute(table.delete())
        for table in metadata.sorted_tables:
            digest = hashlib.sha256()
            restored[table.name] = 0
            for batch in _batches(archive, table, digest):
                session.execute(insert(table), batch)
                restored[table.name] += len(batch)
            if digest.hexdigest() != digests[table.name]:
                raise Refused(f"备份已损坏：{table.name} 的内容与清单不一致。")
        after_copied_ids(session, metadata.sorted_tables)
    return restored


def _batches(archive: zipfile.ZipFile, table: Table, digest: Any) -> Iterator[list[dict[str, Any]]]:
    columns = list(table.columns)
    batch: list[dict[str, Any]] = []
    with archive.open(f"tables/{table.name}.jsonl") as lines:
        for line in lines:
            digest.update(line)
            values = json.loads(line)
            batch.append(
                {column.name: _typed(column.type, value) for column, value in zip(columns, values, strict=True)}
            )
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _typed(kind: Any, value: Any) -> Any:
    wanted = kind.python_type if not hasattr(kind, "impl") else kind.impl.python_type
    if value is None or wanted not in (date, datetime):
        return value
    return wanted.fromisoformat(value)


def _restore_files(path: Path, data: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            place = PurePosixPath(name)
            if place.parts[0] != FOLDER:
                continue
            if place.is_absolute() or ".." in place.parts:
                raise Refused("备份已损坏：文件名不合规。")
            target = data / place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))


def _manifest(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise Refused(f"没有找到备份文件 {path.name or path}，请核对文件名。")
    try:
        with zipfile.ZipFile(path) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise Refused("这不是本系统的备份文件，或文件已损坏。") from error
    if not isinstance(manifest, dict):
        raise Refused("这不是本系统的备份文件，或文件已损坏。")
    if manifest.get("schema") != HEAD:
        raise Refused(f"备份的数据版本为 {manifest.get('schema')}，与当前程序（{HEAD}）不同，请用相同版本恢复。")
    return manifest

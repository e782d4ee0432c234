"""Exports a workspace: a consistent snapshot of every table, in a zip that appears only when complete."""

import hashlib
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from pydantic import BaseModel

from causeloop_pipeline.storage.archive.contents import ArchivedColumn, ArchivedTable, select_archived
from causeloop_pipeline.storage.archive.manifest import (
    BILLING,
    FORMAT,
    MANIFEST,
    MAX_ROWS_PER_PART,
    PEOPLE,
    VERSION,
    WORKSPACE,
    BillingEntry,
    File,
    Manifest,
    People,
    PersonEntry,
    TableEntry,
    WorkspaceEntry,
)
from causeloop_pipeline.storage.archive.parts import write_part
from causeloop_pipeline.storage.erasure.tenant_tables import connect_in_scope, list_tenant_tables

MAX_CLEAR_BYTES_PER_PART = 64_000_000
ROWS_PER_FETCH = 1_000
SELECT_WORKSPACE = "select name, slug, timezone from app.workspace where workspace_id = %s"
SELECT_PEOPLE = """
select m.user_id, u.email, coalesce(m.name, u.name) as name, m.role
from app.membership as m join app.users as u using (user_id)
where m.workspace_id = %s order by m.user_id
"""
SELECT_BILLING = """
select b.legal_name, b.address, b.tax_id, b.email
from app.workspace as w join app.billing_identity as b using (organization_id)
where w.workspace_id = %s
"""
SELECT_REVISION = "select version_num from app.alembic_version"


def export_workspace(
    url: str,
    workspace_id: UUID,
    path: Path,
    *,
    people: People | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Write a workspace's archive; a file at `path` is replaced when the new one is complete.

    `url` is the owner's, or the pipeline's, which cannot read the members.
    """
    draft = path.with_name(f"{path.name}.partial")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    with (
        connect_in_scope(url, [workspace_id]) as owner,
        zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive,
    ):
        owner.execute("begin isolation level repeatable read, read only")
        documents = [
            _add(archive, WORKSPACE, _read_workspace(owner, workspace_id)),
            _add(archive, PEOPLE, people or _read_people(owner, workspace_id)),
        ]
        if people is None:
            documents.append(_add(archive, BILLING, _read_billing(owner, workspace_id)))
        tables = []
        for table in select_archived(list_tenant_tables(owner)):
            tables.append(_export_table(owner, archive, table, workspace_id))
            report(f"{table.label}: {tables[-1].rows} rows")
        revision = owner.execute(SELECT_REVISION).fetchone()
        owner.execute("commit")
        manifest = Manifest(
            format=FORMAT,
            version=VERSION,
            schema_revision=str(revision["version_num"]) if revision else "",
            created_at=datetime.now(UTC),
            workspace_id=workspace_id,
            documents=documents,
            tables=tables,
        )
        archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))
    draft.replace(path)
    return manifest


def _read_workspace(owner: psycopg.Connection[dict[str, Any]], workspace_id: UUID) -> WorkspaceEntry:
    row = owner.execute(SELECT_WORKSPACE, (workspace_id,)).fetchone()
    if row is None:
        raise LookupError(f"there is no workspace {workspace_id}")
    return WorkspaceEntry(**row)


def _read_billing(owner: psycopg.Connection[dict[str, Any]], workspace_id: UUID) -> BillingEntry:
    row = owner.execute(SELECT_BILLING, (workspace_id,)).fetchone()
    return BillingEntry(**(row or {}))


def _read_people(owner: psycopg.Connection[dict[str, Any]], workspace_id: UUID) -> People:
    rows = owner.execute(SELECT_PEOPLE, (workspace_id,)).fetchall()
    return People(members=[PersonEntry(**row) for row in rows])


def _add(archive: zipfile.ZipFile, name: str, document: BaseModel) -> File:
    return _write(archive, name, document.model_dump_json().encode(), 0)


def _write(archive: zipfile.ZipFile, name: str, content: bytes, rows: int) -> File:
    archive.writestr(name, content)
    return File(name=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest(), rows=rows)


def _export_table(
    owner: psycopg.Connection[dict[str, Any]],
    archive: zipfile.ZipFile,
    table: ArchivedTable,
    workspace_id: UUID,
) -> TableEntry:
    parts = []
    for number, rows in enumerate(_read_parts(owner, table, workspace_id), 1):
        name = f"tables/{table.label}/{number:05d}.parquet"
        parts.append(_write(archive, name, write_part(table.columns, rows), len(rows)))
    return TableEntry(
        name=table.label,
        columns={column.name: column.type for column in table.columns},
        rows=sum(part.rows for part in parts),
        parts=parts,
    )


def _read_parts(
    owner: psycopg.Connection[dict[str, Any]], table: ArchivedTable, workspace_id: UUID
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The rows of a table, in batches of one part."""
    # Some tables' policies let the owner see all workspaces, so the rows are filtered here as well.
    statement = sql.SQL("select {} from {} where workspace_id = %s").format(
        sql.SQL(", ").join(_select(column) for column in table.columns), table.table.identifier
    )
    part: list[tuple[Any, ...]] = []
    size = 0
    with psycopg.ServerCursor(owner, "archive", row_factory=psycopg.rows.tuple_row) as cursor:
        cursor.itersize = ROWS_PER_FETCH
        cursor.execute(statement, (workspace_id,))
        for row in cursor:
            part.append(row)
            size += sum(len(value) for value in row if isinstance(value, str | bytes))
            if len(part) == MAX_ROWS_PER_PART or size > MAX_CLEAR_BYTES_PER_PART:
                yield part
                part, size = [], 0
    if part:
        yield part


def _select(column: ArchivedColumn) -> sql.Composable:
    name = sql.Identifier(column.name)
    return sql.SQL("{}::text").format(name) if column.kind == "string" else name

"""Erases a workspace: its rows in every table, and the people and the organization that only it held.

Rows are deleted in batches; an interrupted erasure is finished by the next one. Planner statistics and dead
rows are removed too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from causeloop_pipeline.storage.erasure.tenant_tables import (
    TenantTable,
    connect_in_scope,
    list_tenant_tables,
)

ROWS_PER_BATCH = 20_000
PEOPLE_TABLES = {"app.membership", "app.session", "app.refresh_token", "app.invitation", "app.assignment"}
"""Deleted with the workspace's own row in one transaction, because they tell who belongs only to it."""

TABLES_OF_NAMES = tuple(
    TenantTable("app", name, (), ()) for name in ("workspace", "organization", "billing_identity", "users")
)

ARCHIVE = """
update app.workspace set archived_at = coalesce(archived_at, now()) where workspace_id = %s
returning workspace_id
"""
SELECT_NAMES = """
select w.workspace_id, w.organization_id, o.slug || '/' || w.slug as name, w.partition, array(
    select f.name from unnest(w.former_partitions) as f (name)
    where not exists (
        select from app.workspace as other join app.organization as theirs using (organization_id)
        where other.workspace_id <> w.workspace_id
            and f.name in (other.partition, theirs.slug || '/' || other.slug)
    )
) as former_partitions
from app.workspace as w join app.organization as o using (organization_id)
"""
"""A name that another workspace has now stays: what is called so may be that one's."""

SELECT_WORKSPACE = f"""
{SELECT_NAMES}
where o.slug || '/' || w.slug = %(named)s or w.workspace_id::text = %(named)s
"""
DELETE_BATCH = """
delete from {table} where ctid = any (array(
    select ctid from {table} where workspace_id = %s limit %s
))
"""
DELETE_WORKSPACE = "delete from app.workspace where workspace_id = %s"
SELECT_PEOPLE = "select array_agg(user_id) as ids from app.membership where workspace_id = %s"
DELETE_PEOPLE = """
delete from app.users as u
where user_id = any (%s) and not exists (select from app.membership as m where m.user_id = u.user_id)
"""
DELETE_PASSWORDS = """
delete from app.user_password as p
where user_id = any (%s) and not exists (select from app.membership as m where m.user_id = p.user_id)
"""
DELETE_ORGANIZATION = """
delete from app.organization as o
where organization_id = %s and not exists (
    select from app.workspace as w where w.organization_id = o.organization_id
)
"""
CLEARING_SINCE = 180_000
CLEAR_STATISTICS = """
select pg_clear_attribute_stats(n.nspname, c.relname, a.attname, false)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.oid = to_regclass(%(label)s)
    or c.oid in (select indexrelid from pg_index where indrelid = to_regclass(%(label)s))
"""


@dataclass(frozen=True)
class WorkspaceName:
    """A workspace and its name for people and Dagster: organization/workspace."""

    workspace_id: UUID
    organization_id: UUID
    name: str
    partition: str | None = None
    former_partitions: Sequence[str] = ()

    @property
    def all_names(self) -> list[str]:
        """By which Dagster's texts name it: its id, its name, and those that its partition has and had."""
        named = (str(self.workspace_id), self.name, self.partition or self.name, *self.former_partitions)
        return list(dict.fromkeys(named))


@dataclass(frozen=True)
class WorkspaceErasure:
    """How many rows were deleted, and what else was."""

    rows: int
    people: int
    is_organization_erased: bool


DeleteTenant = Callable[[psycopg.Connection[dict[str, Any]], WorkspaceName], tuple[int, bool]]
"""Deletes the workspace's own row; returns how many people were deleted, and whether the organization was."""


def find_workspace(owner: psycopg.Connection[Any], named: str) -> WorkspaceName | None:
    """A workspace by organization/workspace or by its id."""
    row = owner.execute(SELECT_WORKSPACE, {"named": named}).fetchone()
    return (
        None if row is None else WorkspaceName(**dict(zip(WorkspaceName.__annotations__, row, strict=True)))
    )


def retire_workspace(owner: psycopg.Connection[Any], workspace_id: UUID) -> None:
    """Block writes and new runs in a workspace, and exclude it from the runs in progress."""
    owner.execute(ARCHIVE, (workspace_id,))
    owner.execute(
        "update app.run_scope set excluded_by = 'erased' where workspace_id = %s and excluded_by is null",
        (workspace_id,),
    )


def erase_workspace(
    url: str,
    workspace: WorkspaceName,
    *,
    delete_tenant: "DeleteTenant | None" = None,
    before_last: Callable[[], object] = lambda: None,
    report: Callable[[str], None] = lambda _: None,
    batch: int = ROWS_PER_BATCH,
) -> WorkspaceErasure:
    """Delete everything that belongs to a retired workspace.

    `url` is the owner's, or that of another role that may delete rows, with its own `delete_tenant`.
    `before_last` is called when only the row is left that has the workspace's name.
    """
    with connect_in_scope(url, [workspace.workspace_id]) as connection:
        # A running stage ends first; later ones find the workspace excluded.
        lock = (f"stage of {workspace.workspace_id}",)
        connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", lock)
        tables = list_tenant_tables(connection)
        rows = 0
        for table in tables:
            if table.label not in PEOPLE_TABLES and _may_delete(connection, table):
                rows += _delete_rows(connection, table, workspace.workspace_id, batch)
                report(table.label)
        before_last()
        people, is_organization_erased = (delete_tenant or _delete_tenant)(connection, workspace)
        report("app.workspace")
        connection.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", lock)
        purge_deleted_rows(connection, (*tables, *TABLES_OF_NAMES))
    return WorkspaceErasure(rows, people, is_organization_erased)


def purge_deleted_rows(owner: psycopg.Connection[Any], tables: Sequence[TenantTable]) -> None:
    """Remove deleted rows' values from the planner's statistics, and dead rows."""
    for table in tables:
        owner.execute(sql.SQL("vacuum (freeze) {}").format(table.identifier))
        # ANALYZE leaves the statistics of an empty table unchanged; older servers cannot clear them.
        with owner.transaction():
            if owner.info.server_version >= CLEARING_SINCE:
                owner.execute(CLEAR_STATISTICS, {"label": table.label})
            owner.execute(sql.SQL("analyze {}").format(table.identifier))


def _may_delete(connection: psycopg.Connection[Any], table: TenantTable) -> bool:
    """Whether this role may delete from a table; other rows are deleted with the workspace's own row."""
    row = connection.execute(
        "select has_table_privilege(%s, 'delete') as is_allowed", (table.label,)
    ).fetchone()
    return bool(row and row["is_allowed"])


def _delete_rows(owner: psycopg.Connection[Any], table: TenantTable, workspace_id: UUID, batch: int) -> int:
    deleted, statement = 0, sql.SQL(DELETE_BATCH).format(table=table.identifier)
    while count := owner.execute(statement, (workspace_id, batch)).rowcount:
        deleted += count
    return deleted


def _delete_tenant(owner: psycopg.Connection[dict[str, Any]], workspace: WorkspaceName) -> tuple[int, bool]:
    """Delete the workspace's row with its members, people of no other workspace, and an empty
    organization."""
    with owner.transaction():
        row = owner.execute(SELECT_PEOPLE, (workspace.workspace_id,)).fetchone()
        members = (row or {}).get("ids") or []
        for label in PEOPLE_TABLES - {"app.membership"}:
            statement = sql.SQL("delete from {} where workspace_id = %s")
            owner.execute(statement.format(sql.Identifier(*label.split("."))), (workspace.workspace_id,))
        owner.execute(DELETE_WORKSPACE, (workspace.workspace_id,))
        owner.execute(DELETE_PASSWORDS, (members,))
        people = owner.execute(DELETE_PEOPLE, (members,)).rowcount
        organization = owner.execute(DELETE_ORGANIZATION, (workspace.organization_id,)).rowcount
    return people, organization == 1

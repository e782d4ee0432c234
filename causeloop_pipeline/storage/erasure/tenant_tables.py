"""The tables that hold rows of workspaces, and how the owner reaches those of some workspaces."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

SELECT_TABLES = """
select c.oid, n.nspname as schema, c.relname as name,
       array_agg(a.attname::text order by a.attnum) as columns,
       array_agg(format_type(a.atttypid, a.atttypmod) order by a.attnum) as types,
       coalesce(array_agg(a.attname::text) filter (where a.attidentity <> ''), '{}') as counted
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    and a.atttypid <> 'tsvector'::regtype  -- made of texts by a trigger
where c.relkind in ('r', 'p') and not c.relispartition
    and n.nspname in ('app', 'raw', 'core', 'detect', 'predict', 'act', 'notify')
    and exists (select from pg_attribute as w where w.attrelid = c.oid and w.attname = 'workspace_id')
    and c.oid <> 'app.workspace'::regclass
group by c.oid, n.nspname, c.relname
"""
SELECT_REFERENCES = """
select conrelid as child, confrelid as parent from pg_constraint where contype = 'f' and conrelid <> confrelid
"""


@dataclass(frozen=True)
class TenantTable:
    """A table with a workspace_id: its stored columns and their types."""

    schema: str
    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    counted: tuple[str, ...] = ()
    """Identity columns, whose values the database generates."""

    @property
    def identifier(self) -> sql.Identifier:
        """The name for a statement."""
        return sql.Identifier(self.schema, self.name)

    @property
    def label(self) -> str:
        """schema.name."""
        return f"{self.schema}.{self.name}"


@contextmanager
def connect_in_scope(
    owner_url: str, workspace_ids: Sequence[UUID]
) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """A connection of the owner that sees the rows of these workspaces; each statement commits by itself."""
    with psycopg.connect(owner_url, autocommit=True, row_factory=dict_row) as owner:
        scope = "{" + ",".join(map(str, workspace_ids)) + "}"
        owner.execute("select set_config('causeloop.scope', %s, false)", (scope,))
        yield owner


def list_tenant_tables(owner: psycopg.Connection[dict[str, Any]]) -> list[TenantTable]:
    """Every table with rows of workspaces, each before those that it references."""
    rows = {row["oid"]: row for row in owner.execute(SELECT_TABLES).fetchall()}
    order: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(sorted(rows), ()))
    for reference in owner.execute(SELECT_REFERENCES).fetchall():
        if reference["child"] in rows and reference["parent"] in rows:
            order.add(reference["parent"], reference["child"])
    return [
        TenantTable(
            row["schema"], row["name"], tuple(row["columns"]), tuple(row["types"]), tuple(row["counted"])
        )
        for row in (rows[oid] for oid in order.static_order())
    ]

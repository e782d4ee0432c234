"""Makes SQL functions: each from `schema/functions/<schema>/<name>.sql`, again whenever that changes.

A table holds the digest of the text that each was made from. A function whose file is gone is dropped, as is
one of other parameters than its file says; where a table, view or policy still uses it, a migration must do
without it first.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors, sql

FUNCTIONS = Path(__file__).parent / "schema" / "functions"
CREATE_DIGESTS = """
create table if not exists app.function_digest (name text primary key, digest text not null);
grant select on app.function_digest to causeloop_pipeline, causeloop_api;
"""
SELECT_DIGEST_OF_ALL = """
select encode(sha256(convert_to(string_agg(name || digest, '' order by name collate "C"), 'UTF8')), 'hex')
    as digest
from app.function_digest
"""
SELECT_DIGESTS = """
select d.name, d.digest
from app.function_digest as d
where exists (
    select from pg_proc as p
    where p.proname = split_part(d.name, '.', 2)
        and p.pronamespace = to_regnamespace(split_part(d.name, '.', 1))
)
"""
UPSERT_DIGESTS = """
insert into app.function_digest (name, digest) select * from unnest(%s::text[], %s::text[])
on conflict (name) do update set digest = excluded.digest
"""
SELECT_OVERLOADS = """
select format('%%s.%%s', p.pronamespace::regnamespace, p.proname), p.oid, p.oid::regprocedure::text
from unnest(%s::text[]) as n (name)
join pg_proc as p on p.proname = split_part(n.name, '.', 2)
    and p.pronamespace = to_regnamespace(split_part(n.name, '.', 1))
"""
MISSING = (
    errors.InvalidSchemaName,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.UndefinedObject,
    errors.UndefinedTable,
)
Connection = psycopg.Connection[Any]
Overloads = dict[int, str]
"""Signatures by the number that PostgreSQL gave each function."""


class FunctionInUseError(RuntimeError):
    """A function cannot be dropped or made again, because something in the database uses it."""


def read_functions() -> dict[str, str]:
    """The text of each function's file, by `schema.name`."""
    return {f"{path.parent.name}.{path.stem}": path.read_text() for path in sorted(FUNCTIONS.glob("*/*.sql"))}


def digest_functions() -> str:
    """What SELECT_DIGEST_OF_ALL gives of a database that has the functions of this version."""
    digests = _digest(read_functions())
    return sha256("".join(name + digests[name] for name in sorted(digests)).encode()).hexdigest()


def add_missing_functions(connection: Connection) -> None:
    """Make the functions that the database lacks, for triggers and policies that are about to be made.

    Those that need a table or schema that is still to come are left out without an error: all are made later.
    """
    texts = read_functions()
    present = _read_overloads(connection, list(texts))
    missing = {name: text for name, text in texts.items() if not present[name]}
    connection.execute("set local check_function_bodies = off")
    _make_all(connection, missing)
    connection.execute("set local check_function_bodies = on")


def update_functions(connection: Connection) -> list[str]:
    """Make the functions whose text has changed, drop those whose file is gone; the names of both."""
    connection.execute(CREATE_DIGESTS)
    former = dict(connection.execute(SELECT_DIGESTS).fetchall())
    texts = read_functions()
    digests = _digest(texts)
    changed = {name: text for name, text in texts.items() if former.get(name) != digests[name]}
    failures = _make_all(connection, changed)
    if failures:
        raise next(iter(failures.values()))
    connection.execute(UPSERT_DIGESTS, (list(changed), [digests[name] for name in changed]))
    gone = sorted(former.keys() - texts.keys())
    for name, overloads in _read_overloads(connection, gone).items():
        _drop(connection, name, overloads)
    connection.execute("delete from app.function_digest where name <> all (%s)", (list(texts),))
    return [*changed, *gone]


def _digest(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: sha256(text.encode()).hexdigest() for name, text in texts.items()}


def _make_all(connection: Connection, texts: Mapping[str, str]) -> dict[str, psycopg.Error]:
    """Make functions, those that others need first; the failures of those that need what is not there."""
    former = _read_overloads(connection, list(texts))
    failures: dict[str, psycopg.Error] = {}
    waiting = list(texts)
    while waiting:
        failures = {}
        for name in waiting:
            try:
                _make(connection, name, texts[name], former[name])
            except MISSING as failure:
                failure.add_note(f"while {name} was made from its file in {FUNCTIONS}")
                failures[name] = failure
        if len(failures) == len(waiting):
            break
        waiting = list(failures)
    return failures


def _make(connection: Connection, name: str, text: str, former: Overloads) -> None:
    """Make one function, in the place of those of its name."""
    try:
        with connection.transaction():
            connection.execute(text.encode())
            if former and _read_overloads(connection, [name])[name].keys() - former.keys():
                _drop(connection, name, former)  # the parameters are of other types
    except (errors.InvalidFunctionDefinition, errors.AmbiguousFunction):
        # The parameters have other names, or the result another type; or there are two when rights are given.
        with connection.transaction():
            _drop(connection, name, former)
            connection.execute(text.encode())


def _read_overloads(connection: Connection, names: list[str]) -> dict[str, Overloads]:
    """What there is of each name."""
    overloads: dict[str, Overloads] = {name: {} for name in names}
    for name, number, signature in connection.execute(SELECT_OVERLOADS, (names,)).fetchall():
        overloads[name][number] = signature
    return overloads


def _drop(connection: Connection, name: str, overloads: Overloads) -> None:
    """Drop what there is of a name; raises FunctionInUseError."""
    for signature in overloads.values():
        try:
            connection.execute(sql.SQL("drop function {}").format(sql.SQL(signature)))
        except errors.DependentObjectsStillExist as failure:
            raise FunctionInUseError(
                f"the function {name} of earlier cannot be dropped: {failure.diag.message_detail} "
                "A migration must first remove, or make again, what uses it."
            ) from failure

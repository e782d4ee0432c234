"""The database: reachable, new enough, isolated, migrated, and with a clock that agrees."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg

from causeloop_pipeline.cli.doctor import Finding, ok, warning, wrong
from causeloop_pipeline.settings import MissingSettingError, Settings

OLDEST_VERSION, ADVISED_VERSION = 180_000, 180_006
SKEW_SECONDS, WORST_SKEW_SECONDS = 5, 60
ROLE_URLS = {
    "causeloop_owner": "database_url",
    "causeloop_pipeline": "pipeline_database_url",
    "causeloop_api": "api_database_url",
}


def look_at_database(known: Settings) -> Iterator[Finding]:
    """Each role's access, and as the owner everything else; ends at the first door that stays shut."""
    for role, setting in ROLE_URLS.items():
        shut = _door(known, role, setting)
        if shut is not None:
            yield shut
            return
    with psycopg.connect(known.required("database_url"), autocommit=True) as owner:
        yield _version(owner)
        yield _roles(owner)
        migrated = _migrations(owner)
        yield migrated
        yield _clock(owner)
        if not migrated.fix:
            yield _isolation(owner)
            yield _search(owner)


def _door(known: Settings, role: str, setting: str) -> Finding | None:
    about = f"database as {role}"
    try:
        with psycopg.connect(known.required(setting), connect_timeout=5) as connection:
            really = connection.info.user
    except MissingSettingError:
        return wrong(
            about, f"{setting} is not set", "start once with `make run`, or set CAUSELOOP_" + setting.upper()
        )
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        return wrong(
            about,
            f"cannot be reached: {reason}",
            "start it with `make run`, or correct the URL in the settings",
        )
    if really != role:
        return wrong(
            about, f"{setting} signs in as {really}", f"use the role {role} in CAUSELOOP_{setting.upper()}"
        )
    return None


def _version(owner: psycopg.Connection) -> Finding:
    version = owner.info.server_version
    told = f"PostgreSQL {version // 10_000}.{version % 10_000}"
    if version < OLDEST_VERSION:
        return wrong("database version", told, "use PostgreSQL 18 or newer: ids are made by uuidv7()")
    if version < ADVISED_VERSION:
        fix = "fine on one's own machine; in production use a server with the security fixes of 18.6"
        return warning("database version", told, fix)
    return ok("database version", told)


def _roles(owner: psycopg.Connection) -> Finding:
    rows = owner.execute(
        "select rolname, rolsuper or rolbypassrls from pg_roles where rolname = any (%s)", (list(ROLE_URLS),)
    ).fetchall()
    absent = sorted(set(ROLE_URLS) - {str(name) for name, _ in rows})
    mighty = sorted(str(name) for name, is_mighty in rows if is_mighty)
    if absent:
        return wrong(
            "roles", f"missing: {', '.join(absent)}", "start once with `make run`, or let the DBA create them"
        )
    if mighty:
        fix = "; ".join(f"alter role {name} nosuperuser nobypassrls" for name in mighty)
        return wrong("roles", f"{', '.join(mighty)} could read every tenant", fix)
    return ok("roles", "none is a superuser or passes by row level security")


def _migrations(owner: psycopg.Connection) -> Finding:
    from causeloop_pipeline.storage.database.migrate import head_revision

    fix = "run `make run`: it migrates before it starts"
    try:
        row = owner.execute("select version_num from app.alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        return wrong("migrations", "the database is empty", fix)
    here, head = row[0] if row else "nothing", head_revision()
    if here != head:
        return wrong("migrations", f"the database is at {here}, this code needs {head}", fix)
    return ok("migrations", f"at the newest, {head}")


def _clock(owner: psycopg.Connection) -> Finding:
    row = owner.execute("select clock_timestamp()").fetchone()
    skew = abs((datetime.now(UTC) - row[0]).total_seconds()) if row else 0.0
    told = f"{skew:.1f} s apart from the database's"
    fix = "synchronize both machines' clocks (chrony or systemd-timesyncd)"
    if skew > WORST_SKEW_SECONDS:
        return wrong("clock", told, fix)
    return warning("clock", told, fix) if skew > SKEW_SECONDS else ok("clock", told)


def _isolation(owner: psycopg.Connection) -> Finding:
    from causeloop_pipeline.storage.database.isolation_gate import catalogue_violations

    violations = list(catalogue_violations(owner))
    if violations:
        told = f"{len(violations)} holes: {'; '.join(map(str, violations[:3]))}"
        return wrong(
            "tenant isolation", told, "do not serve from this database; restore the policies by `app.isolate`"
        )
    return ok("tenant isolation", "every tenant table is under forced row level security")


def _search(owner: psycopg.Connection) -> Finding:
    from causeloop_pipeline.storage.database.roles import SEARCH, searches_use_their_index

    if searches_use_their_index(owner):
        return ok("full-text search", "uses its index under row level security")
    fix = f"for large workspaces let a superuser run in this database: alter function {SEARCH} leakproof"
    return warning("full-text search", "reads all issues of its workspace: its index may not be asked", fix)

"""Checks the database: access, version, roles, migrations, clock, tenant isolation and search."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg

from causeloop_pipeline.cli.doctor import Finding, ok, warning, wrong
from causeloop_pipeline.settings import MissingSettingError, Settings, external_database_url
from causeloop_pipeline.storage.database.server_version import (
    MIN_MAJOR,
    ServerVersionError,
    require_supported_version,
)

RECOMMENDED_VERSIONS = {15: 20, 16: 16, 17: 12, 18: 6}
"""Of each major version the minor one with the security fixes of this release's time."""

SKEW_WARNING_SECONDS, MAX_SKEW_SECONDS = 5, 60
ROLE_URLS = {
    "causeloop_owner": "database_url",
    "causeloop_pipeline": "pipeline_database_url",
    "causeloop_api": "api_database_url",
}


OPTIONAL_ROLE_URLS = {"api_replica_database_url": "causeloop_api", "dbt_database_url": "causeloop_pipeline"}
"""Setting → the role that its URL signs in as."""

SELECT_PLACE = """
select pg_is_in_recovery(), current_database(), (select system_identifier from pg_control_system())
"""


def check_database(config: Settings) -> Iterator[Finding]:
    """Each role's access, then the rest as the owner; stops at the first role that cannot connect."""
    for role, setting in ROLE_URLS.items():
        failed = _check_access(config, role, setting)
        if failed is not None:
            yield failed
            return
    yield from _check_other_urls(config)
    with psycopg.connect(config.require("database_url"), autocommit=True) as owner:
        yield _check_version(owner)
        yield _check_roles(owner)
        migrations = check_migrations(owner)
        yield migrations
        yield _check_clock(owner)
        if not migrations.fix:
            yield _check_isolation(owner)
            yield _check_search(owner)
            yield _check_logins(config)
            yield _check_demo_people(config, owner)


def _check_access(config: Settings, role: str, setting: str) -> Finding | None:
    about = f"database as {role}"
    try:
        with psycopg.connect(config.require(setting), connect_timeout=5) as connection:
            actual_role = connection.info.user
    except MissingSettingError:
        return wrong(
            about,
            f"{setting} is not set",
            "start once with `causeloop up`, or set CAUSELOOP_" + setting.upper(),
        )
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        return wrong(
            about,
            f"cannot be reached: {reason}",
            "start it with `causeloop up`, or correct the URL in the settings; `causeloop roles` makes roles",
        )
    if actual_role != role:
        return wrong(
            about,
            f"{setting} signs in as {actual_role}",
            f"use the role {role} in CAUSELOOP_{setting.upper()}",
        )
    return None


def _check_other_urls(config: Settings) -> Iterator[Finding]:
    """Check the replica and dbt's own database URL, where they are configured."""
    for setting, role in OPTIONAL_ROLE_URLS.items():
        if getattr(config, setting) is not None:
            yield _check_access(config, role, setting) or _check_place(config, setting)


def _check_place(config: Settings, setting: str) -> Finding:
    """Check that a URL leads to this database: the replica's to a standby of it, dbt's to itself."""
    about, is_replica = f"database by {setting}", setting == "api_replica_database_url"
    with psycopg.connect(config.require(setting), connect_timeout=5) as there:
        follows, name, system = there.execute(SELECT_PLACE).fetchone() or (None, "", 0)
    with psycopg.connect(config.require("database_url")) as here:
        _, own_name, own_system = here.execute(SELECT_PLACE).fetchone() or (None, "", 0)
    fix = f"correct CAUSELOOP_{setting.upper()}, or leave it unset"
    if (name, system) != (own_name, own_system):
        return wrong(about, f"it leads to another database ({name}) than CAUSELOOP_DATABASE_URL", fix)
    if is_replica and not follows:
        return warning(about, "it leads to the primary: no read is answered by it", fix)
    if follows and not is_replica:
        return wrong(about, "it leads to a replica, in which nothing can be written", fix)
    return ok(about, "follows the primary" if is_replica else "leads to the same database")


def _check_logins(config: Settings) -> Finding:
    from causeloop_pipeline.storage.reporting.logins import list_changed_logins, list_left_logins

    url = config.require("database_url")
    left = list_left_logins(url)
    if left:
        fix = "; ".join(f"causeloop reporting revoke {login}" for login in left)
        return warning("logins for BI", f"{', '.join(left)}: the workspace is gone; it reads nothing", fix)
    if changed := list_changed_logins(url):
        fix = "`causeloop reporting grant` of its workspace makes a new login"
        return warning("logins for BI", f"{', '.join(changed)} lifted limits of its sessions", fix)
    return ok("logins for BI", "each belongs to a workspace, with the limits that it was given")


def _check_demo_people(config: Settings, owner: psycopg.Connection) -> Finding:
    from causeloop_pipeline.cli.demo_people import count_open_demo_people, explain_reach

    about, people = "demo", count_open_demo_people(owner)
    reason = explain_reach(config)
    if people and reason:
        fix = "`causeloop up --no-demo` or `causeloop migrate` locks them out"
        return wrong(about, f"{people} of its people can sign in with a published password; {reason}", fix)
    if people:
        return ok(about, f"{people} people can sign in with a published password, from this machine only")
    return ok(about, "none of its people can sign in")


def _check_version(owner: psycopg.Connection) -> Finding:
    about, (major, minor) = "database version", divmod(owner.info.server_version, 10_000)
    message = f"PostgreSQL {major}.{minor}"
    try:
        require_supported_version(owner)
    except ServerVersionError:
        return wrong(about, message, f"upgrade the server: Causeloop needs PostgreSQL {MIN_MAJOR} or newer")
    if minor < (recommended := RECOMMENDED_VERSIONS.get(major, 0)):
        fix = f"fine for development; in production use the security fixes of {major}.{recommended}"
        return warning(about, message, fix)
    return ok(about, message)


def _check_roles(owner: psycopg.Connection) -> Finding:
    rows = owner.execute(
        "select rolname, rolsuper or rolbypassrls from pg_roles where rolname = any (%s)", (list(ROLE_URLS),)
    ).fetchall()
    absent = sorted(set(ROLE_URLS) - {str(name) for name, _ in rows})
    unrestricted = sorted(str(name) for name, is_unrestricted in rows if is_unrestricted)
    if absent:
        return wrong(
            "roles",
            f"missing: {', '.join(absent)}",
            "`causeloop roles` makes them, or prints the SQL for your DBA",
        )
    if unrestricted:
        fix = "; ".join(f"alter role {name} nosuperuser nobypassrls" for name in unrestricted)
        return wrong("roles", f"{', '.join(unrestricted)} can read every tenant", fix)
    return ok("roles", "no role is a superuser or bypasses row level security")


def check_migrations(owner: psycopg.Connection) -> Finding:
    """Whether the schema is this version's."""
    from causeloop_pipeline.storage.database.migrate import find_obstacle, read_head_revision
    from causeloop_pipeline.storage.database.sql_functions import SELECT_DIGEST_OF_ALL, digest_functions

    fix = (
        "run `causeloop migrate`, then restart the servers"
        if external_database_url()
        else "run `causeloop up`: it migrates before it starts"
    )
    try:
        row = owner.execute("select version_num from app.alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        return wrong("migrations", "the database is empty", fix)
    here, head = row[0] if row else "nothing", read_head_revision()
    if row and (obstacle := find_obstacle(here)):
        return wrong("migrations", *obstacle)
    if here != head:
        return wrong("migrations", f"the database is at {here}, this code needs {head}", fix)
    if owner.execute(SELECT_DIGEST_OF_ALL).fetchone() != (digest_functions(),):
        return wrong("migrations", f"the database is at {head}, its functions are not this code's", fix)
    return ok("migrations", f"up to date at {head}")


def _check_clock(owner: psycopg.Connection) -> Finding:
    row = owner.execute("select clock_timestamp()").fetchone()
    skew = abs((datetime.now(UTC) - row[0]).total_seconds()) if row else 0.0
    message = f"{skew:.1f} s from the database's clock"
    fix = "synchronize both machines' clocks (chrony or systemd-timesyncd)"
    if skew > MAX_SKEW_SECONDS:
        return wrong("clock", message, fix)
    return warning("clock", message, fix) if skew > SKEW_WARNING_SECONDS else ok("clock", message)


def _check_isolation(owner: psycopg.Connection) -> Finding:
    from causeloop_pipeline.storage.database.isolation_gate import find_isolation_violations

    violations = list(find_isolation_violations(owner))
    if violations:
        message = f"{len(violations)} violations: {'; '.join(map(str, violations[:3]))}"
        return wrong(
            "tenant isolation",
            message,
            "do not serve from this database; restore the policies by `app.isolate`",
        )
    return ok("tenant isolation", "every tenant table is under forced row level security")


def _check_search(owner: psycopg.Connection) -> Finding:
    from causeloop_pipeline.storage.database.roles import SEARCH_OPERATOR, is_search_index_enabled

    if is_search_index_enabled(owner):
        return ok("full-text search", "uses its index under row level security")
    fix = f"for large workspaces, as a superuser of this database: alter function {SEARCH_OPERATOR} leakproof"
    return warning("full-text search", "scans all issues of a workspace: its index cannot be used", fix)

"""Dagster: its storage's driver, a daemon that is alive, once, and runs that get on."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from causeloop_pipeline.cli.doctor import Finding, ok, warning, wrong
from causeloop_pipeline.settings import Settings

DRIVER = "postgresql+psycopg2://"
STORAGE_VARIABLE = "CAUSELOOP_DAGSTER_STORAGE_URL"
ALIVE_SECONDS = 120
LONGEST_QUEUE_SECONDS = 900

# `dagster/max_runtime` ends a run after two hours, if its monitor works.
SLOW = """
select
    count(*) filter (
        where status in ('STARTING', 'STARTED', 'CANCELING')
            and coalesce(start_time, 0) < extract(epoch from now()) - 7200
    ) as overdue,
    count(*) filter (
        where status in ('QUEUED', 'NOT_STARTED')
            and create_timestamp < (now() at time zone 'utc') - make_interval(secs => %s)
    ) as waiting,
    (array_agg(run_id order by status in ('QUEUED', 'NOT_STARTED'), create_timestamp))[1] as oldest
from runs
where status in ('STARTING', 'STARTED', 'CANCELING', 'QUEUED', 'NOT_STARTED')
"""


def look_at_dagster(known: Settings) -> Iterator[Finding]:
    """The storage first: without it no daemon leaves a trace."""
    yield _storage(known)
    yield _daemon(known)
    yield _runs(known)


def _storage(known: Settings) -> Finding:
    import yaml  # type: ignore[import-untyped]

    from causeloop_pipeline.cli.commands.up import dagster_environment

    path = known.state_dir / "dagster" / "dagster.yaml"
    if not path.exists():
        return warning("Dagster storage", f"there is no {path} yet", "it is made by `make run`")
    storage = (yaml.safe_load(path.read_text()) or {}).get("storage", {}).get("postgres", {})
    url = storage.get("postgres_url", "")
    if isinstance(url, dict):
        url = dagster_environment(known).get(str(url.get("env")), "")
    return _driver(path, str(url), storage.get("postgres_db", {}).get("scheme"))


def _driver(path: Path, url: str, scheme: str | None) -> Finding:
    if url.startswith(DRIVER) or scheme == DRIVER.removesuffix("://"):
        return ok("Dagster storage", "by psycopg2, in a database of its own")
    fix = (
        f"let {path} take its URL from {STORAGE_VARIABLE}, beginning with {DRIVER} (copy deploy/dagster.yaml)"
    )
    return wrong(
        "Dagster storage", "not by psycopg2: with plain postgresql:// Dagster cannot store events", fix
    )


def _daemon(known: Settings) -> Finding:
    fix = "start it with `make run`: without a daemon nothing is polled and no run begins"
    try:
        with psycopg.connect(known.required("dagster_database_url"), connect_timeout=5) as connection:
            row = connection.execute(
                "select max(timestamp), count(distinct daemon_id) from daemon_heartbeats"
            ).fetchone()
    except psycopg.errors.UndefinedTable:
        return warning("Dagster daemon", "has never run here", fix)
    except psycopg.OperationalError:
        return wrong("Dagster daemon", "its database cannot be reached", fix)
    if row is None or row[0] is None:
        return warning("Dagster daemon", "has never run here", fix)
    return _pulse(row[0], int(row[1]), fix)


def _pulse(last: datetime, daemons: int, fix: str) -> Finding:
    last = last if last.tzinfo else last.replace(tzinfo=UTC)
    age = (datetime.now(UTC) - last).total_seconds()
    if age > ALIVE_SECONDS:
        return warning("Dagster daemon", f"last seen {age / 60:.0f} minutes ago", fix)
    if daemons > 1:
        return wrong(
            "Dagster daemon", f"{daemons} of them work on one database", "end all but one: runs start twice"
        )
    return ok("Dagster daemon", f"seen {age:.0f} s ago")


def _runs(known: Settings) -> Finding:
    about = "Dagster runs"
    try:
        with psycopg.connect(known.required("dagster_database_url"), connect_timeout=5) as connection:
            row = connection.execute(SLOW, (LONGEST_QUEUE_SECONDS,)).fetchone()
    except psycopg.errors.UndefinedTable:
        return ok(about, "there has been none yet")
    except psycopg.OperationalError:
        return wrong(about, "Dagster's database cannot be reached", "start it with `make run`")
    overdue, waiting, oldest = row or (0, 0, None)
    if overdue:
        fix = f"end run {oldest} in the Dagster UI, or restart: a start fails what an earlier one left"
        return wrong(about, f"{overdue} have been under way for over two hours", fix)
    if waiting:
        fix = "see that the daemon runs; run monitoring and the queue are configured in deploy/dagster.yaml"
        return warning(about, f"{waiting} have been queued for over 15 minutes, the oldest is {oldest}", fix)
    return ok(about, "none is stuck")

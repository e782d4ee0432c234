"""Dagster: its storage's driver, and a daemon that is alive, once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from causeloop_pipeline.cli.checkup import Finding, ok, warning, wrong
from causeloop_pipeline.settings import Settings

DRIVER = "postgresql+psycopg2://"
STORAGE_VARIABLE = "CAUSELOOP_DAGSTER_STORAGE_URL"
ALIVE_SECONDS = 120


def look_at_dagster(known: Settings) -> Iterator[Finding]:
    """The storage first: without it no daemon leaves a trace."""
    yield _storage(known)
    yield _daemon(known)


def _storage(known: Settings) -> Finding:
    import yaml  # type: ignore[import-untyped]

    from causeloop_pipeline.cli.up import dagster_environment

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

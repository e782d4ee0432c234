"""Checks Dagster: the storage driver, exactly one live daemon, and no stuck runs."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from causeloop_pipeline.cli.doctor import Finding, ok, warning, wrong
from causeloop_pipeline.settings import Settings, copy_environment

DRIVER = "postgresql+psycopg2://"
TRIGGER_TAG = "causeloop/trigger"
STORAGE_VARIABLE = "CAUSELOOP_DAGSTER_STORAGE_URL"
ALIVE_SECONDS = 120
MAX_QUEUE_SECONDS = 900
RESTART_SPAN, MAX_RESTARTS = timedelta(minutes=10), 5

# `dagster/max_runtime` ends a run after two hours, if its monitor works.
SELECT_STUCK_RUNS = """
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
    and run_id in (select run_id from run_tags where key = '.dagster/repository' and value = %s)
"""


SELECT_HELD_SLOTS = """
select count(*), min(s.concurrency_key)
from concurrency_slots as s
left join runs as r using (run_id)
where s.run_id is not null
    and s.concurrency_key = %s
    and coalesce(r.status in ('SUCCESS', 'FAILURE', 'CANCELED'), true)
    and coalesce(r.end_time, 0) < extract(epoch from now()) - 120
"""


def check_dagster(config: Settings) -> Iterator[Finding]:
    """Storage first, because daemon and runs are read from it."""
    yield _check_storage(config)
    yield _check_instance(config)
    yield _check_daemon(config)
    yield _check_runs(config)
    yield _check_slots(config)


def check_restarts(config: Settings) -> Finding:
    """Whether the servers that `causeloop up` started keep running."""
    about, path = "servers", config.state_dir / "restarts.json"
    endings = json.loads(path.read_text()) if path.exists() else {}
    since = datetime.now(UTC) - RESTART_SPAN
    recent = {
        name: sum(datetime.fromisoformat(at) > since for at in times) for name, times in endings.items()
    }
    summary = ", ".join(f"{name} {count} times" for name, count in sorted(recent.items()) if count)
    if not summary:
        return ok(about, "none has exited unexpectedly in the last 10 minutes")
    message = f"exited and were restarted in the last 10 minutes: {summary}"
    fix = f"see the end of their logs in {config.state_dir / 'logs'}"
    if max(recent.values()) >= MAX_RESTARTS:
        return wrong(about, message, fix)
    return warning(about, message, fix)


def _check_storage(config: Settings) -> Finding:
    import yaml

    from causeloop_pipeline.cli.commands.up import build_dagster_environment

    path = config.state_dir / "dagster" / "dagster.yaml"
    if not path.exists():
        return warning("Dagster storage", f"there is no {path} yet", "`causeloop migrate` or `up` creates it")
    stored = (yaml.safe_load(path.read_text()) or {}).get("storage", {})
    storage = stored.get("custom", {}).get("config") or stored.get("postgres", {})
    url = storage.get("postgres_url", "")
    if isinstance(url, dict):
        url = build_dagster_environment(config).get(str(url.get("env")), "")
    return _check_driver(path, str(url), storage.get("postgres_db", {}).get("scheme"))


def _check_instance(config: Settings) -> Finding:
    """Whether the instance, which may be another team's, lets our sensors and runs go on side by side."""
    import yaml

    path = Path(copy_environment().get("DAGSTER_HOME") or config.state_dir / "dagster") / "dagster.yaml"
    stored = (yaml.safe_load(path.read_text()) if path.exists() else None) or {}
    concurrency = stored.get("concurrency") or {}
    limits = (concurrency.get("runs") or {}).get("tag_concurrency_limits") or []
    lacking = {
        "sensors: {use_threads: true, num_workers: 15}": not (stored.get("sensors") or {}).get("use_threads"),
        "concurrency: {pools: {granularity: op, default_limit: 1}}": (concurrency.get("pools") or {}).get(
            "granularity"
        )
        != "op",
        f"a limit of 1 run for each value of the tag {TRIGGER_TAG}": not any(
            limit.get("key") == TRIGGER_TAG for limit in limits
        ),
    }
    missing = [setting for setting, is_lacking in lacking.items() if is_lacking]
    if not missing:
        return ok("Dagster instance", f"{path} lets sensors and runs go on side by side")
    fix = "add them; docs/howto/dagster.md says what each is for"
    return warning("Dagster instance", f"{path} lacks {'; '.join(missing)}", fix)


def _check_driver(path: Path, url: str, scheme: str | None) -> Finding:
    if url.startswith(DRIVER) or scheme == DRIVER.removesuffix("://"):
        return ok("Dagster storage", "uses psycopg2 and its own database")
    fix = (
        f"let {path} take its URL from {STORAGE_VARIABLE}, beginning with {DRIVER} (copy deploy/dagster.yaml)"
    )
    return wrong(
        "Dagster storage", "does not use psycopg2: with plain postgresql:// Dagster cannot store events", fix
    )


def _check_daemon(config: Settings) -> Finding:
    fix = "start `causeloop up` or causeloop-daemon.service: without it nothing is polled and no run starts"
    try:
        with psycopg.connect(config.require("dagster_database_url"), connect_timeout=5) as connection:
            row = connection.execute(
                "select max(timestamp), count(distinct daemon_id) from daemon_heartbeats"
            ).fetchone()
    except psycopg.errors.UndefinedTable:
        return warning("Dagster daemon", "has never run here", fix)
    except psycopg.OperationalError:
        return wrong("Dagster daemon", "its database cannot be reached", fix)
    if row is None or row[0] is None:
        return warning("Dagster daemon", "has never run here", fix)
    return _check_heartbeat(row[0], int(row[1]), fix)


def _check_heartbeat(last: datetime, daemons: int, fix: str) -> Finding:
    last = last if last.tzinfo else last.replace(tzinfo=UTC)
    age = (datetime.now(UTC) - last).total_seconds()
    if age > ALIVE_SECONDS:
        return warning("Dagster daemon", f"last seen {age / 60:.0f} minutes ago", fix)
    if daemons > 1:
        return wrong(
            "Dagster daemon",
            f"{daemons} daemons use one database",
            "stop all but one: runs would start twice",
        )
    return ok("Dagster daemon", f"seen {age:.0f} s ago")


def _check_runs(config: Settings) -> Finding:
    from causeloop_pipeline.orchestration.instance.own_runs import OWN_LABEL

    about = "Dagster runs"
    try:
        with psycopg.connect(config.require("dagster_database_url"), connect_timeout=5) as connection:
            row = connection.execute(SELECT_STUCK_RUNS, (MAX_QUEUE_SECONDS, OWN_LABEL)).fetchone()
    except psycopg.errors.UndefinedTable:
        return ok(about, "no runs yet")
    except psycopg.OperationalError:
        return wrong(about, "Dagster's database cannot be reached", "start it with `causeloop up`")
    overdue, waiting, oldest = row or (0, 0, None)
    if overdue:
        fix = f"end run {oldest} in the Dagster UI, or restart Causeloop, which fails unfinished runs"
        return wrong(about, f"{overdue} have been running for over two hours", fix)
    if waiting:
        fix = "check that the daemon is running and the queue in deploy/dagster.yaml is large enough"
        return warning(about, f"{waiting} have been queued for over 15 minutes, the oldest is {oldest}", fix)
    return ok(about, "none is stuck")


def _check_slots(config: Settings) -> Finding:
    from causeloop_pipeline.orchestration.partitions import DBT_POOL

    about = "Dagster pools"
    try:
        with psycopg.connect(config.require("dagster_database_url"), connect_timeout=5) as connection:
            held, pool = connection.execute(SELECT_HELD_SLOTS, (DBT_POOL,)).fetchone() or (0, None)
    except psycopg.errors.UndefinedTable:
        return ok(about, "no runs yet")
    except psycopg.OperationalError:
        return wrong(about, "Dagster's database cannot be reached", "start it with `causeloop up`")
    if held:
        fix = (
            "restart Causeloop, which frees them, and check that run_monitoring in dagster.yaml has "
            "free_slots_after_run_end_seconds (copy deploy/dagster.yaml)"
        )
        return wrong(about, f"{held} slots, such as of {pool}, are held by runs that have ended", fix)
    return ok(about, "no run that has ended holds a slot")

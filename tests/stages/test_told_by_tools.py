"""One weekly failure of a year gives the same occurrences and prediction, whichever tool tells of it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.inbound.webhook import read_delivery
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.database.session import Database, Session
from tests.conftest import Installation, new_workspace
from tests.stages.test_retold_failures import run_stages
from tests.support.normalizing import land_records, normalize, normalizer, record

AS_OF = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
LASTS = timedelta(hours=1)
STARTS = [AS_OF - timedelta(weeks=week, hours=3 + week % 5) for week in reversed(range(52))]
TITLE = "Connection to payments-db refused"
PREDICTIONS = (
    "select window_days, round(probability::numeric, 9) as probability, event_count, next_date_median "
    "from predict.prediction order by window_days, issued_at"
)


def push(tool: str, body: dict[str, Any]) -> list[RawRecord]:
    delivery = read_delivery(CONNECTORS[tool], json.dumps(body).encode())
    assert delivery.quarantined == []
    return delivery.records


def poll(tool: str, item: dict[str, Any]) -> RawRecord:
    read = extract(tool, CONNECTORS[tool].pulls[0].schema, item, channel="poll")
    assert isinstance(read, RawRecord)
    return read


def tell_by_alerts(tool: str) -> Iterator[list[RawRecord]]:
    """An alert's fingerprint stays the same: it fires and is resolved each week."""
    for start in STARTS:
        for status, end in (("firing", "0001-01-01T00:00:00Z"), ("resolved", (start + LASTS).isoformat())):
            labels = {"alertname": "PaymentsDbDown", "service": "checkout", "severity": "high"}
            alert = {"status": status, "labels": labels, "annotations": {"summary": TITLE}, "endsAt": end}
            alert |= {"startsAt": start.isoformat(), "fingerprint": "0123456789abcdef"}
            yield push(tool, {"version": "4", "status": status, "alerts": [alert]})


def tell_by_monitor() -> Iterator[list[RawRecord]]:
    """A monitor keeps its id too, and its recovery does not say when it began to be down."""
    for start in STARTS:
        for status, time, word in ((0, start, "🔴 Down"), (1, start + LASTS, "✅ Up")):
            beat = {"monitorID": 1, "status": status, "time": time.strftime("%F %T"), "important": True}
            body = {"heartbeat": {**beat, "msg": TITLE}, "monitor": {"id": 1, "name": "checkout"}}
            yield push("uptime_kuma", {**body, "msg": f"[checkout] [{word}] {TITLE}"})


def tell_by_problems() -> Iterator[list[RawRecord]]:
    """A problem and its recovery are two events of one trigger."""
    for number, start in enumerate(STARTS):
        shared = {
            "objectid": "77",
            "name": TITLE,
            "acknowledged": "0",
            "hosts": [{"name": "checkout"}],
            "tags": [],
        }
        clocks = (start.timestamp(), (start + LASTS).timestamp())
        for place, (value, clock) in enumerate(zip("10", clocks, strict=True)):
            event = {"eventid": str(2 * number + place + 1), "value": value, "clock": str(int(clock))}
            yield [poll("zabbix", {**shared, **event, "severity": "4", "r_eventid": "0"})]


def tell_by_error_tracker() -> Iterator[list[RawRecord]]:
    """One issue with 52 events."""
    for number, start in enumerate(STARTS):
        event = {"event_id": f"{number:032x}", "issue_id": "3004", "title": TITLE, "level": "error"}
        event |= {"datetime": start.isoformat(), "project_slug": "checkout"}
        yield push("sentry", {"action": "triggered", "data": {"event": event}})


def tell_by_tickets() -> Iterator[list[RawRecord]]:
    """A ticket each week, closed after an hour."""
    for number, start in enumerate(STARTS):
        times = {"created_on": start, "updated_on": start + LASTS, "closed_on": start + LASTS}
        ticket = {"id": number + 1, "subject": TITLE, "project": {"name": "checkout"}}
        ticket |= {"status": {"name": "Closed"}, "priority": {"name": "High"}, "tracker": {"name": "Bug"}}
        yield [poll("redmine", ticket | {name: time.isoformat() for name, time in times.items()})]


def tell_by_file() -> Iterator[list[RawRecord]]:
    """A row each week."""
    for number, start in enumerate(STARTS):
        row = {"external_id": f"row-{number}", "title": TITLE, "service": "checkout", "severity": "p2"}
        times = {"source_created_at": start.isoformat(), "resolved_at": (start + LASTS).isoformat()}
        yield [record({**row, **times, "status": "resolved"}, "drop_folder")]


TOOLS: dict[str, Callable[[], Iterator[list[RawRecord]]]] = {
    "Alertmanager": lambda: tell_by_alerts("prometheus_alertmanager"),
    "Grafana": lambda: tell_by_alerts("grafana"),
    "Uptime Kuma": tell_by_monitor,
    "Zabbix": tell_by_problems,
    "Sentry": tell_by_error_tracker,
    "a ticket": tell_by_tickets,
    "a CSV": tell_by_file,
}
WITHOUT_END = {"Sentry"}


@pytest.fixture(scope="module")
def workspaces(installation: Installation) -> dict[str, UUID]:
    """A workspace a tool, with all that it sent, read in one run."""
    database = Database(installation.pipeline_url)
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        workspaces = {tool: new_workspace(owner) for tool in TOOLS}
    for tool, tell in TOOLS.items():
        for records in tell():
            land_records(database, workspaces[tool], *records)
    normalize(database, normalizer(installation.pipeline_url), *workspaces.values())
    return workspaces


def read_spans(session: Session, *, has_end: bool) -> list[tuple[datetime, datetime | None]]:
    rows = session.rows("select started_at, ended_at from core.occurrence order by started_at")
    return [(row["started_at"], row["ended_at"] if has_end else None) for row in rows]


def test_every_tool_gives_the_same_occurrences(database: Database, workspaces: dict[str, UUID]) -> None:
    for tool, workspace_id in workspaces.items():
        has_end = tool not in WITHOUT_END
        with database.workspace(workspace_id) as session:
            expected = [(start, start + LASTS if has_end else None) for start in STARTS]
            assert (tool, read_spans(session, has_end=has_end)) == (tool, expected)


def test_every_tool_gives_the_same_predictions(database: Database, workspaces: dict[str, UUID]) -> None:
    predictions, as_of = {}, datetime.now(UTC)
    for tool, workspace_id in workspaces.items():
        with database.workspace(workspace_id) as session:
            run_stages(session, workspace_id, as_of)
            predictions[tool] = session.rows(PREDICTIONS)
    first = predictions["a ticket"]
    assert [row["event_count"] for row in first] == [len(STARTS)] * 4
    assert {tool: rows for tool, rows in predictions.items() if rows != first} == {}

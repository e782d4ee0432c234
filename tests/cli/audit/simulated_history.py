"""A year of one failure that comes back every week, as five vendors would list it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.conformance.simulation.json_edit import set_at
from causeloop_pipeline.landing.conformance.simulation.loopback import ToolServer, serve
from causeloop_pipeline.landing.conformance.simulation.simulator import SimulatedList, Simulator

ROOT = Path(__file__).resolve().parents[3]
SECRET = "planted-secret-of-the-audit"
TITLE = "Payment timeout after {} s calling card-gateway-{}"
TIMES = 6
"""Fewer than a page of the simulated tools holds."""
CONFIG = {
    "github": {"repositories": "acme/shop"},
    "gitlab": {"projects": "42"},
    "jira": {"site": "acme"},
    "sentry": {"organization": "acme"},
    "pagerduty": {},
}
LISTS = {"pagerduty": "incidents"}
"""The list with the failures, where it is not called issues."""
FIELDS: dict[str, dict[str, Any]] = {
    "github": {
        "id": "id", "title": "title", "began": "created_at", "ended": "closed_at", "changed": "updated_at",
        "status": ("state", "closed", "open"),
    },
    "gitlab": {
        "id": "id", "title": "title", "began": "created_at", "ended": "closed_at", "changed": "updated_at",
        "status": ("state", "closed", "opened"),
    },
    "jira": {
        "id": "id", "title": "fields.summary", "began": "fields.created", "ended": "fields.resolutiondate",
        "changed": "fields.updated", "status": ("fields.status.name", "Done", "To Do"),
    },
    "sentry": {
        "id": "id", "title": "title", "began": "firstSeen", "ended": "lastSeen", "changed": "lastSeen",
        "status": ("status", "resolved", "unresolved"),
    },
    "pagerduty": {
        "id": "id", "title": "title", "began": "created_at", "ended": "resolved_at", "changed": "updated_at",
        "status": ("status", "resolved", "triggered"),
    },
}  # fmt: skip


@contextmanager
def serve_history(tool: str, now: datetime) -> Iterator[ToolServer]:
    """The tool on loopback, with one failure that was closed and came back every week until now."""
    connector = CONNECTORS[tool]
    answers = json.loads(
        next(ROOT.glob(f"causeloop_pipeline/connectors/tools/*/{tool}.case.json")).read_text()
    )
    name = LISTS.get(tool, "issues")
    lists = [
        SimulatedList(
            pull,
            make_weekly(tool, answers["pull"][name], now) if pull.name == name else [],
            answers["pull"].get(pull.name),
        )
        for pull in connector.pulls
    ]
    credentials = {field.name: SECRET for field in connector.credentials}
    with serve() as server:
        server.script = Simulator(connector, lists, {**CONFIG[tool], "base_url": server.url}, credentials)
        yield server


def make_weekly(tool: str, envelope: Any, now: datetime) -> list[Any]:
    """Records of the vendor's documented shape, oldest first; the last one is open."""
    fields, listed = (
        FIELDS[tool],
        envelope
        if isinstance(envelope, list)
        else next(value for value in envelope.values() if isinstance(value, list)),
    )
    records = []
    for number in range(TIMES):
        began = (now - timedelta(days=7 * (TIMES - number))).replace(microsecond=0)
        is_last = number == TIMES - 1
        record = deepcopy(listed[0])
        place, closed, opened = fields["status"]
        values = {
            fields["id"]: 7000 + number if isinstance(record[fields["id"]], int) else f"{7000 + number}",
            fields["title"]: TITLE.format(30 + number, number),
            fields["changed"]: write_time(tool, began + timedelta(hours=3)),
            fields["ended"]: None if is_last else write_time(tool, began + timedelta(hours=3)),
            fields["began"]: write_time(tool, began),
            place: opened if is_last else closed,
        }
        if tool == "sentry" and is_last:
            del values["lastSeen"]
            values["lastSeen"] = write_time(tool, began)
        for path, value in values.items():
            record = set_at(record, path, value)
        if tool == "jira":
            record["key"] = f"OPS-{7000 + number}"
        records.append(record)
    return records


def write_time(tool: str, moment: datetime) -> str:
    """An instant as the vendor writes it."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.000+0000" if tool == "jira" else f"{utc:%Y-%m-%dT%H:%M:%S}Z"

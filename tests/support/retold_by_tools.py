"""The weekly failure of a year as seven tools send it: deliveries, lists and a file, as they are landed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from api.uploads.understanding import read_upload
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.inbound.webhook import read_delivery
from causeloop_pipeline.model.raw_record import Outcome, RawRecord
from tests.support.retold_failures import LASTS, STARTS, TITLE

LABELS = {"alertname": TITLE, "service": "checkout", "severity": "error", "env": "prod", "team": "payments"}
NOT_YET = "0001-01-01T00:00:00Z"


def retell(tool: str) -> list[RawRecord]:
    """The records of a tool's telling; none of them may be set aside."""
    outcomes = list(TOOLS[tool]())
    refused = [outcome for outcome in outcomes if not isinstance(outcome, RawRecord)]
    assert not refused, refused[:1]
    return [outcome for outcome in outcomes if isinstance(outcome, RawRecord)]


def push_by_alertmanager() -> Iterator[Outcome]:
    """A message when it fires, one more while it does, and one when it is over."""
    for start in STARTS:
        alert = {
            "labels": LABELS,
            "annotations": {},
            "startsAt": write(start),
            "fingerprint": "a1b2c3d4e5f60718",  # pragma: allowlist secret
        }
        firing = {**alert, "status": "firing", "endsAt": NOT_YET}
        resolved = {**alert, "status": "resolved", "endsAt": write(start + LASTS)}
        for message in (firing, firing, resolved):
            body = {"version": "4", "status": message["status"], "receiver": "causeloop", "alerts": [message]}
            yield from deliver("prometheus_alertmanager", body)


def push_by_grafana() -> Iterator[Outcome]:
    """As Alertmanager, with the fields of Grafana."""
    for start in STARTS:
        for status, end in (("firing", NOT_YET), ("resolved", write(start + LASTS))):
            alert = {
                "status": status,
                "labels": LABELS,
                "annotations": {},
                "startsAt": write(start),
                "endsAt": end,
                "generatorURL": "https://grafana.acme.example/alerting/grafana/u1/view",
                "fingerprint": "b1b2c3d4e5f60718",  # pragma: allowlist secret
                "values": {"A": 1},
            }
            yield from deliver("grafana", {"orgId": 1, "status": status, "title": TITLE, "alerts": [alert]})


def push_by_uptime_kuma() -> Iterator[Outcome]:
    """A beat when the monitor goes down, and one when it is up."""
    for start in STARTS:
        for status, at, message in ((0, start, TITLE), (1, start + LASTS, "200 - OK")):
            beat = {
                "monitorID": 7,
                "status": status,
                "time": at.strftime("%Y-%m-%d %H:%M:%S.000"),
                "msg": message,
                "important": True,
                "duration": 20,
            }
            text = f"[checkout] [{'🔴 Down' if status == 0 else '✅ Up'}] {message}"
            body = {"heartbeat": beat, "monitor": {"id": 7, "name": "checkout", "type": "port"}, "msg": text}
            yield from deliver("uptime_kuma", body)


def poll_zabbix() -> Iterator[Outcome]:
    """Events of a trigger: a problem, and the recovery as an event of its own."""
    schema = CONNECTORS["zabbix"].pulls[0].schema
    for week, start in enumerate(STARTS):
        for number, (value, at) in enumerate((("1", start), ("0", start + LASTS))):
            event = {
                "eventid": str(2 * week + number + 1),
                "objectid": "25212",
                "clock": str(int(at.timestamp())),
                "value": value,
                "acknowledged": "0",
                "name": TITLE,
                "severity": "4" if value == "1" else "0",
                "r_eventid": str(2 * week + 2) if value == "1" else "0",
                "hosts": [{"hostid": "10680", "name": "checkout"}],
                "tags": [],
            }
            yield extract("zabbix", schema, event, channel="poll")


def push_by_sentry() -> Iterator[Outcome]:
    """Each event of one issue."""
    for week, start in enumerate(STARTS):
        error = {
            "event_id": f"{week:032x}",
            "issue_id": "3001",
            "title": TITLE,
            "level": "error",
            "project_slug": "checkout",
            "environment": "prod",
            "datetime": write(start),
            "timestamp": start.timestamp(),
            "web_url": "https://sentry.io/organizations/acme/issues/3001/",
        }
        yield from deliver("sentry", {"action": "created", "data": {"error": error}})


def poll_redmine() -> Iterator[Outcome]:
    """A ticket a week, new and then closed."""
    schema = CONNECTORS["redmine"].pulls[0].schema
    for number, start in enumerate(STARTS, 1):
        ticket = {
            "id": number,
            "project": {"id": 1, "name": "checkout"},
            "tracker": {"id": 1, "name": "Bug"},
            "priority": {"id": 3, "name": "High"},
            "subject": TITLE,
            "created_on": write(start),
        }
        end = write(start + LASTS)
        for more in (
            {"status": {"name": "New"}, "updated_on": write(start)},
            {"status": {"name": "Closed"}, "updated_on": end, "closed_on": end},
        ):
            yield extract("redmine", schema, {**ticket, **more}, channel="poll")


def upload_csv() -> Iterator[Outcome]:
    """A row a week."""
    lines = [
        f"T-{number},{TITLE},high,resolved,checkout,{start:%d.%m.%Y %H:%M},{start + LASTS:%d.%m.%Y %H:%M}"
        for number, start in enumerate(STARTS, 1)
    ]
    head = "Ticket,Title,Severity,Status,Service,Created,Resolved"
    content = "\n".join([head, *lines]).encode()
    read = read_upload(content, "failures.csv", {"timezone": "UTC"}, UUID(int=1))
    yield from read.quarantined
    for record in read.records:
        yield replace(record, import_id=None)


def deliver(tool: str, body: dict[str, Any]) -> list[Outcome]:
    """What becomes of a delivery."""
    read = read_delivery(CONNECTORS[tool], json.dumps(body).encode())
    return [*read.records, *read.quarantined]


def write(moment: datetime) -> str:
    """As most tools write times."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


TOOLS: dict[str, Callable[[], Iterator[Outcome]]] = {
    "Alertmanager": push_by_alertmanager,
    "Grafana": push_by_grafana,
    "Uptime Kuma": push_by_uptime_kuma,
    "Zabbix": poll_zabbix,
    "Sentry": push_by_sentry,
    "Redmine": poll_redmine,
    "CSV": upload_csv,
}

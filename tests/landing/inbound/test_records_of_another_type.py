"""What two types of one tool are sent is landed as the same records, so that it counts once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from causeloop_pipeline.connectors.cases import read_case
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.alert_fingerprint import compute_fingerprint
from causeloop_pipeline.landing.inbound.webhook import read_delivery
from causeloop_pipeline.landing.map_payload import map_payload
from causeloop_pipeline.model.raw_record import RawRecord
from tests.connectors.case_records import poll_records
from tests.offenders import assert_no_offenders

SHARED = {
    f"{tool}, body {number}": (tool, body)
    for tool, connector in CONNECTORS.items()
    if connector.webhook and any(event.schema.source for event in connector.webhook.events)
    for number, body in enumerate(read_case(tool).webhook)
}


def deliver(tool: str, body: Any) -> list[RawRecord]:
    return read_delivery(CONNECTORS[tool], json.dumps(body).encode()).records


def identify(record: RawRecord) -> tuple[str, str, str, str]:
    return record.source, record.external_id, record.kind, record.payload_hash


def test_a_body_gives_the_same_records_whichever_type_receives_it():
    def find_problems(sent: tuple[str, Any]) -> Iterator[str]:
        tool, body = sent
        for record in deliver(tool, body):
            own = [identify(received) for received in deliver(record.source, body)]
            if identify(record) not in own:
                yield f"expected one of {own} as {record.source} lands, found {identify(record)}"

    assert_no_offenders(SHARED, find_problems)


def test_github_lands_alerts_and_checks_as_those_who_know_them():
    sources = {record.source for body in read_case("github").webhook for record in deliver("github", body)}
    assert sources == {"github", "github_actions", "github_security"}


def test_a_record_of_another_type_is_read_by_that_types_mappings():
    alert = next(
        body for body in read_case("github_security").webhook if "dependency" in body.get("alert", {})
    )
    mapped, own = (map_payload(CONNECTORS[tool], alert) for tool in ("github", "github_security"))
    assert [issue.fields for issue in mapped.issues] == [issue.fields for issue in own.issues]
    assert mapped.issues[0].fields["source"] == "github_security"


@pytest.mark.parametrize(
    "body",
    [
        {"action": "created", "check_run": {"id": 1, "status": "queued", "conclusion": None}},
        {"ref": "refs/heads/main", "pusher": {"name": "octo"}, "commits": []},
        {"ref": "v2", "ref_type": "tag"},
    ],
)
def test_a_check_that_has_not_ended_and_everyday_events_are_answered_and_not_stored(body):
    delivery = read_delivery(CONNECTORS["github"], json.dumps(body).encode())
    assert (delivery.records, delivery.quarantined) == ([], [])


def test_a_polled_run_of_github_is_the_one_that_github_actions_lands():
    def poll(tool: str) -> set[tuple[str, str, str, str]]:
        records = [record for record in poll_records(tool) if record.external_id.startswith("run/")]
        return {identify(record) for record in records}

    assert set() != poll("github") == poll("github_actions")


def test_a_callback_of_airflow_and_its_api_tell_of_one_failed_run():
    task = read_case("airflow").pull["task_instances"]["task_instances"][0]
    callback = {name: task[name] for name in ("dag_id", "dag_run_id", "task_id", "state", "end_date")}
    (pushed,) = deliver("airflow", callback)

    assert pushed.external_id in [record.external_id for record in poll_records("airflow")]


def test_an_alert_of_prometheus_itself_is_the_one_that_alertmanager_sends():
    labels = {
        "alertname": "InstanceDown",
        "instance": "localhost:9100",
        "job": "node",
        "severity": "critical",
    }
    evaluated = {"labels": labels, "annotations": {}, "state": "firing", "activeAt": "2026-03-02T08:00:00Z"}
    listed = {
        "labels": dict(reversed(labels.items())),
        "fingerprint": compute_fingerprint(labels),
        "startsAt": "2026-03-02T08:00:00Z",
        "status": "firing",
    }

    (of_prometheus,) = deliver("prometheus_alertmanager", {"data": {"alerts": [evaluated]}})
    (of_alertmanager,) = deliver("prometheus_alertmanager", {"alerts": [listed]})

    assert of_prometheus.external_id == of_alertmanager.external_id


def test_the_fingerprint_of_labels_is_that_of_prometheus():
    """The values in the tests of github.com/prometheus/common/model."""
    labels = {"name": "garland, briggs", "fear": "love is not enough"}

    assert int(compute_fingerprint(labels), 16) == 5799056148416392346
    assert int(compute_fingerprint({}), 16) == 14695981039346656037

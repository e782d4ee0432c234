"""A live delivery lands what `causeloop connectors map` shows of the same body."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from causeloop_pipeline.connectors.cases import read_case
from causeloop_pipeline.connectors.configuration import fill_defaults
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.inbound.webhook import WebhookDelivery, read_delivery
from causeloop_pipeline.landing.map_payload import map_payload
from causeloop_pipeline.landing.record_meaning import RecordMeaning, read_meaning
from tests.connectors.case_records import load_connector
from tests.offenders import assert_no_offenders, compare

Meanings = list[tuple[str, str, str]]
BODIES = {
    f"{tool}, body {number}": (tool, body)
    for tool in CONNECTORS
    for number, body in enumerate(read_case(tool).webhook)
}


def list_landed(tool: str, body: Any) -> Meanings:
    _, config = load_connector(tool)
    connector = CONNECTORS[tool]
    delivery = deliver(tool, body)
    assert [refused.reason for refused in delivery.quarantined] == []
    settings = fill_defaults(connector, config)
    meanings = [read_meaning(connector.resolve(settings), record, settings) for record in delivery.records]
    return describe(meaning for meaning in meanings if not meaning.is_success)


def deliver(tool: str, body: Any) -> WebhookDelivery:
    return read_delivery(CONNECTORS[tool], json.dumps(body).encode(), config=load_connector(tool)[1])


def list_displayed(tool: str, body: Any) -> Meanings:
    mapped = map_payload(CONNECTORS[tool], body, load_connector(tool)[1])
    assert [refused.reason for refused in mapped.quarantined] == []
    return describe([*mapped.issues, *mapped.changes])


def describe(meanings: Any) -> Meanings:
    """Kind, id and fields; the time of the version apart: a push may be as new as its arrival."""
    return sorted(describe_one(meaning) for meaning in meanings)


def describe_one(meaning: RecordMeaning) -> tuple[str, str, str]:
    fields = {name: value for name, value in meaning.fields.items() if name != "source_updated_at"}
    return meaning.kind, fields["external_id"], json.dumps(fields, sort_keys=True, default=str)


def compare_meanings(expected: Meanings, actual: Meanings, what: str) -> Iterator[str]:
    yield from compare(number(expected), number(actual), what)


def number(meanings: Meanings) -> dict[str, Any]:
    """The fields of each issue and change; of one that is there twice, of each."""
    numbered: dict[str, Any] = {}
    for place, (kind, external_id, fields) in enumerate(meanings):
        name = f"{kind} {external_id}"
        numbered[f"{name}, at {place}" if name in numbered else name] = json.loads(fields)
    return numbered


def test_a_delivery_lands_what_is_displayed():
    def find_problems(sent: tuple[str, Any]) -> Iterator[str]:
        yield from compare_meanings(list_displayed(*sent), list_landed(*sent), "landed")

    assert_no_offenders(BODIES, find_problems)


def test_a_list_of_bodies_lands_what_each_alone_would():
    def find_problems(sent: tuple[str, Any]) -> Iterator[str]:
        tool, body = sent
        alone = list_landed(tool, body)
        twice = sorted(alone + alone)
        yield from compare_meanings(twice, list_landed(tool, [body, body]), "landed of two")
        yield from compare_meanings(twice, list_displayed(tool, [body, body]), "displayed of two")

    objects = {name: sent for name, sent in BODIES.items() if isinstance(sent[1], dict)}
    assert_no_offenders(objects, find_problems)


def snyk_issue(external_id: str) -> dict[str, Any]:
    return {
        "id": external_id,
        "issueType": "vuln",
        "pkgName": "lib",
        "issueData": {"id": external_id, "title": "It parses hostile input", "severity": "high"},
        "introducedDate": "2026-03-02T08:00:00Z",
    }


def test_every_list_of_a_body_is_landed():
    body = {
        "project": {"id": "p-1", "name": "shop"},
        "org": {"name": "acme"},
        "newIssues": [snyk_issue("new-1"), snyk_issue("new-2")],
        "removedIssues": [snyk_issue("old-1")],
    }
    assert {record.external_id for record in deliver("snyk", body).records} == {
        "p-1/new-1",
        "p-1/new-2",
        "p-1/old-1",
    }
    assert list_landed("snyk", body) == list_displayed("snyk", body)


def test_what_the_filter_of_one_event_leaves_out_that_of_another_may_keep():
    failed, edit = (
        {"log_id": entry["data"]["log_id"], "data": entry["data"]} for entry in read_case("auth0").webhook
    )
    success = {"log_id": "3", "data": edit["data"] | {"log_id": "3", "type": "s"}}
    for body in ({"logs": [failed, edit, success]}, [failed, edit, success]):
        assert sorted(record.kind for record in deliver("auth0", body).records) == ["change", "event"]
        assert list_landed("auth0", body) == list_displayed("auth0", body)


def test_only_what_is_unknown_in_a_list_of_bodies_is_set_aside():
    event = read_case("pagerduty").webhook[0]
    delivery = deliver("pagerduty", [event, {"hello": "world"}])
    (refused,) = delivery.quarantined
    assert len(delivery.records) == 1
    assert json.loads(refused.raw) == {"hello": "world"}
    assert refused.reason.startswith("not a known event")


def test_what_a_push_of_a_message_queue_carries_is_read():
    build = read_case("gcp_cloud_build").webhook[0]
    data = base64.b64encode(json.dumps(build).encode()).decode()
    wrapped = {"message": {"data": data, "messageId": "1"}, "subscription": "projects/acme/subscriptions/b"}
    assert list_landed("gcp_cloud_build", wrapped) == list_landed("gcp_cloud_build", build)
    assert list_displayed("gcp_cloud_build", wrapped) == list_landed("gcp_cloud_build", build)
    for data in ("", "no base64", base64.b64encode(b"no JSON").decode()):
        (refused,) = deliver("gcp_cloud_build", {"message": {"data": data}}).quarantined
        assert refused.reason.startswith("not a known event")

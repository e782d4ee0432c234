"""Real and vendor-published payloads, read as the shipped connectors read them."""

import csv
import json
from collections.abc import Iterator
from typing import Any

import pytest

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import RecordSchema
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.field_mapping import PRODUCT_FIELDS
from causeloop_pipeline.landing.inbound.webhook import read_delivery
from causeloop_pipeline.landing.json_guard import MAX_BYTES, parse_json
from causeloop_pipeline.landing.record_meaning import read_meaning
from causeloop_pipeline.model.raw_record import NoFailure, Quarantined, RawRecord
from tests.support.shared_data import find_shared_path


def documents(relative: str) -> Iterator[Any]:
    """The documents of one payload file: a JSON document, JSON lines, or rows of a CSV."""
    path = find_shared_path(f"connectors/payloads/{relative}")
    if path.suffix == ".csv":
        yield from csv.DictReader(path.open())
    elif path.suffix == ".jsonl":
        yield from (parse_json(line) for line in path.read_bytes().splitlines() if line.strip())
    else:
        yield parse_json(path.read_bytes(), max_bytes=10 * MAX_BYTES)


def read(
    tool: str, schema: RecordSchema, items: list[Any], **config: Any
) -> tuple[list[RawRecord], list[Quarantined], int]:
    """Records, quarantined ones, and how many were not failures."""
    outcomes = [extract(tool, schema, item, channel="poll", config=config) for item in items]
    records = [outcome for outcome in outcomes if isinstance(outcome, RawRecord)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Quarantined)]
    return records, refused, sum(isinstance(outcome, NoFailure) for outcome in outcomes)


LISTED = [
    # tool, pull, file, path of the list in the file ("lines": the file is the list), records, not failures
    ("pagerduty", "incidents", "pagerduty/hub_incidents.json", "incidents", 5, 0),
    ("pagerduty", "incidents", "pagerduty/faros_incidents.json", "", 3, 0),
    ("pagerduty", "incidents", "pagerduty/faros_incidents.jsonl", "lines", 3, 0),
    ("jira", "issues", "jira/faros_issues.json", "", 4, 0),
    ("jira", "issues", "jira/raw_jira_api_issues.jsonl", "lines", None, 0),
    ("github", "issues", "github/raw_github_api_issues.jsonl", "lines", None, None),
    ("github", "runs_failure", "github_actions/raw_github_api_runs.jsonl", "lines", None, None),
    ("datadog", "incidents", "datadog/get_a_list_of_incidents_returns_ok_response.json", "data", None, 0),
    (
        "datadog",
        "incidents",
        "datadog/get_a_list_of_incidents_returns_ok_response_with_pagination.json",
        "data",
        2,
        0,
    ),
    ("datadog", "incidents", "datadog/faros_incidents.json", "data", None, 0),
    ("datadog", "incidents", "datadog/faros_incidents.jsonl", "lines", None, 0),
    ("zendesk", "tickets", "zendesk/faros_tickets.jsonl", "lines", 14, 0),
    ("zendesk", "tickets", "zendesk/hub_search_tickets.json", "results", 2, 0),
]


@pytest.mark.parametrize(("tool", "pull", "file", "place", "count", "aside"), LISTED)
def test_a_real_list_is_read_whole(tool, pull, file, place, count, aside):
    contents = list(documents(file))
    items = contents if place == "lines" else find_value(contents[0], place)
    schema = next(spec.schema for spec in CONNECTORS[tool].pulls if spec.name == pull)
    records, refused, left_out = read(tool, schema, items)
    assert refused == []
    assert len(records) + left_out == len(items) > 0
    assert count is None or len(records) == count
    assert aside is None or left_out == aside
    assert all(record.external_id and record.source_updated_at for record in records)
    assert all(parse_json(json.dumps(record.payload).encode()) == record.payload for record in records)


def test_the_watermark_of_every_list_is_in_its_real_records():
    for tool, pull, file, place, _, _ in LISTED:
        contents = list(documents(file))
        item = (contents if place == "lines" else find_value(contents[0], place))[0]
        spec = next(spec for spec in CONNECTORS[tool].pulls if spec.name == pull)
        assert spec.since is not None
        assert find_value(item, spec.since.field), (tool, file)


def test_github_runs_that_neither_failed_nor_succeeded_are_left_out_and_pull_requests_too():
    runs = list(documents("github_actions/raw_github_api_runs.jsonl"))
    schema = next(spec.schema for spec in CONNECTORS["github"].pulls if spec.name == "runs_failure")
    records, _, left_out = read("github", schema, runs)
    read_on = [run for run in runs if run["conclusion"] in {"failure", "success"} or run["run_attempt"] > 1]
    assert len(records) == len(read_on)
    assert left_out == len(runs) - len(read_on)
    issues = list(documents("github/raw_github_api_issues.jsonl"))
    records, _, _ = read("github", CONNECTORS["github"].pulls[0].schema, issues)
    assert len(records) == sum("pull_request" not in issue for issue in issues)


def test_real_okta_events_are_read_and_an_unreadable_time_is_quarantined():
    events = list(documents("okta/panther_okta_systemlog.jsonl"))
    records, refused, left_out = read("okta", CONNECTORS["okta"].pulls[0].schema, events)
    assert (len(events), len(records), left_out) == (60, 17, 40)
    assert {outcome.reason for outcome in refused} == {"'redacted' is not a time in the format iso"}
    assert all(outcome.external_id for outcome in refused)


PUSHED = [
    ("jira", "jira/webhook-issue-created.json", "record"),
    ("jira", "jira/webhook-issue-created-no-description.json", "record"),
    ("jira", "jira/webhook-issue-deleted.json", "record"),
    ("jira", "jira/webhook-issue-updated-resolved.json", "record"),
    ("jira", "jira/webhook-server-issue-updated-closed.json", "record"),
    ("jira", "jira/webhook-cloud-issue-updated-custom-field.json", "record"),
    ("github", "github/issues_assigned.json", "issue"),
    ("github", "github/issues_deleted.json", "issue"),
    ("github", "github/issues_edited.with-organization.json", "issue"),
    ("github", "github/issues_labeled.json", "issue"),
]


@pytest.mark.parametrize(("tool", "file", "kind"), PUSHED)
def test_a_real_webhook_is_read(tool, file, kind):
    (document,) = documents(file)
    received = read_delivery(CONNECTORS[tool], json.dumps(document).encode())
    (record,) = received.records
    assert received.quarantined == []
    assert (record.kind, record.channel) == (kind, "webhook")
    assert record.external_id == str(document["issue"]["id"])
    assert record.source_updated_at is not None


def test_a_real_vendor_signed_pagerduty_event_is_read():
    vectors = json.loads(find_shared_path("connectors/signature_vectors.json").read_text())
    (body,) = (vector["body"] for vector in vectors if vector["scheme"] == "pagerduty")
    received = read_delivery(CONNECTORS["pagerduty"], body.encode())
    (record,) = received.records
    assert (record.external_id, received.delivery_id) == ("PGR0VU2", "01BWDWL3NYY7LUFPZCC28QUCMK")
    assert record.payload["occurred_at"] == "2021-04-26T17:36:27.458Z"


def test_a_milestone_on_a_pull_request_is_not_an_issue():
    (document,) = documents("github/issues_milestoned.json")
    received = read_delivery(CONNECTORS["github"], json.dumps(document).encode())
    assert (received.records, received.quarantined) == ([], [])


@pytest.mark.parametrize("file", ["workflow_run_completed.json", "workflow_run_requested.json"])
def test_a_real_workflow_run_is_read_when_it_failed_or_ends_what_failed_before(file):
    (document,) = documents(f"github_actions/{file}")
    received = read_delivery(CONNECTORS["github"], json.dumps(document).encode())
    run = document["workflow_run"]
    ended = {"failure", "timed_out", "startup_failure", "success"}
    expected = run["conclusion"] in ended or run["run_attempt"] > 1
    assert len(received.records) == expected
    assert received.quarantined == []


@pytest.mark.parametrize("file", ["with-installation", "gh-pages"])
def test_a_real_deployment_status_is_a_change(file):
    (document,) = documents(f"github_actions/deployment_status_{file}.json")
    received = read_delivery(CONNECTORS["github"], json.dumps(document).encode())
    (record,) = received.records
    assert (record.kind, record.external_id) == ("change", f"deployment/{document['deployment']['id']}")
    assert received.quarantined == []


def test_a_real_body_that_a_trigger_of_zendesk_sends_is_a_ticket():
    (document,) = documents("zendesk/pagertree_create_request.json")
    (record,) = read_delivery(CONNECTORS["zendesk"], json.dumps(document).encode()).records
    meaning = read_meaning(CONNECTORS["zendesk"], record, {})
    assert (meaning.variant, record.external_id) == ("body of a trigger", document["id"])
    assert meaning.fields["title"] == document["title"]


@pytest.mark.parametrize(
    "file", ["check_suite_completed.json", "workflow_job_queued.json", "workflow_job_in_progress.json"]
)
def test_a_real_check_that_did_not_fail_is_not_an_issue(file):
    (document,) = documents(f"github_actions/{file}")
    received = read_delivery(CONNECTORS["github"], json.dumps(document).encode())
    assert not received.quarantined
    connector = CONNECTORS["github_actions"]
    assert all(read_meaning(connector, record, {}).is_success for record in received.records)


@pytest.mark.parametrize(
    ("tool", "file"),
    [
        ("zendesk", "github/issues_deleted.json"),
        ("datadog", "datadog/pagertree_create_request.json"),
        ("pagerduty", "zendesk/pagertree_create_request.json"),
    ],
)
def test_a_webhook_of_another_shape_is_quarantined(tool, file):
    (document,) = documents(file)
    received = read_delivery(CONNECTORS[tool], json.dumps(document).encode())
    assert received.records == []
    assert len(received.quarantined) == 1


@pytest.mark.parametrize("tool", ["postgresql", "custom_api"])
def test_a_real_table_is_read_by_its_mapping(tool):
    rows = list(documents("zendesk/fivetran_ticket_data.csv"))
    mapping = {"title": "subject", "body": "description", "source_created_at": "created_at"}
    schema = RecordSchema(key="id", updated_at=("updated_at",), kind="normalized", normalize=True)
    records, refused, _ = read(tool, schema, rows, fields=mapping)
    assert len(records) == len(rows) == 10
    assert refused == []
    assert {record.external_id for record in records} == {row["id"] for row in rows}
    assert all(set(record.payload) <= set(PRODUCT_FIELDS) for record in records)

"""A payload is recognized by itself, whatever was wrapped around the records of a tool."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from causeloop_pipeline.connectors.cases import read_case
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.map_payload import MappedPayload, map_payload
from tests.connectors.case_records import load_connector, schema_and_items
from tests.offenders import assert_no_offenders, compare

FIELDS = ("title", "severity", "status", "service", "source_created_at")
TOOLS = ("pagerduty", "jira", "datadog", "zendesk", "servicenow", "sentry", "wiz", "opsgenie", "new_relic")
NOON = "2026-03-02T12:00:00Z"
WRAPPERS: dict[str, Any] = {
    "a list": lambda records: records,
    "another list endpoint": lambda records: {"count": len(records), "next_page": None, "rows": records},
    "a list inside an answer": lambda records: {"ok": True, "response": {"found": {"rows": records}}},
    "an answer of GraphQL inside the result of an automation": lambda records: {
        "status": "succeeded",
        "result": {"result": {"data": {"viewer": {"found": {"rows": records}}}}},
    },
    "an answer passed on with its status": lambda records: {"status": 200, "body": {"rows": records}},
    "an answer kept as text": lambda records: {"statusCode": 200, "body": json.dumps({"rows": records})},
    "a message of a queue, in Base64": lambda records: {
        "message": {"data": base64.b64encode(json.dumps({"rows": records}).encode()).decode()}
    },
    "messages of a queue, each a text": lambda records: {
        "Records": [{"messageId": str(n), "body": json.dumps(record)} for n, record in enumerate(records)]
    },
    "hits of a search": lambda records: {
        "took": 3,
        "hits": {"total": len(records), "hits": [{"_id": "1", "_source": record} for record in records]},
    },
    "what each item gave": lambda records: {
        "items": [{"item": n, "answer": [record]} for n, record in enumerate(records)]
    },
    "pages": lambda records: [records],
    "records under their names": lambda records: {f"record {n}": record for n, record in enumerate(records)},
}


def records_of(tool: str) -> list[Any]:
    connector, config = load_connector(tool)
    name, body = next(iter(read_case(tool).pull.items()))
    return schema_and_items(connector, config, name, body)[1]


def read(tool: str, document: Any) -> MappedPayload:
    return map_payload(CONNECTORS[tool], document, load_connector(tool)[1])


def meanings(mapped: MappedPayload) -> list[tuple[Any, ...]]:
    return sorted(
        (issue.fields["external_id"], *(str(issue.fields.get(name)) for name in FIELDS))
        for issue in mapped.issues
    )


@pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS)
def test_records_are_found_in(wrap):
    def find_problems(tool: str) -> Iterator[str]:
        records = records_of(tool)
        expected = meanings(read(tool, records))
        mapped = read(tool, wrap(records))
        yield from compare(True, bool(expected), "are there issues to find")
        yield from compare(expected, meanings(mapped), "issues")
        yield from (f"set aside: {refused.reason}" for refused in mapped.quarantined)

    assert_no_offenders(TOOLS, find_problems)


def test_a_webhook_that_was_recorded_with_its_headers_is_read():
    def find_problems(tool: str) -> Iterator[str]:
        for number, body in enumerate(read_case(tool).webhook):
            recorded = {"headers": {"content-type": "application/json"}, "body": body}
            yield from compare(meanings(read(tool, body)), meanings(read(tool, recorded)), f"body {number}")

    tools = (*TOOLS, "cloudflare", "dynatrace", "grafana", "healthchecks", "sumo_logic")
    assert_no_offenders(tools, find_problems)


def test_both_kinds_of_alarms_in_one_answer_are_read():
    metric, composite = (
        {"AlarmName": name, "AlarmArn": f"arn:{name}", "StateValue": "ALARM", "StateUpdatedTimestamp": NOON}
        for name in ("cpu", "whole-shop")
    )
    mapped = read("aws_cloudwatch", {"MetricAlarms": [metric], "CompositeAlarms": [composite]})
    assert [issue.fields["title"] for issue in mapped.issues] == ["cpu", "whole-shop"]


def test_an_answer_that_holds_none_of_the_tools_records_is_set_aside_whole():
    teams = {"teams": [{"id": "PT1", "type": "team", "name": "Payments", "summary": "Payments"}]}
    mapped = read("pagerduty", teams)
    assert (mapped.issues, mapped.changes, len(mapped.quarantined)) == ([], [], 1)


@pytest.mark.parametrize(
    ("tool", "record"),
    [
        (
            "fivetran",
            {"id": "c1", "service": "ads", "failed_at": None, "status": {"sync_state": "scheduled"}},
        ),
        (
            "azure_devops",
            {"id": 7, "buildNumber": "7", "status": "inProgress", "definition": {"name": "shop"}},
        ),
        (
            "zendesk",
            {"id": 3, "type": "subject", "title": "Subject", "raw_title": "Subject", "description": "-"},
        ),
        (
            "statuspage",
            {"id": "c1", "name": "API", "status": "operational", "created_at": "2026-03-02T08:00:00Z"},
        ),
        ("github", {"id": 1, "title": "A change", "pull_request": {"url": "x"}, "body": None}),
        (
            "databricks",
            {
                "run_id": 7,
                "run_name": "nightly",
                "status": {"state": "TERMINATED", "termination_details": {"type": "SUCCESS"}},
            },
        ),
        (
            "bitbucket",
            {
                "uuid": "{a}",
                "repository": {"full_name": "acme/shop"},
                "state": {"name": "IN_PROGRESS"},
                "created_on": "2026-03-02T08:00:00Z",
            },
        ),
        ("github", {"id": 2, "tag_name": "v2", "name": "v2", "draft": True, "published_at": None}),
        (
            "github",
            {"id": 3, "environment": "pr-7", "ref": "a", "transient_environment": True, "updated_at": NOON},
        ),
        (
            "gitlab",
            {"id": 1, "iid": 1, "title": "Add", "state": "opened", "created_at": NOON, "source_branch": "a"},
        ),
        ("datadog", {"id": "u1", "type": "users", "attributes": {"title": "Engineer", "created_at": NOON}}),
        (
            "servicenow",
            {"sys_id": "c1", "name": "db-1", "short_description": "Server", "operational_status": "1"},
        ),
        ("rootly", {"id": "p1", "type": "post_mortems", "attributes": {"title": "Cart", "status": "draft"}}),
        ("asana", {"gid": "1", "resource_type": "project", "name": "Shop", "modified_at": NOON}),
        (
            "kustomer",
            {
                "id": "m1",
                "type": "message",
                "attributes": {"status": "sent", "createdAt": NOON, "preview": "Hi"},
            },
        ),
        ("trello", {"id": "b1", "name": "Shop", "desc": "", "closed": False, "dateLastActivity": NOON}),
        ("zendesk", {"id": 4, "name": "Billing", "created_at": NOON, "updated_at": NOON, "status": "active"}),
        ("monday", {"id": "1", "name": "Bugs", "state": "active", "updated_at": NOON}),
        ("sentry", {"healthy": True, "version": "9.1", "id": "1"}),
        ("checkmk", {"id": "db:CPU", "title": "CPU", "extensions": {"host_name": "db", "state": 0}}),
    ],
)
def test_what_is_not_a_failure_becomes_no_issue(tool, record):
    for document in (record, {"data": [record, record]}):
        mapped = read(tool, document)
        assert (mapped.issues, mapped.changes) == ([], [])


NO_FAILURES: dict[str, dict[str, Any]] = {
    "airbyte": {"data": {"jobId": 1, "connection": {"id": "c"}, "success": True, "finishedAt": NOON}},
    "databricks": {"event_type": "jobs.on_success", "run": {"run_id": "1"}, "job": {"job_id": "2"}},
    "fivetran": {
        "event": "sync_end",
        "created": NOON,
        "connector_id": "c",
        "sync_id": "s",
        "data": {"status": "SUCCESSFUL"},
    },
    "github": {
        "action": "opened",
        "pull_request": {"id": 1, "number": 7, "title": "A change", "state": "open", "created_at": NOON},
    },
    "gitlab": {
        "object_kind": "merge_request",
        "object_attributes": {"id": 1, "iid": 7, "title": "A change", "state": "opened", "created_at": NOON},
    },
    "vercel": {
        "type": "deployment.created",
        "createdAt": 1772452800000,
        "payload": {"deployment": {"id": "d", "name": "web"}},
    },
}


@pytest.mark.parametrize("tool", NO_FAILURES)
def test_a_delivery_that_tells_of_no_failure_is_not_read_in_another_way(tool):
    mapped = read(tool, NO_FAILURES[tool])
    assert (mapped.issues, mapped.changes, mapped.quarantined, mapped.ignored) == ([], [], [], 1)


def test_a_deployment_that_succeeded_is_a_change_and_no_issue():
    deployed = {
        "type": "deployment.succeeded",
        "createdAt": 1772452800000,
        "payload": {"deployment": {"id": "d", "name": "web"}, "target": "production"},
    }
    mapped = read("vercel", deployed)
    assert (len(mapped.changes), mapped.issues) == (1, [])


def test_an_item_has_one_id_over_all_ways_in():
    ticket = {
        "type": "ticket",
        "id": "631",
        "ticket_attributes": {"_default_title_": "Refund"},
        "created_at": 1772452800,
    }
    pushed = {"type": "notification_event", "topic": "ticket.created", "data": {"item": ticket}}
    ids = {
        issue.fields["external_id"]
        for document in (ticket, {"tickets": [ticket]}, pushed)
        for issue in read("intercom", document).issues
    }
    assert ids == {"ticket/631"}


def test_a_batch_of_details_is_read_as_what_it_is():
    batch = {
        "count": 1,
        "value": [
            {
                "id": 9,
                "fields": {"System.Title": "Totals are wrong", "System.ChangedDate": "2026-03-02T08:00:00Z"},
            }
        ],
    }
    (issue,) = read("azure_devops", batch).issues
    assert (issue.variant, issue.fields["title"]) == ("work item", "Totals are wrong")


def test_rows_that_are_lists_are_read_by_the_names_of_their_columns():
    answer = next(iter(read_case("snowflake").pull.values()))
    assert read("snowflake", answer).issues


@pytest.mark.parametrize("tool", ["github", "okta", "wiz", "azure_devops", "pagerduty"])
def test_a_document_that_the_tool_does_not_know_is_set_aside(tool):
    mapped = read(tool, {"hello": "world", "things": [{"a": 1}]})
    assert (mapped.issues, mapped.ignored, len(mapped.quarantined)) == ([], 0, 1)


def test_every_list_of_an_answer_is_read():
    answers = read_case("proofpoint").pull.values()
    together = {name: items for answer in answers for name, items in answer.items()}
    apart = [read("proofpoint", {name: items}) for name, items in together.items() if isinstance(items, list)]
    assert sum(bool(mapped.issues) for mapped in apart) > 1
    assert len(read("proofpoint", together).issues) == sum(len(mapped.issues) for mapped in apart)


def test_what_a_list_of_the_tool_leaves_out_is_not_a_failure_inside_a_wrapper_either():
    run = {
        "id": 7,
        "status": "success",
        "ref": "main",
        "project_id": 3,
        "created_at": NOON,
        "updated_at": NOON,
    }
    copied = {"type": "RECORD", "record": {"stream": "pipelines", "emitted_at": 1, "data": run}}
    mapped = read("gitlab", copied)
    assert (mapped.issues, mapped.changes, mapped.quarantined, mapped.ignored) == ([], [], [], 1)


def test_a_summary_without_incidents_is_not_an_unknown_document():
    mapped = read("statuspage", {"page": {"id": "k", "name": "Shop"}, "incidents": []})
    assert (mapped.issues, mapped.quarantined) == ([], [])


def test_a_record_whose_times_are_spelled_otherwise_is_read_with_them():
    incident = records_of("pagerduty")[0]
    spelled = {("createdAt" if key == "created_at" else key): value for key, value in incident.items()}
    assert spelled != incident
    (issue,) = read("pagerduty", spelled).issues
    (own,) = read("pagerduty", incident).issues
    assert issue.fields["source_created_at"] == own.fields["source_created_at"]


def test_a_document_that_is_deep_or_wide_ends_soon():
    deep: Any = {}
    for _ in range(200):
        deep = {"inside": [deep]}
    assert read("pagerduty", {"wide": [{"n": n, "of": {"n": n}} for n in range(20_000)]}).issues == []
    assert read("pagerduty", deep).issues == []

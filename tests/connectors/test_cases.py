"""What the tools send becomes the issues and changes of the cases, through every channel, in one run."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import new_workspace
from tests.connectors.case_records import CASES, case, case_records, poll_records, webhook_records
from tests.support.normalizing import land_records, normalize, normalizer

CHANNELS: dict[str, Callable[[str], list[RawRecord]]] = {
    "both": case_records,
    "poll": poll_records,
    "webhook": webhook_records,
}
FIELDS = (
    "external_id",
    "title",
    "body",
    "severity",
    "status",
    "service",
    "error_type",
    "team",
    "environment",
    "external_url",
    "source_created_at",
    "source_updated_at",
    "resolved_at",
    "attributes",
)
TIMES = {"source_created_at", "source_updated_at", "resolved_at"}
SELECT_CHANGES = """
select c.*, array(
    select r.received_at from raw.record as r
    where (r.workspace_id, r.source, r.external_id) = (c.workspace_id, c.source, c.external_id)
) as arrivals
from core.change as c where c.source = %s order by c.external_id
"""
CHANGE_FIELDS = ("external_id", "kind", "title", "service", "environment", "external_url", "changed_at")
Issue = dict[str, Any]


@pytest.fixture(scope="module")
def workspaces(installation: Any) -> dict[str, UUID]:
    """A workspace a channel, with all cases of all tools, made in one run."""
    database = Database(installation.pipeline_url)
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        workspaces = {channel: new_workspace(owner) for channel in CHANNELS}
    for channel, records_of in CHANNELS.items():
        for tool in CONNECTORS:
            land_records(database, workspaces[channel], *records_of(tool))
    report = normalize(database, normalizer(installation.pipeline_url), *workspaces.values())
    assert {check.name: check.status for check in report.checks if check.status != "pass"} == {}
    return workspaces


@pytest.fixture(scope="module")
def by_channel(installation: Any, workspaces: dict[str, UUID]) -> dict[str, dict[str, dict[str, Issue]]]:
    """Channel → tool → external id → issue."""
    database = Database(installation.pipeline_url)
    return {channel: _issues(database, workspace_id) for channel, workspace_id in workspaces.items()}


def _issues(database: Database, workspace_id: UUID) -> dict[str, dict[str, Issue]]:
    issues: dict[str, dict[str, Issue]] = {tool: {} for tool in CONNECTORS}
    with database.workspace(workspace_id) as session:
        for row in session.rows("select * from core.issue order by source, external_id"):
            issues[row["source"]][row["external_id"]] = {name: _to_text(row[name]) for name in FIELDS}
    return issues


def _to_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


@pytest.mark.parametrize("tool", CONNECTORS)
def test_a_tools_cases_become_exactly_the_issues_that_are_written_down(
    by_channel: dict[str, dict[str, dict[str, Issue]]], tool: str
) -> None:
    expected = {
        issue["external_id"]: issue for issue in json.loads((CASES / tool / "issues.json").read_text())
    }
    issues = by_channel["both"][tool]

    assert issues.keys() == expected.keys()
    for external_id, issue in issues.items():
        actual = {name: value for name, value in issue.items() if value not in (None, {})}
        for name in TIMES - expected[external_id].keys():  # the tool does not say: it is when it arrived
            actual.pop(name, None)
        assert actual == expected[external_id]


@pytest.mark.parametrize("tool", CONNECTORS)
def test_a_tools_cases_become_exactly_the_changes_that_are_written_down(
    database: Database, workspaces: dict[str, UUID], tool: str
) -> None:
    with database.workspace(workspaces["both"]) as session:
        rows = session.rows(SELECT_CHANGES, (tool,))

    actual = [{name: _to_text(row[name]) for name in CHANGE_FIELDS if row[name] is not None} for row in rows]
    expected = case(tool, "changes", [])
    assert [change["external_id"] for change in actual] == [change["external_id"] for change in expected]
    for row, change, written in zip(rows, actual, expected, strict=True):
        if "changed_at" not in written:  # the tool does not say: it is when it arrived
            assert row["changed_at"] in row["arrivals"]
            change.pop("changed_at")
        assert change == written


def test_every_kind_of_record_is_in_a_case() -> None:
    """A record schema that no case covers is one that nobody has tried."""
    untried = {}
    for tool, connector in CONNECTORS.items():
        declared = {pull.schema.kind for pull in connector.pulls}
        if connector.webhook:
            declared |= {event.schema.kind for event in connector.webhook.events}
        if missing := declared - {record.kind for record in case_records(tool)}:
            untried[tool] = missing
    assert untried == {}


@pytest.mark.parametrize(
    "tool", [tool for tool in CONNECTORS if case(tool, "webhook") and case(tool, "pull")]
)
def test_both_channels_agree_on_what_both_describe(
    by_channel: dict[str, dict[str, dict[str, Issue]]], tool: str
) -> None:
    by_poll, by_webhook = by_channel["poll"][tool], by_channel["webhook"][tool]
    lasting = ("title", "service", "team", "error_type", "external_url")

    for external_id in by_poll.keys() & by_webhook.keys():
        for name in lasting:
            values = {by_poll[external_id][name], by_webhook[external_id][name]} - {None}
            assert len(values) <= 1, (external_id, name, values)


def test_what_only_a_webhook_describes_is_an_issue_of_its_own(
    by_channel: dict[str, dict[str, dict[str, Issue]]],
) -> None:
    for tool in CONNECTORS:
        only_pushed = by_channel["webhook"][tool].keys() - by_channel["poll"][tool].keys()
        for external_id in only_pushed:
            both, pushed = by_channel["both"][tool][external_id], by_channel["webhook"][tool][external_id]
            assert both | dict.fromkeys(TIMES) == pushed | dict.fromkeys(TIMES)

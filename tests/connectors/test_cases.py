"""What the tools send becomes the issues and changes that the cases say, by whichever door, in one run."""

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
from tests.connectors.case_records import CASES, case, case_records, polled, pushed
from tests.support.normalizing import landed, normalized, normalizer

DOORS: dict[str, Callable[[str], list[RawRecord]]] = {"both": case_records, "poll": polled, "webhook": pushed}
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
CHANGE_FIELDS = ("external_id", "kind", "title", "service", "environment", "external_url", "changed_at")
Issue = dict[str, Any]


@pytest.fixture(scope="module")
def workspaces(installation: Any) -> dict[str, UUID]:
    """A workspace a door, with all cases of all tools, made in one run."""
    database = Database(installation.pipeline_url)
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        workspaces = {door: new_workspace(owner) for door in DOORS}
    for door, records_of in DOORS.items():
        for tool in CONNECTORS:
            landed(database, workspaces[door], *records_of(tool))
    report = normalized(database, normalizer(installation.pipeline_url), *workspaces.values())
    assert {check.name: check.status for check in report.checks if check.status != "pass"} == {}
    return workspaces


@pytest.fixture(scope="module")
def by_door(installation: Any, workspaces: dict[str, UUID]) -> dict[str, dict[str, dict[str, Issue]]]:
    """Door → tool → external id → issue."""
    database = Database(installation.pipeline_url)
    return {door: _issues(database, workspace_id) for door, workspace_id in workspaces.items()}


def _issues(database: Database, workspace_id: UUID) -> dict[str, dict[str, Issue]]:
    found: dict[str, dict[str, Issue]] = {tool: {} for tool in CONNECTORS}
    with database.workspace(workspace_id) as session:
        for row in session.rows("select * from core.issue order by source, external_id"):
            found[row["source"]][row["external_id"]] = {name: _told(row[name]) for name in FIELDS}
    return found


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


@pytest.mark.parametrize("tool", CONNECTORS)
def test_a_tools_cases_become_exactly_the_issues_that_are_written_down(
    by_door: dict[str, dict[str, dict[str, Issue]]], tool: str
) -> None:
    expected = {
        issue["external_id"]: issue for issue in json.loads((CASES / tool / "issues.json").read_text())
    }
    found = by_door["both"][tool]

    assert found.keys() == expected.keys()
    for external_id, issue in found.items():
        told = {name: value for name, value in issue.items() if value not in (None, {})}
        if "source_updated_at" not in expected[external_id]:  # the tool does not say: it is when it arrived
            told.pop("source_updated_at")
        assert told == expected[external_id]


@pytest.mark.parametrize("tool", CONNECTORS)
def test_a_tools_cases_become_exactly_the_changes_that_are_written_down(
    database: Database, workspaces: dict[str, UUID], tool: str
) -> None:
    with database.workspace(workspaces["both"]) as session:
        rows = session.rows("select * from core.change where source = %s order by external_id", (tool,))

    told = [{name: _told(row[name]) for name in CHANGE_FIELDS if row[name] is not None} for row in rows]
    assert told == case(tool, "changes", [])


def test_every_kind_of_record_is_in_a_case() -> None:
    """A shape that no case shows is a shape that nobody has tried."""
    for tool, connector in CONNECTORS.items():
        declared = {asked.shape.kind for asked in connector.pulls}
        if connector.webhook:
            declared |= {event.shape.kind for event in connector.webhook.events}
        assert declared <= {record.kind for record in case_records(tool)}, tool


@pytest.mark.parametrize(
    "tool", [tool for tool in CONNECTORS if case(tool, "webhook") and case(tool, "pull")]
)
def test_both_doors_tell_the_same_of_what_both_describe(
    by_door: dict[str, dict[str, dict[str, Issue]]], tool: str
) -> None:
    by_poll, by_webhook = by_door["poll"][tool], by_door["webhook"][tool]
    lasting = ("title", "service", "team", "error_type", "external_url")

    for external_id in by_poll.keys() & by_webhook.keys():
        for name in lasting:
            values = {by_poll[external_id][name], by_webhook[external_id][name]} - {None}
            assert len(values) <= 1, (external_id, name, values)


def test_what_only_a_webhook_describes_is_an_issue_of_its_own(
    by_door: dict[str, dict[str, dict[str, Issue]]],
) -> None:
    for tool in CONNECTORS:
        only_pushed = by_door["webhook"][tool].keys() - by_door["poll"][tool].keys()
        for external_id in only_pushed:
            assert by_door["both"][tool][external_id] | {"source_updated_at": None} == by_door["webhook"][
                tool
            ][external_id] | {"source_updated_at": None}

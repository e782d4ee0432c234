"""What the tools send becomes the issues and changes of the cases, through every channel, in one run."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from causeloop_pipeline.connectors.cases import read_case
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.app.connectors import NewConnector, create_connector
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.raw.records import Origin, land
from tests.conftest import new_workspace
from tests.connectors.case_records import case_records, poll_records, webhook_records
from tests.offenders import assert_no_offenders, compare
from tests.support.normalizing import normalize, normalizer

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
LASTING = ("title", "service", "team", "error_type", "external_url")
"""Fields that say the same of an issue whatever became of it since."""

SELECT_CHANGES = """
select c.*, array(
    select r.received_at from raw.record as r
    where (r.workspace_id, r.source, r.external_id) = (c.workspace_id, c.source, c.external_id)
) as arrivals
from core.change as c order by c.external_id
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
        with database.workspace(workspaces[channel]) as session:
            for tool in CONNECTORS:
                origin = _connect(session, workspaces[channel], tool)
                land(session.connection, workspaces[channel], origin, records_of(tool))
    report = normalize(database, normalizer(installation.pipeline_url), *workspaces.values())
    assert {check.name: check.status for check in report.checks if check.status != "pass"} == {}
    return workspaces


def _connect(session: Session, workspace_id: UUID, tool: str) -> Origin:
    """A connector with the configuration of the tool's case, which links are built from."""
    connector_id = uuid4()
    new = NewConnector(
        workspace_id=workspace_id,
        connector_id=connector_id,
        connector_type=tool,
        display_name=tool,
        config=read_case(tool).config,
        credentials={},
    )
    create_connector(session, Vault(b"k" * 32), new)
    return Origin(connector_id, type=tool)


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


def test_a_tools_case_becomes_exactly_the_issues_that_are_written_down(
    by_channel: dict[str, dict[str, dict[str, Issue]]],
) -> None:
    def find_problems(connector: Connector) -> Iterator[str]:
        expected = {issue["external_id"]: issue for issue in read_case(connector.name).issues}
        actual = {}
        for external_id, issue in by_channel["both"][connector.name].items():
            held = {name: value for name, value in issue.items() if value not in (None, {})}
            for name in TIMES - expected.get(external_id, issue).keys():  # the tool does not say: its arrival
                held.pop(name, None)
            actual[external_id] = held
        yield from compare(expected, actual)

    assert_no_offenders(CONNECTORS, find_problems)


def test_a_tools_case_becomes_exactly_the_changes_that_are_written_down(
    database: Database, workspaces: dict[str, UUID]
) -> None:
    rows: dict[str, list[dict[str, Any]]] = {tool: [] for tool in CONNECTORS}
    with database.workspace(workspaces["both"]) as session:
        for row in session.rows(SELECT_CHANGES):
            rows[row["source"]].append(row)

    def find_problems(connector: Connector) -> Iterator[str]:
        expected = {change["external_id"]: change for change in read_case(connector.name).changes}
        actual = {}
        for row in rows[connector.name]:
            held = {name: _to_text(row[name]) for name in CHANGE_FIELDS if row[name] is not None}
            if "changed_at" not in expected.get(row["external_id"], held):  # the tool does not say
                del held["changed_at"]
                if row["changed_at"] not in row["arrivals"]:
                    yield f"{row['external_id']}.changed_at: expected its arrival, found {row['changed_at']}"
            actual[row["external_id"]] = held
        yield from compare(expected, actual)

    assert_no_offenders(CONNECTORS, find_problems)


def test_no_case_expects_the_same_issue_or_change_twice() -> None:
    def find_problems(connector: Connector) -> Iterator[str]:
        case = read_case(connector.name)
        for expected in (case.issues, case.changes):
            for external_id, count in Counter(entry["external_id"] for entry in expected).items():
                if count > 1:
                    yield f"{external_id} is written down {count} times"

    assert_no_offenders(CONNECTORS, find_problems)


def test_every_kind_of_record_is_in_a_case() -> None:
    """A record schema that no case covers is one that nobody has tried."""

    def find_problems(connector: Connector) -> Iterator[str]:
        declared = {pull.schema.kind for pull in connector.pulls}
        if connector.webhook:
            declared |= {event.schema.kind for event in connector.webhook.events}
        for kind in declared - {record.kind for record in case_records(connector.name)}:
            yield f"no case holds a record of kind {kind}"

    assert_no_offenders(CONNECTORS, find_problems)


def test_both_channels_agree_on_what_both_describe(
    by_channel: dict[str, dict[str, dict[str, Issue]]],
) -> None:
    def find_problems(connector: Connector) -> Iterator[str]:
        polled, pushed = by_channel["poll"][connector.name], by_channel["webhook"][connector.name]
        for external_id in polled.keys() & pushed.keys():
            for name in LASTING:
                values = {polled[external_id][name], pushed[external_id][name]} - {None}
                if len(values) > 1:
                    yield f"{external_id}.{name} differs between poll and webhook: {values}"

    assert_no_offenders(CONNECTORS, find_problems)


def test_what_only_a_webhook_describes_is_an_issue_of_its_own(
    by_channel: dict[str, dict[str, dict[str, Issue]]],
) -> None:
    def find_problems(connector: Connector) -> Iterator[str]:
        both, polled, pushed = (by_channel[name][connector.name] for name in ("both", "poll", "webhook"))
        # The next success of its job, which a poll tells of, may have ended it.
        other = (*TIMES, "status") if any(mapping.job for mapping in connector.issues) else TIMES
        for external_id in pushed.keys() - polled.keys():
            alone, together = (each[external_id] | dict.fromkeys(other) for each in (pushed, both))
            yield from compare(alone, together, external_id)

    assert_no_offenders(CONNECTORS, find_problems)

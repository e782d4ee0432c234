"""Python and dbt read every record of every connector's cases as the same issue or change."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.record_meaning import RecordMeaning, read_meaning
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.database.session import Database, Session
from tests.conftest import new_workspace
from tests.connectors.case_records import case_records
from tests.support.normalizing import land_records, normalize, normalizer

TESTED = sorted(CONNECTORS)
ISSUE_FIELDS = (
    "title",
    "body",
    "severity",
    "status",
    "service",
    "error_type",
    "team",
    "environment",
    "external_url",
)
CHANGE_FIELDS = ("title", "service", "environment", "external_url")


def number_records(tool: str) -> list[RawRecord]:
    """A tool's records as if each were of its own, however many versions of one the cases hold."""
    return [
        replace(record, external_id=f"{tool}, case {number}")
        for number, record in enumerate(case_records(tool))
    ]


def meaning_in_python(record: RawRecord) -> RecordMeaning:
    connector = CONNECTORS[record.source]
    defaults = {entry.name: entry.default for entry in connector.fields if entry.default is not None}
    return read_meaning(connector, record, defaults)


@pytest.fixture(scope="module")
def rows(installation: Any) -> dict[str, dict[tuple[str, str], dict[str, Any]]]:
    """What one run makes of all cases: issues and changes by source and external id."""
    database = Database(installation.pipeline_url)
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        workspace_id = new_workspace(owner)
    for tool in TESTED:
        land_records(database, workspace_id, *number_records(tool))
    normalize(database, normalizer(installation.pipeline_url), workspace_id)
    with database.workspace(workspace_id) as session:
        return {kind: rows_of(session, kind) for kind in ("issue", "change")}


def rows_of(session: Session, table: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows of a table of `core`, by source and external id."""
    return {(row["source"], row["external_id"]): row for row in session.rows(f"select * from core.{table}")}


@pytest.mark.parametrize("tool", TESTED)
def test_python_and_dbt_give_the_same_issues_and_changes(
    rows: dict[str, dict[tuple[str, str], dict[str, Any]]], tool: str
) -> None:
    for record in number_records(tool):
        meaning = meaning_in_python(record)
        row = rows[meaning.kind][record.source, record.external_id]
        read = select_compared(meaning)
        assert {name: comparable(row[name]) for name in read} == read, (record.kind, meaning.variant)


def select_compared(meaning: RecordMeaning) -> dict[str, Any]:
    """The fields on which both must agree; a missing time is filled in from other versions by dbt only."""
    fields: Mapping[str, Any] = meaning.fields
    if meaning.kind == "change":
        read = {name: fields.get(name) for name in CHANGE_FIELDS if name != "title" or "title" in fields}
        read["kind"] = fields.get("change_kind", "change")
        times: tuple[str, ...] = ("changed_at",)
    else:
        read = {name: fields.get(name) for name in ISSUE_FIELDS}
        read["attributes"] = fields.get("attributes", {})
        times = ("source_created_at", "resolved_at", "source_updated_at")
    return read | {name: comparable(fields[name]) for name in times if name in fields}


def comparable(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value

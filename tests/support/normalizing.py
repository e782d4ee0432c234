"""Lands payloads and turns them into issues, as a run does, for the tests that look at the result."""

from functools import cache
from typing import Any
from uuid import UUID, uuid4

from causeloop_pipeline.model.raw_record import RawRecord, payload_hash
from causeloop_pipeline.stages.normalization import read_claimed_records
from causeloop_pipeline.storage.app.run_scopes import declare_scope
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.database.statistics import analyze_grown_tables
from causeloop_pipeline.storage.dbt.report import NormalizationReport
from causeloop_pipeline.storage.dbt.runner import Normalizer
from causeloop_pipeline.storage.raw.imports import delete_withdrawn_issues, withdraw_undone
from causeloop_pipeline.storage.raw.pending_records import (
    are_changes_claimed,
    claim_pending_records,
    finish_pending_records,
)
from causeloop_pipeline.storage.raw.records import NO_CONNECTOR, LandingCount, land


@cache
def normalizer(pipeline_url: str) -> Normalizer:
    """The project parsed, its views built; once a session."""
    ready = Normalizer(pipeline_url)
    ready.build_views()
    return ready


def record(payload: dict[str, Any], source: str = "custom_api", **fields: Any) -> RawRecord:
    """A record with the payload's own id, in the product's field names unless `kind` says otherwise."""
    external_id = fields.pop("external_id", None) or str(payload["external_id"])
    kind = fields.pop("kind", "normalized")
    return RawRecord(source, external_id, payload, payload_hash(payload), kind=kind, **fields)


def land_records(database: Database, workspace_id: UUID, *records: RawRecord) -> LandingCount:
    """Land records without a connector."""
    with database.workspace(workspace_id) as session:
        return land(session.connection, workspace_id, NO_CONNECTOR, records)


def normalize(
    database: Database,
    models: Normalizer,
    *workspace_ids: UUID,
    rebuild: bool = False,
) -> NormalizationReport:
    """One run over some workspaces, from claiming their pending records to finishing them."""
    run_id = str(uuid4())
    with database.workspaces(workspace_ids) as session:
        analyze_grown_tables(session)
        declare_scope(session, run_id, workspace_ids)
        withdraw_undone(session, workspace_ids)
        claim_pending_records(session, run_id, workspace_ids)
        has_changes = are_changes_claimed(session, run_id)
    read_claimed_records(database, run_id, workspace_ids, is_rebuild=rebuild)
    report = models.normalize(run_id, rebuild=rebuild, has_changes=has_changes)
    with database.workspaces(workspace_ids) as session:
        delete_withdrawn_issues(session, workspace_ids)
        finish_pending_records(session, run_id, workspace_ids)
    return report


def issues(database: Database, workspace_id: UUID) -> dict[str, dict[str, Any]]:
    """The issues of a workspace, by external id."""
    with database.workspace(workspace_id) as session:
        return {
            row["external_id"]: row for row in session.rows("select * from core.issue order by external_id")
        }

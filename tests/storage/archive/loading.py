"""Imports an archive, and reads what a workspace then holds."""

from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from causeloop_pipeline.stages.jobs.imported_ids import translate_ids
from causeloop_pipeline.storage.archive.importing import import_workspace
from causeloop_pipeline.storage.archive.reading import open_archive
from causeloop_pipeline.storage.erasure.tenant_tables import connect_in_scope, list_tenant_tables
from tests.storage.own_installation import OwnInstallation

RESULTS = {
    "issues": "select source, external_id, title, severity, status, risk_score, pattern_id from core.issue "
    "where workspace_id = %s order by 1, 2",
    "occurrences": "select i.external_id, o.started_at, o.ended_at, o.count from core.occurrence as o "
    "join core.issue as i using (workspace_id, issue_id) where o.workspace_id = %s order by 1, 2",
    "patterns": "select pattern_id, name, status, confidence, issue_count, risk_score, fingerprint "
    "from detect.pattern where workspace_id = %s order by 1",
    "members": "select m.pattern_id, i.external_id, m.similarity from detect.pattern_member as m "
    "join core.issue as i using (workspace_id, issue_id) where m.workspace_id = %s order by 1, 2",
    "predictions": "select prediction_id, pattern_id, window_days, probability, evidence, issued_at "
    "from predict.prediction where workspace_id = %s order by 1",
    "ranks": "select rank, title, pattern_ids, expected_loops_prevented from act.recommendation "
    "where workspace_id = %s order by 1, 2",
    "clusters": "select pattern_id from detect.cluster_member where workspace_id = %s order by 1",
    "links": "select l.external_id, r.external_id from detect.pattern_constraint as c "
    "join core.issue as l on (l.workspace_id, l.issue_id) = (c.workspace_id, c.left_issue_id) "
    "join core.issue as r on (r.workspace_id, r.issue_id) = (c.workspace_id, c.right_issue_id) "
    "where c.workspace_id = %s order by 1, 2",
}


def load(own: OwnInstallation, workspace_id: UUID, path: Path) -> None:
    with open_archive(path) as archive:
        import_workspace(own.owner_url, workspace_id, archive, translate=translate_ids)


def results(own: OwnInstallation, workspace_id: UUID) -> dict[str, list[tuple[Any, ...]]]:
    return read_results(own.superuser_url, workspace_id)


def read_results(superuser_url: str, workspace_id: UUID) -> dict[str, list[tuple[Any, ...]]]:
    with psycopg.connect(superuser_url) as superuser:
        return {name: superuser.execute(query, (workspace_id,)).fetchall() for name, query in RESULTS.items()}


def count_rows(own: OwnInstallation, workspace_id: UUID) -> dict[str, int]:
    with psycopg.connect(own.superuser_url) as superuser, connect_in_scope(own.owner_url, ()) as owner:
        return {
            table.label: len(
                superuser.execute(
                    f"select from {table.label} where workspace_id = %s", (workspace_id,)
                ).fetchall()
            )
            for table in list_tenant_tables(owner)
        }

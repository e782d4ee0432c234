"""`fingerprints`: the features of each issue that failures of the same cause share."""

from datetime import datetime

from causeloop_pipeline.analysis.detect.assignment.assignment import PatternIndex
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.connectors.machine_sources import list_machine_sources
from causeloop_pipeline.model.frames import VERSIONED_ISSUE_SCHEMA
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.stages.grouping.regrouping import needs_full_regroup
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.core.issues import read_issues, read_issues_without_fingerprint
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.database.statistics import analyze_grown_tables
from causeloop_pipeline.storage.detect.fingerprints import write_fingerprints
from causeloop_pipeline.storage.detect.grouping_state import read_pattern_index_head


def run(session: Session, workspace: ScopedWorkspace, _as_of: datetime, options: RunOptions) -> Counts:
    """Fingerprint the new and changed issues, or all of them, with what the last grouping learned."""
    workspace_id = workspace.workspace_id
    is_full = needs_full_regroup(session, workspace_id, options)
    if is_full:
        issues, templates = read_issues(session, workspace_id, VERSIONED_ISSUE_SCHEMA), None
    else:
        issues = read_issues_without_fingerprint(session, workspace_id)
        templates = PatternIndex.read_catalog(read_pattern_index_head(session, workspace_id))

    fingerprints = fingerprint_issues(
        issues, timezone=workspace.timezone, catalog=templates, machine_sources=list_machine_sources()
    )
    write_fingerprints(session, workspace_id, fingerprints, issues.select("issue_id", "changed_at"))
    analyze_grown_tables(session)
    return {
        "fingerprints": fingerprints.height,
        "templates": fingerprints["template_key"].n_unique(),
        "full recompute": int(is_full),
    }

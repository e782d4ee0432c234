"""Checks of the installation itself, which stop a run, and of how fresh each workspace is, which tell."""

from typing import Any

import dagster as dg

from causeloop_pipeline.orchestration.asset_selection import ISSUE
from causeloop_pipeline.orchestration.resources import Installation

STAGES = [
    "issues",
    "fingerprints",
    "patterns",
    "clusters",
    "predictions",
    "risk",
    "outcomes",
    "proofs",
    "recommendations",
]
MAX_AGE_HOURS = 26.0
TABLE_ROWS = 50


@dg.asset_check(
    asset=ISSUE,
    blocking=True,
    description="Tables of tenants are isolated by forced row level security, and no view sees around it.",
)
def isolation(installation: dg.ResourceParam[Installation]) -> dg.AssetCheckResult:
    """Read the catalogue; a hole in it stops all further stages."""
    from causeloop_pipeline.storage.database.isolation_gate import catalogue_violations

    with installation.database.every_workspace() as session:
        violations = list(catalogue_violations(session.connection))
    rows = [dg.TableRecord({"violation": str(violation)}) for violation in violations[:TABLE_ROWS]]
    return dg.AssetCheckResult(passed=not violations, metadata=_table(rows))


@dg.asset_check(
    asset=ISSUE,
    blocking=True,
    description="The database has the schema that this version of the code expects.",
)
def migrated(installation: dg.ResourceParam[Installation]) -> dg.AssetCheckResult:
    """Compare the newest revision of the code with the database's."""
    from causeloop_pipeline.storage.database.migrate import head_revision

    with installation.database.every_workspace() as session:
        row = session.row("select version_num from app.alembic_version")
    found, wanted = row["version_num"] if row else "none", head_revision()
    return dg.AssetCheckResult(passed=found == wanted, metadata={"found": found, "wanted": wanted})


@dg.asset_check(
    asset="recommendations", description="No workspace has a stage older than a day and two hours."
)
def every_workspace_is_fresh(installation: dg.ResourceParam[Installation]) -> dg.AssetCheckResult:
    """Look at all workspaces, also those that this run was not for."""
    from datetime import UTC, datetime

    from causeloop_pipeline.storage.app.stage_freshness import stale_stages

    with installation.database.every_workspace() as session:
        stale = stale_stages(session, STAGES, datetime.now(UTC), MAX_AGE_HOURS)
    rows = [
        dg.TableRecord(
            {
                "workspace": str(one.workspace_id),
                "stage": one.stage,
                "computed": str(one.computed_at or "never"),
            }
        )
        for one in stale[:TABLE_ROWS]
    ]
    return dg.AssetCheckResult(
        passed=not stale,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"stale stages": dg.MetadataValue.int(len(stale)), **_table(rows)},
    )


def _table(rows: list[dg.TableRecord]) -> dict[str, Any]:
    return {"findings": dg.MetadataValue.table(rows)} if rows else {}


CHECKS = [isolation, migrated, every_workspace_is_fresh]

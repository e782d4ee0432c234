"""Blocking checks of the installation, and non-blocking checks of each workspace's freshness."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from causeloop_pipeline.orchestration.asset_metadata import MAX_AGE_HOURS
from causeloop_pipeline.orchestration.asset_selection import ISSUE, product_key
from causeloop_pipeline.orchestration.stage_report import list_reasons
from causeloop_pipeline.stages.installation import Installation

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
MAX_TABLE_ROWS = 50


ISOLATION = dg.AssetCheckSpec(
    "isolation",
    asset=ISSUE,
    blocking=True,
    description="Tables of tenants are isolated by forced row level security, and no view sees around it.",
)
MIGRATED = dg.AssetCheckSpec(
    "migrated",
    asset=ISSUE,
    blocking=True,
    description="The database has the schema that this version of the code expects.",
)


INSTALLATION_CHECKS = (ISOLATION, MIGRATED)


def check_installation(
    context: dg.AssetExecutionContext, installation: Installation
) -> Iterator[dg.AssetCheckResult]:
    """The installation's invariants; a violation stops all further stages."""
    for spec, check in ((ISOLATION, check_isolation), (MIGRATED, check_schema_version)):
        if spec.key in context.selected_asset_check_keys:
            yield check(spec, installation)


def check_isolation(spec: dg.AssetCheckSpec, installation: Installation) -> dg.AssetCheckResult:
    """Check tenant isolation in the database's catalog."""
    from causeloop_pipeline.storage.database.isolation_gate import find_isolation_violations

    with installation.database.every_workspace() as session:
        violations = list(find_isolation_violations(session.connection))
    rows = [dg.TableRecord({"violation": str(violation)}) for violation in violations[:MAX_TABLE_ROWS]]
    return dg.AssetCheckResult(
        passed=not violations,
        asset_key=spec.asset_key,
        check_name=spec.name,
        description=list_reasons([str(violation) for violation in violations]),
        metadata={"violations": dg.MetadataValue.int(len(violations)), **_table(rows)},
    )


def check_schema_version(spec: dg.AssetCheckSpec, installation: Installation) -> dg.AssetCheckResult:
    """Compare revision and functions of the database with those of the code."""
    from causeloop_pipeline.storage.database.migrate import read_head_revision
    from causeloop_pipeline.storage.database.sql_functions import SELECT_DIGEST_OF_ALL, digest_functions

    with installation.database.every_workspace() as session:
        row = session.row("select version_num from app.alembic_version")
        actual, expected = row["version_num"] if row else "none", read_head_revision()
        # A database of another revision may have no such table.
        is_current = actual == expected and session.row(SELECT_DIGEST_OF_ALL) == {
            "digest": digest_functions()
        }
    return dg.AssetCheckResult(
        passed=is_current,
        asset_key=spec.asset_key,
        check_name=spec.name,
        description=None if is_current else _explain_version(actual, expected),
        metadata={"actual": actual, "expected": expected, "has_functions_of_this_version": is_current},
    )


def _explain_version(actual: str, expected: str) -> str:
    if actual == expected:
        return "The database has the functions of another version: run `causeloop migrate`."
    return (
        f"The database is at revision {actual}, this version needs {expected}: run `causeloop migrate`, or "
        "where a newer version has run it, install that one."
    )


@dg.asset_check(
    asset=product_key("recommendations"),
    description="No workspace has a stage older than a day and two hours.",
)
def every_workspace_is_fresh(installation: dg.ResourceParam[Installation]) -> dg.AssetCheckResult:
    """Check all workspaces, also those outside this run."""
    from datetime import UTC, datetime

    from causeloop_pipeline.storage.app.stage_freshness import read_stale_stages

    with installation.database.every_workspace() as session:
        stale = read_stale_stages(session, STAGES, datetime.now(UTC), MAX_AGE_HOURS)
    rows = [
        dg.TableRecord(
            {
                "workspace": stage.workspace,
                "stage": stage.stage,
                "computed": str(stage.computed_at or "never"),
            }
        )
        for stage in stale[:MAX_TABLE_ROWS]
    ]
    return dg.AssetCheckResult(
        passed=not stale,
        severity=dg.AssetCheckSeverity.WARN,
        description=list_reasons(
            [
                f"{stage.stage} of {stage.workspace}: {stage.computed_at or 'never computed'}"
                for stage in stale
            ]
        ),
        metadata={"stale stages": dg.MetadataValue.int(len(stale)), **_table(rows)},
    )


def _table(rows: list[dg.TableRecord]) -> dict[str, Any]:
    return {"findings": dg.MetadataValue.table(rows)} if rows else {}


CHECKS = [every_workspace_is_fresh]

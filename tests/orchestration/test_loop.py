"""The loop as Dagster runs it, over what the ingest API landed."""

from uuid import UUID

from causeloop_pipeline.storage.session import Database
from tests.orchestration.conftest import Run
from tests.orchestration.failures import failures, ingest

COUNTS = """
select (select count(*) from core.issue where workspace_id = %(w)s) as issues,
       (select count(*) from detect.fingerprint where workspace_id = %(w)s) as fingerprints,
       (select count(*) from detect.pattern where workspace_id = %(w)s) as patterns,
       (select count(*) from predict.prediction where workspace_id = %(w)s) as predictions,
       (select count(*) from act.recommendation where workspace_id = %(w)s) as recommendations,
       (select count(*) from core.issue where workspace_id = %(w)s and risk_score is null) as unscored,
       (select count(*) from raw.arrival where workspace_id = %(w)s) as waiting
"""


def counts(database: Database, workspace_id: UUID) -> dict[str, int]:
    with database.workspace(workspace_id) as session:
        row = session.row(COUNTS, {"w": workspace_id})
    assert row is not None
    return row


def test_what_was_ingested_becomes_ranked_recommendations(
    run: Run, database: Database, workspace_id: UUID
) -> None:
    landed = ingest(database, workspace_id, failures())

    result = run([workspace_id])

    assert result.success
    found = counts(database, workspace_id)
    assert found["issues"] == found["fingerprints"] == landed.new
    assert found["patterns"] == 4
    assert found["predictions"] == 16
    assert found["recommendations"] >= 1
    assert found["unscored"] == 0
    assert found["waiting"] == 0

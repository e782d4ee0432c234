"""Runs of a job that its tool stores, passed or failed, are the exposure of the pattern that fails in it."""

from uuid import UUID, uuid4

import polars as pl
import psycopg
import pytest

from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.stages import proofs
from causeloop_pipeline.stages.context import RunOptions
from causeloop_pipeline.storage.act.exposure import read_exposure
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.runner import Normalizer
from tests.conftest import Installation
from tests.storage.stored import store_pattern
from tests.support.normalizing import land_records, normalize, record
from tests.support.pattern_frames import day

FIXED, FAILURES = 60, range(12, 60, 6)


def build(number: int, job: str = "pay") -> RawRecord:
    """The build of one day."""
    url = f"https://ci.example/job/{job}/{number}/"
    result = "FAILURE" if number in FAILURES else "SUCCESS"
    started = int(day(number).timestamp() * 1000)
    payload = {"url": url, "number": number, "result": result, "timestamp": started}
    return record(
        payload | {"fullDisplayName": f"{job} #{number}"},
        "jenkins",
        kind="run",
        external_id=url,
        source_updated_at=day(number + 0.01),
    )


@pytest.mark.parametrize(
    ("last", "skipped", "runs_since"),
    [(100, range(0), 40), (100, range(62, 100), 2), (61, range(0), 1)],
    ids=["daily", "hardly any since", "the first day"],
)
def test_passes_since_a_fix_are_counted_and_needed(
    last: int,
    skipped: range,
    runs_since: int,
    installation: Installation,
    database: Database,
    models: Normalizer,
    workspace_id: UUID,
) -> None:
    builds = [build(number) for number in range(last) if number not in skipped]
    land_records(database, workspace_id, *builds, build(9, "another"))
    normalize(database, models, workspace_id)
    with database.workspace(workspace_id) as session:
        pattern_id = store_pattern(session, workspace_id)
        session.execute("update core.issue set pattern_id = %s", (pattern_id,))
    recommendation_id = uuid4()
    with psycopg.connect(installation.server.url("causeloop")) as superuser:
        for job in ("pay", "https://ci.example/job/pay", "lay"):
            superuser.execute(
                "insert into act.expectation (workspace_id, recommendation_id, kind, job, made_by) "
                "values (%s, %s, 'job_passes', %s, 'a test')",
                (workspace_id, recommendation_id, job),
            )
        superuser.execute(
            "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, "
            "expected_loops_prevented, claimed_by) values (%s, %s, %s, %s, 1, 'a test')",
            (workspace_id, recommendation_id, pattern_id, day(FIXED - 0.5)),
        )
    with database.workspace(workspace_id) as session:
        proofs.run(session, ScopedWorkspace(workspace_id, "UTC"), day(last), RunOptions("a test"))
        (proof,) = session.rows("select * from act.proof")
        expected = session.rows("select text from act.expectation order by expectation_id")
    assert (proof["exposure_unit"], proof["exposure_after"]) == ("executions", runs_since)
    assert [row["text"].partition(" ")[0] for row in expected] == [str(runs_since)] * 2 + ["0"]
    assert (proof["exposure_needed"] is None) == (runs_since == 2)  # it no longer runs
    assert proof["exposure_needed"] is None or proof["exposure_needed"] > 20
    assert proof["verdict"] != "held" or proof["exposure_after"] >= proof["exposure_needed"]
    assert f"{runs_since} executions" in proof["text"] or "Fewer executions" in proof["text"]


def test_where_only_failures_are_stored_nobody_knows_how_many_runs_there_were(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, *(build(number) for number in FAILURES))
    normalize(database, models, workspace_id)
    with database.workspace(workspace_id) as session:
        pattern_id = store_pattern(session, workspace_id)
        session.execute("update core.issue set pattern_id = %s", (pattern_id,))
        assert read_exposure(session, workspace_id, pl.Series([pattern_id])).is_empty()

"""A normal run leaves no warning and no deprecation in any log: those that are there are worth reading."""

import json
import os
import subprocess
import sys
from uuid import UUID

import dagster as dg

from causeloop_pipeline.settings import ROOT
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation
from tests.orchestration.failures import failures, ingest
from tests.orchestration.partitions import name_partitions

RUN_THE_LOOP = """
import sys
import dagster as dg
from causeloop_pipeline.definitions import defs
from causeloop_pipeline.orchestration.asset_selection import ISSUE
from causeloop_pipeline.orchestration.partitions import WORKSPACES, tag_range

partition = sys.argv[1]
job = dg.define_asset_job("part", dg.AssetSelection.assets(ISSUE).downstream())
merged = dg.Definitions.merge(defs, dg.Definitions(jobs=[job]))
with dg.DagsterInstance.ephemeral() as instance:
    instance.add_dynamic_partitions(str(WORKSPACES.name), [partition])
    result = merged.resolve_job_def("part").execute_in_process(
        instance=instance, tags=tag_range([partition], {partition})
    )
print("succeeded" if result.success else "failed")
"""
UNWANTED = ("warning", "deprecat")


def test_a_run_of_the_loop_logs_objects_without_a_warning_or_deprecation_and_each_once(
    installation: Installation, definitions: dg.Definitions, database: Database, workspace_id: UUID
) -> None:
    ingest(database, workspace_id, failures(20))
    environment = {
        **os.environ,
        "CAUSELOOP_LOG_FORMAT": "json",
        "CAUSELOOP_STATE_DIR": str(installation.state_dir),
        "PYTHONPATH": str(ROOT),
    }

    process = subprocess.run(
        [sys.executable, "-c", RUN_THE_LOOP, *name_partitions(database, workspace_id)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert process.stdout.strip().splitlines()[-1:] == ["succeeded"], process.stderr[-2000:]
    lines = (process.stdout + process.stderr).splitlines()
    assert [line for line in lines if any(word in line.lower() for word in UNWANTED)] == []
    logged = [json.loads(line) for line in process.stderr.splitlines()]
    starts = [entry for entry in logged if "Started execution of step" in entry["message"]]
    assert len(starts) > 5
    assert len({entry["message"] for entry in starts}) == len(starts)

"""Real exports, whose makers did not know of us: each is understood and leads to patterns."""

import polars as pl
import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from tests.support.shared_data import find_shared_path

SAMPLE = 120

FILES = {
    "grouping/eclipse_duplicates": ("title", "nothing can be predicted"),
    "grouping/hadoop_bug_reports": ("title", "created_at"),
    "grouping/machine_messages": ("message", "nothing can be predicted"),
    "incidents/cloud_status": ("title", "created_at"),
    "incidents/hpc_site_incidents": ("title", "created_at"),
    "incidents/itsm_incidents": ("no column holds a title", "created_at"),
    "recurrence/cluster_node_failures": ("no column holds a title", "created_at"),
    "recurrence/disk_failures": ("no column holds a title", "created_at"),
    "recurrence/exploited_vulnerabilities": ("title", "created_at"),
    "recurrence/status_page_incidents": ("title", "created_at"),
    "recurrence/subway_delays": ("error_desc", "created_at"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_real_export_is_analyzed(name, tmp_path):
    rows = pl.read_parquet(find_shared_path(f"data/{name}.parquet")).head(SAMPLE)
    sample = tmp_path / f"sample.{'csv' if 'recurrence' in name else 'parquet'}"
    rows.write_csv(sample) if sample.suffix == ".csv" else rows.write_parquet(sample)
    analyzed = CliRunner().invoke(app, ["analyze", str(sample), "--limit", "3"])
    assert analyzed.exit_code == 0, analyzed.output
    for text in FILES[name]:
        assert text in " ".join(analyzed.stdout.split())
    assert f"{rows.height} issues" in analyzed.stdout

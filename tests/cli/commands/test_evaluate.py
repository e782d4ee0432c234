import json

import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app

runner = CliRunner()


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "labelled.csv"
    texts = (
        "disk {} full on host{}",
        "login of user{} failed after {} s",
        "queue q{} stalled with {} waiting",
    )
    rows = [f"A-{n},{texts[n % 3].format(n, n * 3)},cause-{n % 3}" for n in range(90)]
    path.write_text("id,title,group\n" + "\n".join(rows) + "\nA-0,disk 0 full on host0,cause-0\n")
    return path


def test_the_figures_are_reported_against_the_labels_which_grouping_did_not_see(labelled):
    result = runner.invoke(
        app, ["evaluate", "grouping", str(labelled), "--label", "group", "--no-peers", "--json"]
    )
    assert result.exit_code == 0, result.output
    figures = {row["figure"]: row for row in map(json.loads, result.stdout.splitlines())}
    assert figures["f1"]["value"] == 1.0
    assert figures["f1"]["low"] <= 1.0 <= figures["f1"]["high"]


def test_other_methods_are_measured_beside(labelled):
    result = runner.invoke(app, ["evaluate", "grouping", str(labelled), "--label", "group"])
    assert result.exit_code == 0, result.output
    assert "90 issues in 3 true groups" in result.stdout
    assert result.stdout.count("f1") >= 2


def test_a_label_column_that_is_absent_is_named(labelled):
    result = runner.invoke(app, ["evaluate", "grouping", str(labelled), "--label", "truth"])
    assert result.exit_code == 1
    assert "there is no column 'truth'" in result.stderr

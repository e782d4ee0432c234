import json

import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app

runner = CliRunner()


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "x.csv"
    rows = [f"A-{n},disk {n} full on host{n},2026-01-{n % 28 + 1:02}" for n in range(40)]
    path.write_text("id,title,created\n" + "\n".join([*rows, "B-1,a goat ate the cable,2026-01-05"]) + "\n")
    return path


def explain(*arguments):
    return runner.invoke(app, ["explain", *map(str, arguments)])


def test_an_issue_in_a_pattern_is_explained_by_what_it_shares(export):
    result = explain("A-7", "--file", export, "--json")
    assert result.exit_code == 0, result.output
    explanation = json.loads(result.stdout)
    assert explanation["issues_in_it"] == 40
    assert "Same message" in explanation["reason"]
    assert 0.5 < explanation["confidence"] <= 1


def test_an_issue_alone_is_reported_as_in_no_pattern(export):
    result = explain("B-1", "--file", export)
    assert result.exit_code == 0, result.output
    assert "it is in no pattern" in result.stdout


def test_an_unknown_issue_is_answered_with_ids_that_exist(export):
    result = explain("Z-9", "--file", export)
    assert result.exit_code == 1
    assert "its ids look like" in result.stderr


def test_a_preview_against_an_earlier_analysis_shows_that_unchanged_input_changes_nothing(export, tmp_path):
    assert runner.invoke(app, ["analyze", str(export), "--out", str(tmp_path / "out")]).exit_code == 0
    members = tmp_path / "out" / "members.parquet"
    result = runner.invoke(app, ["patterns", "preview", "--file", str(export), "--previous", str(members)])
    assert result.exit_code == 0, result.output
    assert "0 of 40 earlier issues would change their pattern (0.00%)" in result.stdout

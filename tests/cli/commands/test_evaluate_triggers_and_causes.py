"""`causeloop evaluate triggers` and `causes` measure files, and say what is missing from them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app

runner = CliRunner()


@pytest.fixture
def failures(tmp_path: Path) -> Path:
    rows = [f"F-{n},basket part{n} is broken,2025-03-{n + 3:02d},C-{n},{'ab'[n % 2]}" for n in range(12)]
    path = tmp_path / "failures.csv"
    path.write_text("id,title,created_at,trigger_change,project\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def changes(tmp_path: Path) -> Path:
    rows = [f"C-{n},Rework basket part{n},2025-03-{n + 1:02d},{'ab'[n % 2]}" for n in range(12)]
    path = tmp_path / "changes.csv"
    path.write_text("id,title,deployed_at,project\n" + "\n".join(rows) + "\n")
    return path


def test_the_true_change_is_ranked_beside_the_peers(failures: Path, changes: Path) -> None:
    result = runner.invoke(app, ["evaluate", "triggers", str(failures), str(changes), "--json"])
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    figures = {(row["method"], row["figure"]): row["value"] for row in rows}
    assert figures["all", "in_sight"] == 12
    assert figures["causeloop", "hit@5"] == 1.0
    assert {"recency", "tf-idf", "tf-idf and recency"} <= {method for method, _ in figures}
    printed = runner.invoke(app, ["evaluate", "triggers", str(failures), str(changes)])
    assert "12 failures, 12 with the change in the 90 days before" in " ".join(printed.stdout.split())


def test_both_write_their_part_of_a_page(failures: Path, changes: Path, tmp_path: Path) -> None:
    page, reports = tmp_path / "quality.md", tmp_path / "reports.csv"
    reports.write_text("title,cause\nRoot cause: a misconfigured route,internal causes\n")
    ranked = runner.invoke(app, ["evaluate", "triggers", str(failures), str(changes), "--write", str(page)])
    read = runner.invoke(app, ["evaluate", "causes", str(reports), "--label", "cause", "--write", str(page)])
    assert (ranked.exit_code, read.exit_code) == (0, 0), ranked.output + read.output
    written = page.read_text()
    assert "12 failures whose change is known; that of 12 lies in the 90 days before." in written
    assert "`causeloop evaluate triggers failures.csv changes.csv --write docs/quality.md`" in written
    assert "| causeloop | agrees with the first label | 1.00 | 1.00 to 1.00 | 1 |" in written
    assert written.index("<!-- triggers -->") < written.index("<!-- causes -->")


def test_an_absent_column_is_named(failures: Path, changes: Path) -> None:
    swapped = runner.invoke(app, ["evaluate", "triggers", str(changes), str(failures)])
    assert swapped.exit_code == 1
    assert "has no column 'trigger_change'" in " ".join(swapped.stderr.split())
    failures.write_text("id,name,created_at,trigger_change\nF-1,x,2025-03-01,C-1\n")
    untitled = runner.invoke(app, ["evaluate", "triggers", str(failures), str(changes)])
    assert "failures.csv has no column title or summary or message" in " ".join(untitled.stderr.split())


def test_causes_are_read_from_reports_and_compared_with_their_labels(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_text(
        "title,description,cause_layer1\n"
        "Outage,Root cause: a misconfigured route.,internal causes\n"
        "Outage,Root cause: a power outage.,external causes\n"
    )
    result = runner.invoke(app, ["evaluate", "causes", str(path), "--json"])
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    figures = {(row["method"], row["figure"]): row["value"] for row in rows}
    assert figures["causeloop", "agrees with the first label"] == 1.0
    unlabelled = runner.invoke(app, ["evaluate", "causes", str(path), "--label", "truth"])
    assert unlabelled.exit_code == 1
    assert "reports.csv has no column truth" in " ".join(unlabelled.stderr.split())

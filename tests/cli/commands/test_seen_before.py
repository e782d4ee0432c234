"""`causeloop seen-before` and `causeloop mcp` as users run them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app

HISTORY = """id,title,created_at,service,severity,status
T-1,Payment timeout after 30s calling card-gateway-7,2026-09-01 09:10,checkout,high,resolved
T-2,Payment timeout after 45s calling card-gateway-2,2026-09-08 09:32,checkout,high,resolved
T-3,Payment timeout after 31s calling card-gateway-9,2026-09-15 09:05,checkout,high,resolved
T-4,Payment timeout after 60s calling card-gateway-2,2026-09-22 09:21,checkout,high,open
T-5,Typo on the imprint page,2026-09-23 14:00,website,low,open
"""
FAILURE = "2026-10-01 10:00:00 ERROR Payment timeout after 99s calling card-gateway-1"


@pytest.fixture
def history(tmp_path: Path) -> str:
    """An export of earlier issues."""
    path = tmp_path / "history.csv"
    path.write_text(HISTORY)
    return str(path)


def test_a_failure_from_standard_input_names_the_pattern_that_it_repeats(history: str) -> None:
    result = CliRunner().invoke(app, ["seen-before", "-", "--history", history, "--json"], input=FAILURE)

    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0, result.output
    assert records[0]["name"].startswith("Payment timeout")
    assert records[0]["issues"] == 4
    assert records[-1]["name"] == "new"
    assert sum(record["probability"] for record in records) == pytest.approx(1, abs=0.05)


def test_what_never_failed_before_is_new(history: str, tmp_path: Path) -> None:
    text = tmp_path / "error.log"
    text.write_text("Zebra stripes invert on holographic billboards")

    result = CliRunner().invoke(app, ["seen-before", str(text), "--history", history, "--json"])

    (record,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert (record["name"], record["probability"] > 0.9) == ("new", True)


def test_a_text_without_a_word_is_wrong_usage(history: str) -> None:
    result = CliRunner().invoke(app, ["seen-before", "-", "--history", history], input=" ... ")

    assert result.exit_code == 2


def test_the_cost_of_the_tools_is_listed_and_serving_needs_a_key() -> None:
    listed = CliRunner().invoke(app, ["mcp", "--list-tools"])
    without_key = CliRunner().invoke(app, ["mcp"], env={"CAUSELOOP_KEY": ""})

    assert "seen_before" in listed.stdout
    assert "11 tools" in listed.stdout
    assert without_key.exit_code == 2

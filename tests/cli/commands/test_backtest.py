from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app

runner = CliRunner()


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    rng = np.random.default_rng(5)
    start = datetime(2024, 6, 1)
    rows = [
        {"created_at": start + timedelta(days=float(day)), "place": f"p{pattern}"}
        for pattern in range(5)
        for day in np.cumsum(rng.exponential(4 + pattern, size=40))
        if day < 200
    ]
    path = tmp_path_factory.mktemp("events") / "events.csv"
    pl.DataFrame(rows).write_csv(path)
    return path


def backtest(*arguments):
    return runner.invoke(app, ["backtest", *map(str, arguments)])


def test_every_prediction_of_the_past_is_written_and_scored(events, tmp_path):
    out = tmp_path / "predictions.parquet"
    result = backtest(events, "--time", "created_at", "--pattern", "place", "--windows", "7,30", "--out", out)
    assert result.exit_code == 0, result.output
    assert "brier" in result.stdout
    predictions = pl.read_parquet(out)
    assert set(predictions["window_days"]) == {7, 30}
    assert predictions["probability"].is_between(0, 1).all()
    assert {"pattern_id", "origin", "outcome"} <= set(predictions.columns)


def test_origins_can_be_given(events, tmp_path):
    origins, out = tmp_path / "origins.csv", tmp_path / "p.parquet"
    origins.write_text("origin\n2024-10-07\n2024-11-04\n")
    result = backtest(
        events, "--time", "created_at", "--pattern", "place", "--origins", origins, "--out", out
    )
    assert result.exit_code == 0, result.output
    assert pl.read_parquet(out)["origin"].n_unique() == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--time", "when", "--pattern", "place"], "has no column 'when'"),
        (["--time", "place", "--pattern", "place"], "row 1 of column 'place' holds no date"),
        (["--time", "created_at", "--pattern", "place", "--windows", "a week"], "write whole days"),
        (["--time", "created_at", "--pattern", "place", "--windows", "0"], "windows"),
    ],
)
def test_a_wrong_argument_is_reported(events, arguments, message):
    result = backtest(events, *arguments)
    assert result.exit_code in {1, 2}
    assert message in " ".join(result.stderr.split())

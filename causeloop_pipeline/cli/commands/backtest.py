"""`causeloop backtest FILE`: how good the predictions would have been on past events."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.result_folder import write_parquet
from causeloop_pipeline.cli.output.terminal import (
    USAGE,
    build_table,
    fail,
    print_json_lines,
    quiet_libraries,
    stderr,
    stdout,
    strip_controls,
)
from causeloop_pipeline.landing.export_file.dates import read_dates
from causeloop_pipeline.landing.export_file.reader import IssueFileError, read_issue_file

EXAMPLES = show_examples(
    "backtest e.csv --time at --pattern id",
    "backtest e.csv --time at --pattern id --json",
)


def backtest(
    file: Annotated[Path, typer.Argument(help="Events: .csv, .jsonl, .parquet or .xlsx.")],
    time: Annotated[str, typer.Option(metavar="COLUMN", help="When each event occurred.")],
    pattern: Annotated[str, typer.Option(metavar="COLUMN", help="Which pattern each event belongs to.")],
    windows: Annotated[str, typer.Option(help="Windows in days.")] = "7,30",
    origins: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Origins to predict at, one date a row; default: weekly."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every prediction as parquet.")
    ] = None,
    timezone: Annotated[str, typer.Option(help="Time zone of dates without an offset.")] = "UTC",
    seed: Annotated[int, typer.Option(help="Seed of sampling and intervals.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Scores as one JSON object a line.")] = False,
) -> None:
    """Predict at every origin from earlier events only, and score the result beside a simple reference."""
    from causeloop_pipeline.analysis.evaluation.backtest import BacktestOptions
    from causeloop_pipeline.analysis.evaluation.backtest import backtest as run_backtest
    from causeloop_pipeline.cli.output.report import build_backtest_score_table

    events = _read_events(file, time, pattern, timezone)
    moments = _read_origins(origins, timezone) if origins else None
    quiet_libraries()
    try:
        with stderr().status("backtesting"):
            options = BacktestOptions(windows=_parse_windows(windows), origins=moments, seed=seed)
            result = run_backtest(events, options)
    except ValueError as error:
        fail(str(error))
    if out is not None:
        write_parquet(out, result.predictions)
        stderr().print(strip_controls(f"written: {out} ({result.predictions.height:,} predictions)"))
    if as_json:
        print_json_lines("score", result.scores)
    else:
        scores = build_backtest_score_table(result.scores)
        title = f"{events.height:,} events, {events['pattern_id'].n_unique():,} patterns"
        stdout().print(build_table(title, scores.columns, scores.rows(), right=scores.columns))


def _read_events(file: Path, time: str, pattern: str, timezone: str) -> pl.DataFrame:
    source = _read_table(file)
    _require_columns(file, source, time, pattern)
    moments = _read_dates(file, source[time], timezone)
    labels = source[pattern].cast(pl.String)
    unlabelled = labels.is_null().sum()
    if unlabelled:
        stderr().print(strip_controls(f"note: {unlabelled} rows without a pattern are left out"))
    events = pl.DataFrame({"pattern_id": labels, "occurred_at": moments})
    return events.drop_nulls("pattern_id").sort("occurred_at", "pattern_id")


def _read_origins(file: Path, timezone: str) -> Sequence[datetime]:
    source = _read_table(file)
    column = "origin" if "origin" in source.columns else source.columns[0]
    moments = _read_dates(file, source[column], timezone).unique().sort().to_list()
    return [moment.astimezone(UTC) for moment in moments]


def _read_dates(file: Path, column: pl.Series, timezone: str) -> pl.Series:
    read = read_dates(column, timezone).instants
    wrong = read.is_null().arg_true()
    if len(wrong):
        value = column.cast(pl.String)[int(wrong[0])]
        fail(f"{file.name}: row {int(wrong[0]) + 1} of column {column.name!r} holds no date ({value!r})")
    return read


def _read_table(file: Path) -> pl.DataFrame:
    try:
        return read_issue_file(file).table
    except IssueFileError as error:
        fail(str(error))


def _require_columns(file: Path, source: pl.DataFrame, *columns: str) -> None:
    absent = [column for column in columns if column not in source.columns]
    if absent:
        fail(f"{file.name} has no column {absent[0]!r}: it has {', '.join(source.columns)}")


def _parse_windows(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        fail(f"--windows {text!r}: write whole days with commas, such as 7,30", USAGE)

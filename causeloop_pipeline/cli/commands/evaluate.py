"""`causeloop evaluate grouping FILE --label COLUMN`: the accuracy of the grouping on labelled issues."""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from causeloop_pipeline.cli.commands.analyze import DateFormat, Json, Map, SkipBadRows, Timezone
from causeloop_pipeline.cli.issue_input import IssueInput, read_issues
from causeloop_pipeline.cli.output.terminal import fail, print_json_lines, stderr, stdout, table

app = typer.Typer(help="Measure quality on labelled data.", no_args_is_help=True)


@app.callback()
def evaluate() -> None:
    """Measure quality on labelled data."""


@app.command()
def grouping(
    file: Annotated[Path, typer.Argument(help="Labelled issues: .csv, .jsonl or .parquet.")],
    label: Annotated[str, typer.Option(metavar="COLUMN", help="The true group of each issue.")],
    peers: Annotated[bool, typer.Option(help="Also measure other methods on the same issues.")] = True,
    maps: Map = None,
    timezone: Timezone = "UTC",
    skip_bad_rows: SkipBadRows = False,
    date_format: DateFormat = None,
    seed: Annotated[int, typer.Option(help="Seed of the intervals.")] = 0,
    as_json: Json = False,
) -> None:
    """Group labelled issues without looking at the labels, and report precision, recall, F1 and more."""
    from causeloop_pipeline.analysis.evaluation.grouping_report import evaluate_grouping

    source = read_issues(
        file, maps or [], timezone, skip_bad_rows=skip_bad_rows, date_format=date_format, unread=[label]
    )
    labels = _labels(source, label)
    with stderr().status("grouping"):
        report = evaluate_grouping(source.read.issues, labels, with_baselines=peers, seed=seed)
    if as_json:
        print_json_lines("figure", report)
        return
    figures = report.select(
        "method",
        "figure",
        pl.col("value").round(4),
        pl.when(pl.col("low").is_not_null())
        .then(pl.format("{} to {}", pl.col("low").round(4), pl.col("high").round(4)))
        .alias("95 % interval"),
    )
    title = f"Grouping of {labels.len():,} issues in {labels.n_unique():,} true groups"
    stdout().print(table(title, figures.columns, figures.rows(), right=("value", "95 % interval")))


def _labels(source: IssueInput, label: str) -> pl.Series:
    if label not in source.file.table.columns:
        fail(f"there is no column {label!r}: the file has {', '.join(source.file.table.columns)}")
    return source.file.table[label].gather(source.read.rows - source.file.first_row)

"""`causeloop patterns preview`: what grouping finds in an export, and what it would change against before."""

from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from causeloop_pipeline.analysis.frames import PREVIOUS
from causeloop_pipeline.analysis.loop import group
from causeloop_pipeline.cli.analyze import DateFormat, Json, Limit, Map, SkipBadRows, Timezone
from causeloop_pipeline.cli.issue_input import read_issues
from causeloop_pipeline.cli.terminal import fail, plain, print_json_lines, progress, stdout, table

STAGES = 2
app = typer.Typer(help="Look at patterns before they are kept.", no_args_is_help=True)


@app.callback()
def patterns() -> None:
    """Look at patterns before they are kept."""


@app.command()
def preview(
    file: Annotated[Path, typer.Option("--file", help="Export of issues: .csv, .jsonl or .parquet.")],
    previous: Annotated[
        Path | None, typer.Option(help="members.parquet of an earlier analysis: shows what would change.")
    ] = None,
    maps: Map = None,
    timezone: Timezone = "UTC",
    skip_bad_rows: SkipBadRows = False,
    date_format: DateFormat = None,
    as_json: Json = False,
    limit: Limit = 20,
) -> None:
    """Group an export and show the patterns; with --previous, how many issues would change theirs."""
    source = read_issues(file, maps or [], timezone, skip_bad_rows=skip_bad_rows, date_format=date_format)
    before = _previous(previous) if previous else None
    with progress(STAGES) as reached:
        _, grouping = group(
            source.read.issues, timezone=timezone, namespace="file", previous=before, reached=reached
        )
    found = grouping.patterns.sort("issue_count", "pattern_id", descending=[True, False])
    if as_json:
        print_json_lines("pattern", found)
        print_json_lines("lineage", grouping.lineage)
        return
    columns = ("name", "kind", "status", "confidence", "issue_count")
    shown = found.select(columns).head(limit).with_columns(pl.col("confidence").round(2))
    stdout().print(table(f"Patterns ({found.height})", columns, shown.rows(), right=columns[3:]))
    if before is not None:
        _print_churn(before, grouping)


def _previous(path: Path) -> pl.DataFrame:
    if not path.is_file():
        fail(f"there is no file {path}: --previous takes the members.parquet of an earlier --out")
    members = pl.read_parquet(path)
    if not set(PREVIOUS) <= set(members.columns):
        fail(f"{path.name} has no columns issue_id and pattern_id: give the members.parquet of an --out")
    return members.select(PREVIOUS.names())


def _print_churn(before: pl.DataFrame, grouping: Any) -> None:
    both = before.join(grouping.members, on="issue_id", suffix="_now")
    moved = both.filter(pl.col("pattern_id") != pl.col("pattern_id_now")).height
    share = moved / both.height if both.height else 0.0
    stdout().print(
        plain(f"{moved:,} of {both.height:,} issues known before would change their pattern ({share:.2%})")
    )
    lineage = grouping.lineage
    if lineage.height:
        columns = ("kind", "old_pattern_id", "new_pattern_id", "issue_count", "reason")
        stdout().print(
            table("What becomes of old patterns", columns, lineage.select(columns).rows(), right=columns[3:4])
        )

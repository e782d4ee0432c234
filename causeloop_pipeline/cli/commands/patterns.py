"""`causeloop patterns preview`: the patterns that grouping finds and would change, without saving them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer

from causeloop_pipeline.analysis.loop import GroupingFacts, group
from causeloop_pipeline.cli.commands.analyze import (
    DateFormat,
    Json,
    Limit,
    Map,
    MaxBadRows,
    SkipBadRows,
    Timezone,
)
from causeloop_pipeline.cli.commands.explain import File, Workspace, check_one_source
from causeloop_pipeline.cli.issue_input import MAX_BAD_ROWS, read_issues
from causeloop_pipeline.cli.output.help import CommandList, show_examples
from causeloop_pipeline.cli.output.terminal import (
    build_table,
    fail,
    open_progress,
    print_json_lines,
    stdout,
    strip_controls,
)
from causeloop_pipeline.model.frames import PREVIOUS_MEMBER_SCHEMA

if TYPE_CHECKING:
    from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping

STAGES = 2
app = typer.Typer(cls=CommandList, help="Preview patterns without saving them.", no_args_is_help=True)


@app.callback()
def patterns() -> None:
    """Preview patterns without saving them."""


@app.command(
    epilog=show_examples(
        "patterns preview --file incidents.csv",
        "patterns preview --workspace acme/payments",
    )
)
def preview(
    file: File = None,
    workspace: Workspace = None,
    previous: Annotated[
        Path | None, typer.Option(help="members.parquet of an earlier analysis: shows what would change.")
    ] = None,
    maps: Map = None,
    timezone: Timezone = "UTC",
    skip_bad_rows: SkipBadRows = False,
    max_bad_rows: MaxBadRows = MAX_BAD_ROWS,
    date_format: DateFormat = None,
    as_json: Json = False,
    limit: Limit = 20,
) -> None:
    """Group all issues and show the patterns; with a previous result, also which issues would move."""
    if check_one_source(file, workspace):
        before, grouping = _preview_from_database(str(workspace))
    else:
        from causeloop_pipeline.analysis.detect.grouping.patterns import GroupingOptions

        source = read_issues(
            Path(str(file)),
            maps or [],
            timezone,
            skip_bad_rows=skip_bad_rows,
            max_bad_rows=max_bad_rows,
            date_format=date_format,
        )
        before = _read_previous(previous) if previous else None
        with open_progress(STAGES) as reached:
            _, grouping = group(
                source.read.issues,
                GroupingFacts(previous=before, occurrences=source.read.occurrences),
                timezone=timezone,
                options=GroupingOptions(namespace="file"),
                reached=reached,
            )
    _print(before, grouping, limit, as_json=as_json)


def _preview_from_database(workspace: str) -> "tuple[pl.DataFrame | None, Grouping]":
    from causeloop_pipeline.cli.stored_workspace import open_stored_workspace

    with open_stored_workspace(workspace) as stored:
        return stored.regroup()


def _read_previous(path: Path) -> pl.DataFrame:
    if not path.is_file():
        fail(f"there is no file {path}: --previous takes the members.parquet of an earlier --out")
    members = pl.read_parquet(path)
    if not set(PREVIOUS_MEMBER_SCHEMA) <= set(members.columns):
        fail(f"{path.name} has no columns issue_id and pattern_id: give the members.parquet of an --out")
    return members.select(PREVIOUS_MEMBER_SCHEMA.names())


def _print(before: pl.DataFrame | None, grouping: "Grouping", limit: int, *, as_json: bool) -> None:
    patterns = grouping.patterns.sort("issue_count", "pattern_id", descending=[True, False])
    if as_json:
        print_json_lines("pattern", patterns)
        print_json_lines("lineage", grouping.lineage)
        return
    columns = ("name", "kind", "status", "confidence", "issue_count")
    rows = patterns.select(columns).head(limit).with_columns(pl.col("confidence").round(2))
    stdout().print(build_table(f"Patterns ({patterns.height})", columns, rows.rows(), right=columns[3:]))
    if before is not None:
        _print_churn(before, grouping)


def _print_churn(before: pl.DataFrame, grouping: "Grouping") -> None:
    both = before.join(grouping.members, on="issue_id", suffix="_now")
    moved = both.filter(pl.col("pattern_id") != pl.col("pattern_id_now")).height
    share = moved / both.height if both.height else 0.0
    summary = f"{moved:,} of {both.height:,} earlier issues would change their pattern ({share:.2%})"
    stdout().print(strip_controls(summary))
    if grouping.lineage.height:
        columns = ("kind", "old_pattern_id", "new_pattern_id", "issue_count", "reason")
        rows = grouping.lineage.select(columns).rows()
        stdout().print(build_table("Lineage of earlier patterns", columns, rows, right=columns[3:4]))

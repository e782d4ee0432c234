"""`causeloop patterns preview`: what grouping finds, and what it would change, before anything is kept."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer

from causeloop_pipeline.analysis.loop import group
from causeloop_pipeline.cli.commands.analyze import DateFormat, Json, Limit, Map, SkipBadRows, Timezone
from causeloop_pipeline.cli.commands.explain import File, Workspace, one_source
from causeloop_pipeline.cli.issue_input import read_issues
from causeloop_pipeline.cli.output.terminal import fail, plain, print_json_lines, progress, stdout, table
from causeloop_pipeline.model.frames import PREVIOUS_MEMBER_SCHEMA

if TYPE_CHECKING:
    from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping

STAGES = 2
app = typer.Typer(help="Look at patterns before they are kept.", no_args_is_help=True)


@app.callback()
def patterns() -> None:
    """Look at patterns before they are kept."""


@app.command()
def preview(
    file: File = None,
    workspace: Workspace = None,
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
    """Group anew and show the patterns; against what was before, show which issues would change theirs."""
    if one_source(file, workspace):
        before, grouping = _from_database(str(workspace))
    else:
        source = read_issues(
            Path(str(file)), maps or [], timezone, skip_bad_rows=skip_bad_rows, date_format=date_format
        )
        before = _previous(previous) if previous else None
        with progress(STAGES) as reached:
            _, grouping = group(
                source.read.issues, timezone=timezone, namespace="file", previous=before, reached=reached
            )
    _print(before, grouping, limit, as_json=as_json)


def _from_database(workspace: str) -> "tuple[pl.DataFrame | None, Grouping]":
    from causeloop_pipeline.cli.stored_workspace import stored_workspace

    with stored_workspace(workspace) as stored:
        return stored.grouped_anew()


def _previous(path: Path) -> pl.DataFrame:
    if not path.is_file():
        fail(f"there is no file {path}: --previous takes the members.parquet of an earlier --out")
    members = pl.read_parquet(path)
    if not set(PREVIOUS_MEMBER_SCHEMA) <= set(members.columns):
        fail(f"{path.name} has no columns issue_id and pattern_id: give the members.parquet of an --out")
    return members.select(PREVIOUS_MEMBER_SCHEMA.names())


def _print(before: pl.DataFrame | None, grouping: "Grouping", limit: int, *, as_json: bool) -> None:
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


def _print_churn(before: pl.DataFrame, grouping: "Grouping") -> None:
    both = before.join(grouping.members, on="issue_id", suffix="_now")
    moved = both.filter(pl.col("pattern_id") != pl.col("pattern_id_now")).height
    share = moved / both.height if both.height else 0.0
    told = f"{moved:,} of {both.height:,} issues known before would change their pattern ({share:.2%})"
    stdout().print(plain(told))
    if grouping.lineage.height:
        columns = ("kind", "old_pattern_id", "new_pattern_id", "issue_count", "reason")
        rows = grouping.lineage.select(columns).rows()
        stdout().print(table("What becomes of old patterns", columns, rows, right=columns[3:4]))

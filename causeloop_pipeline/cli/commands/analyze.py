"""`causeloop analyze FILE`: patterns, predictions and ranked fixes from an export, with no server."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from causeloop_pipeline.analysis.loop import STAGES, Loop, run_loop
from causeloop_pipeline.cli.issue_input import MAX_BAD_ROWS, read_issues, resolve_as_of
from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.reading import print_reading
from causeloop_pipeline.cli.output.report import print_loop
from causeloop_pipeline.cli.output.result_folder import (
    ResultFolderError,
    check_result_folder,
    write_result_folder,
)
from causeloop_pipeline.cli.output.terminal import (
    fail,
    open_progress,
    print_json_lines,
    quiet_libraries,
    stderr,
    stdout,
    strip_controls,
)

EXAMPLES = show_examples(
    "analyze incidents.csv",
    "analyze export.xlsx --map title=Subject",
    "analyze incidents.csv --timezone Europe/Berlin",
    "analyze incidents.csv --json > result.jsonl",
)
RESULTS = ("issues", "patterns", "members", "clusters", "predictions", "recommendations")

File = Annotated[Path, typer.Argument(help="Export of issues: .csv, .jsonl, .parquet or .xlsx.")]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="FIELD=COLUMN", help="Which column holds a field; may be repeated."),
]
AsOf = Annotated[
    str | None,
    typer.Option(metavar="ISO", help="Time to predict at; by default the end of the newest issue's day."),
]
Timezone = Annotated[str, typer.Option(help="Time zone of dates without an offset and of times of day.")]
SkipBadRows = Annotated[
    bool, typer.Option("--skip-bad-rows", help="Leave out all rows that cannot be read, however many.")
]
MaxBadRows = Annotated[
    float,
    typer.Option(
        min=0.0, max=1.0, metavar="SHARE", help="Share of rows that may be unreadable and are left out."
    ),
]
DateFormat = Annotated[
    str | None, typer.Option(help="How dates are written, as strptime has it: %d/%m/%Y %H:%M.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout instead of tables.")]
WritePage = Annotated[
    Path | None,
    typer.Option(
        "--write", metavar="PAGE", help="Also write the figures into a Markdown page.", show_default=False
    ),
]
Limit = Annotated[int, typer.Option(min=1, help="Rows shown of each table.")]


def analyze(
    file: File,
    maps: Map = None,
    as_of: AsOf = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write all results here as parquet.")
    ] = None,
    timezone: Timezone = "UTC",
    skip_bad_rows: SkipBadRows = False,
    max_bad_rows: MaxBadRows = MAX_BAD_ROWS,
    date_format: DateFormat = None,
    as_json: Json = False,
    limit: Limit = 10,
) -> None:
    """Find patterns, clusters, predictions and ranked recommendations in an export of issues."""
    if out is not None:
        _check_folder(out)
    source = read_issues(
        file,
        maps or [],
        timezone,
        skip_bad_rows=skip_bad_rows,
        max_bad_rows=max_bad_rows,
        date_format=date_format,
    )
    moment = resolve_as_of(source, as_of, datetime.now(UTC), timezone)
    print_reading(stderr() if as_json else stdout(), source)
    quiet_libraries()
    with open_progress(len(STAGES)) as reached:
        loop = run_loop(
            source.read.issues,
            source.recall_history(),
            as_of=moment,
            timezone=timezone,
            namespace="file",
            reached=reached,
        )
    if out is not None:
        write_result_folder(out, collect_result_frames(loop))
        stderr().print(strip_controls(f"written: {out}/{{{','.join(RESULTS)}}}.parquet"))
    if as_json:
        for name, frame in collect_result_frames(loop).items():
            if name not in {"issues", "members"}:
                print_json_lines(name.removesuffix("s"), frame)
    else:
        print_loop(stdout(), loop, moment, limit)


def collect_result_frames(loop: Loop) -> dict[str, pl.DataFrame]:
    """The frames of --out, by file name."""
    membership = loop.grouping.members.select("issue_id", "pattern_id")
    issue_risk = loop.issue_risks.rename({"id": "issue_id"})
    pattern_risk = loop.pattern_risks.rename({"id": "pattern_id"})
    issues = loop.issues.join(membership, on="issue_id", how="left", maintain_order="left")
    return {
        "issues": issues.join(issue_risk, on="issue_id", how="left", maintain_order="left"),
        "patterns": loop.grouping.patterns.join(
            pattern_risk, on="pattern_id", how="left", maintain_order="left"
        ),
        "members": loop.grouping.members.select(
            "issue_id", "pattern_id", "similarity", "confidence", "reason"
        ),
        "clusters": _add_patterns(loop),
        "predictions": loop.predictions,
        "recommendations": loop.recommendations,
    }


def _add_patterns(loop: Loop) -> pl.DataFrame:
    members = loop.clustering.members.sort("cluster_id", "pattern_id").group_by(
        "cluster_id", maintain_order=True
    )
    ids = members.agg(pl.col("pattern_id").alias("pattern_ids"))
    return loop.clustering.clusters.join(ids, on="cluster_id", how="left", maintain_order="left")


def _check_folder(out: Path) -> None:
    try:
        check_result_folder(out, RESULTS)
    except ResultFolderError as error:
        fail(str(error))

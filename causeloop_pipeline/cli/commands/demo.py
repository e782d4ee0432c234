"""`causeloop demo`: the demo's failures as a file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from causeloop_pipeline.cli.output.help import CommandList, show_examples
from causeloop_pipeline.cli.output.result_folder import write_parquet
from causeloop_pipeline.cli.output.terminal import USAGE, fail, stderr, strip_controls

app = typer.Typer(cls=CommandList, help="A year of realistic sample failures.", no_args_is_help=True)


@app.callback()
def demo() -> None:
    """A year of realistic sample failures."""


@app.command(epilog=show_examples("demo export payments failures.csv"))
def export(
    workspace: Annotated[str, typer.Argument(help="payments, storefront or clinical-it.")],
    out: Annotated[Path, typer.Argument(help="File to write: .csv, .jsonl or .parquet.")],
) -> None:
    """Write one demo workspace's failures of the last year to a file that `causeloop analyze` reads."""
    from causeloop_pipeline.demo.causes import read_demo_workspaces
    from causeloop_pipeline.demo.story import list_visible_failures

    if workspace not in read_demo_workspaces():
        fail(
            f"there is no demo workspace {workspace!r}: choose one of {', '.join(read_demo_workspaces())}",
            USAGE,
        )
    now = datetime.now(UTC)
    rows = [
        {
            "id": failure.key,
            "title": failure.title,
            "description": failure.body or None,
            "severity": failure.severity,
            "status": failure.status(now),
            "service": failure.service,
            "team": failure.team,
            "environment": failure.environment,
            "created_at": failure.created_at,
            "resolved_at": failure.resolved_at if failure.status(now) == "resolved" else None,
        }
        for failure in list_visible_failures(workspace, now.date(), now)
    ]
    _write(out, pl.DataFrame(rows, infer_schema_length=None))
    stderr().print(strip_controls(f"written: {out} ({len(rows):,} failures)"))


def _write(out: Path, frame: pl.DataFrame) -> None:
    texts = frame.with_columns(pl.col(pl.Datetime).dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    match out.suffix.lower():
        case ".parquet":
            write_parquet(out, frame)
        case ".csv":
            texts.write_csv(out)
        case ".jsonl":
            texts.write_ndjson(out)
        case other:
            fail(
                f"{out.name}: give a .csv, .jsonl or .parquet file, not {other or 'one without ending'}",
                USAGE,
            )

"""`causeloop evaluate triggers FAILURES CHANGES`: how high the causing change ranks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from causeloop_pipeline.cli.commands.analyze import Json, WritePage
from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.quality.page import write_part
from causeloop_pipeline.cli.output.quality.triggers import describe_triggers
from causeloop_pipeline.cli.output.terminal import build_table, fail, print_json_lines, stderr, stdout
from causeloop_pipeline.landing.export_file.dates import read_dates
from causeloop_pipeline.landing.export_file.reader import IssueFileError, read_issue_file

EXAMPLES = show_examples("evaluate triggers failures.csv deploys.csv")
COLUMN_NAMES = {
    "id": ("id", "external_id", "key"),
    "at": ("created_at", "deployed_at", "changed_at", "occurred_at", "date"),
    "title": ("title", "summary", "message"),
    "body": ("description", "body"),
    "place": ("service", "project", "place"),
    "components": ("component", "components"),
    "versions": ("affects_version", "fix_version", "version", "release"),
}
REQUIRED = ("id", "at", "title")
COLUMNS = ("method", "hit@1", "hit@5", "95 %", "hit@10", "of_all@5", "ece", "shown", "shown_right")


def triggers(
    failures: Annotated[Path, typer.Argument(help="Failures whose change is known: .csv, .jsonl, .parquet.")],
    changes: Annotated[Path, typer.Argument(help="Deploys, releases and other changes.")],
    truth: Annotated[
        str, typer.Option(metavar="COLUMN", help="The id of the change that broke it.")
    ] = "trigger_change",
    family: Annotated[
        str, typer.Option(metavar="COLUMN", help="Each value is left out of what is learned for it.")
    ] = "project",
    write: WritePage = None,
    seed: Annotated[int, typer.Option(help="Seed of the intervals.")] = 0,
    as_json: Json = False,
) -> None:
    """Rank the changes before each failure without the true one, and compare with recency and TF-IDF."""
    from causeloop_pipeline.analysis.evaluation.trigger_report import evaluate_triggers

    failed, changed = _read_table(failures), _read_table(changes)
    if truth not in failed.columns:
        fail(f"{failures.name} has no column {truth!r}: name it with --truth ({', '.join(failed.columns)})")
    families = failed[family].cast(pl.String) if family in failed.columns else _name_one_family(failed.height)
    with stderr().status("ranking changes"):
        report = evaluate_triggers(
            _read_suspects(failures, failed),
            _read_suspects(changes, changed),
            failed[truth].cast(pl.String),
            families,
            seed=seed,
        )
    if write is not None:
        write_part(write, "triggers", describe_triggers(failures.name, changes.name, report))
    if as_json:
        print_json_lines("figure", report)
        return
    counts = dict(report.filter(pl.col("method") == "all").select("figure", "value").iter_rows())
    title = (
        f"The change that broke it: {counts['failures']:,.0f} failures, {counts['in_sight']:,.0f} with the "
        "change in the 90 days before"
    )
    methods = report.filter(pl.col("method") != "all")["method"].unique(maintain_order=True)
    rows = [_format_row(report, method) for method in methods]
    stdout().print(build_table(title, COLUMNS, rows, right=COLUMNS[1:]))


def _name_one_family(height: int) -> pl.Series:
    return pl.Series("family", ["all"] * height, dtype=pl.String)


def _read_table(path: Path) -> pl.DataFrame:
    try:
        return read_issue_file(path).table
    except IssueFileError as error:
        fail(str(error))


def _read_suspects(path: Path, source: pl.DataFrame) -> pl.DataFrame:
    """The columns that the ranking reads, by their usual names; absent ones are empty."""
    from causeloop_pipeline.analysis.predict.triggers.suspect_pairs import SUSPECT_SCHEMA

    column_of = {
        name: next((column for column in usual if column in source.columns), None)
        for name, usual in COLUMN_NAMES.items()
    }
    for name in REQUIRED:
        if column_of[name] is None:
            fail(f"{path.name} has no column {' or '.join(COLUMN_NAMES[name])}: {', '.join(source.columns)}")
    columns = [
        pl.Series(name, [None] * source.height, dtype=pl.String)
        if column is None
        else read_dates(source[column], "UTC").instants.alias(name)
        if name == "at"
        else source[column].cast(pl.String).alias(name)
        for name, column in column_of.items()
    ]
    frame = pl.DataFrame(columns).cast(SUSPECT_SCHEMA)
    undated = frame["at"].is_null().arg_true()
    if len(undated):
        fail(f"{path.name}: row {undated[0] + 1} of column {column_of['at']!r} holds no date")
    return frame


def _format_row(report: pl.DataFrame, method: str) -> Sequence[str]:
    own = {row["figure"]: row for row in report.filter(pl.col("method") == method).iter_rows(named=True)}
    interval = f"{own['hit@5']['low']:.3f} to {own['hit@5']['high']:.3f}"
    values = [f"{own[name]['value']:.3f}" if name in own else "–" for name in COLUMNS[1:] if name != "95 %"]
    return [method, *values[:2], interval, *values[2:]]

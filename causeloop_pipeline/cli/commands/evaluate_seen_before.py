"""`causeloop evaluate seen-before FOLDER`: how well answers to "have I seen this before" are calibrated."""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from causeloop_pipeline.cli.commands.analyze import Json, MaxBadRows, WritePage
from causeloop_pipeline.cli.issue_input import MAX_BAD_ROWS
from causeloop_pipeline.cli.labelled_sets import find_labelled_sets, read_labelled_set
from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.quality.page import write_part
from causeloop_pipeline.cli.output.quality.seen_before import (
    FIGURES,
    RETOLD,
    QueriedSet,
    describe_seen_before,
    list_missed_errors,
)
from causeloop_pipeline.cli.output.terminal import build_table, fail, print_json_lines, stderr, stdout

EXAMPLES = show_examples("evaluate seen-before sets/", "evaluate seen-before sets/ --queries 100")


def measure_seen_before(
    folder: Annotated[Path, typer.Argument(help="Folder of labelled issues, as `analyze` takes them.")],
    label: Annotated[
        str, typer.Option(metavar="COLUMN", help="The true group of each issue.")
    ] = "group_label",
    queries: Annotated[int, typer.Option(min=3, help="Issues of each file that are queried.")] = 300,
    max_bad_rows: MaxBadRows = MAX_BAD_ROWS,
    write: WritePage = None,
    seed: Annotated[int, typer.Option(help="Seed of the choice of issues.")] = 0,
    as_json: Json = False,
) -> None:
    """Play labelled issues back: group the older ones, ask about the later ones, and compare."""
    from causeloop_pipeline.analysis.detect.seen_before.match_probability import REPORT_SHARE
    from causeloop_pipeline.analysis.evaluation.retold_messages import is_written_by_machines, query_retold
    from causeloop_pipeline.analysis.evaluation.seen_before_report import measure_answers, query_issues

    paths = find_labelled_sets(folder, label)
    if not paths:
        fail(f"no file below {folder} has a column {label!r}: name the column with --label")
    sets = []
    for path in paths:
        labelled = read_labelled_set(path, label, max_bad_rows)
        with stderr().status(f"asking about {path.stem}"):
            figures = measure_answers(
                query_issues(labelled.issues, labelled.labels, limit=queries, seed=seed)
            )
        sets.append(QueriedSet(path.stem, {name: round(figures[name], 3) for name in FIGURES}))
        if is_written_by_machines(labelled.issues):
            with stderr().status(f"asking about {path.stem} in other words"):
                retold = query_retold(labelled.issues, labelled.labels, report_share=REPORT_SHARE, seed=seed)
                figures = measure_answers(retold, report_share=REPORT_SHARE)
            sets.append(QueriedSet(path.stem + RETOLD, {name: round(figures[name], 3) for name in FIGURES}))
    if write is not None:
        write_part(write, "seen-before", describe_seen_before(sets))
    table = pl.DataFrame([{"set": each.name, **each.figures} for each in sets])
    if as_json:
        print_json_lines("figure", table)
    else:
        stdout().print(build_table("Have I seen this before?", table.columns, table.rows(), right=FIGURES))
    if missed := list_missed_errors(sets):
        fail("; ".join(missed))
